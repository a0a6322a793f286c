"""The time zone of the person who looks: their browser tells it in a cookie (static/dlq/timezone.js)."""

from __future__ import annotations

import zoneinfo
from datetime import tzinfo

from django.http import HttpRequest
from django.utils import timezone

COOKIE = "dlq_tz"


def viewer_zone(request: HttpRequest) -> tzinfo:
    """The cookie's zone if there is such a zone, else TIME_ZONE."""
    name = request.COOKIES.get(COOKIE, "")
    if name in zoneinfo.available_timezones():
        return zoneinfo.ZoneInfo(name)
    return timezone.get_default_timezone()
