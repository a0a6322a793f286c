"""How values of an entry are shown: times with their zone and age, the empty queue name, JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from math import floor

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dlq.db.far_moments import FarMoment

NO_QUEUE = "no queue"
FAR_HELP = "No clock shows this time: it is printed as PostgreSQL has it."
STEPS = (("d", 86_400), ("h", 3_600), ("min", 60))


def queue_label(name: str) -> str:
    """An empty name means that the job runs beside others, in no queue."""
    return name or NO_QUEUE


def age(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in one number: "3 h ago", less what is not full. A time to come reads "in 3 h", rounded; a far one ""."""
    if isinstance(moment, FarMoment):
        return ""
    seconds = ((now or timezone.now()) - moment).total_seconds()
    whole = floor if seconds > 0 else round
    amount = next((f"{whole(abs(seconds) / length)} {unit}" for unit, length in STEPS if abs(seconds) >= length), None)
    if amount is None:
        return "just now"
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


def duration(seconds: float) -> str:
    """A length of time in its two largest units: "2 h 5 min"."""
    parts = []
    rest = round(seconds)
    for unit, length in (*STEPS, ("s", 1)):
        amount, rest = divmod(rest, length)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2]) or "0 s"


def clock(moment: datetime) -> SafeString:
    """A time in the viewer's zone, with UTC at hand (as the element's title). A far one as PostgreSQL prints it."""
    if isinstance(moment, FarMoment):
        return format_html('<span title="{}">{}</span>', FAR_HELP, moment)
    utc = moment.astimezone(UTC)
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime().year
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        utc.isoformat(),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        date_format(local, "j M H:i:s" if this_year else "j M Y H:i:s"),
    )


def utc_text(moment: datetime) -> str:
    """A time as it means the same to everybody, to the microsecond."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def clock_text(moment: datetime) -> str:
    """A time in the viewer's zone, as plain text."""
    return str(moment) if isinstance(moment, FarMoment) else date_format(timezone.localtime(moment), "j M Y H:i:s")


def failed_jobs(count: int) -> str:
    return f"{count:,} failed job{'' if count == 1 else 's'}"
