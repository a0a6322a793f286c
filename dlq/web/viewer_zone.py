"""The time zone of the person who looks: their browser tells it in a cookie (static/dlq/timezone.js)."""

from __future__ import annotations

import re
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import timezone

COOKIE = "dlq_tz"
NAME = re.compile(r"(?!posix|right/)[A-Za-z][A-Za-z0-9_+/-]{0,63}")
"""Those folders have the same zones again, with other leap seconds."""


def viewer_zone(request: HttpRequest) -> tzinfo:
    """The cookie's zone if there is such a zone, else TIME_ZONE."""
    return zone_named(request.COOKIES.get(COOKIE, "")) or timezone.get_default_timezone()


def zone_named(name: str) -> ZoneInfo | None:
    """Of the zone database; None where it has no such zone. (`available_timezones` would read every file of it.)"""
    if not NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, such as "Europe", can't be opened
        return None
