"""What every page of the project knows."""

from django.conf import settings
from django.http import HttpRequest


def demo(request: HttpRequest) -> dict[str, object]:
    """`demo`: whether the page belongs to the first-run mode with sample data and a known password."""
    return {"demo": settings.DEMO}
