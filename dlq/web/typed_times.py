"""Times as people type them, and as the pages print them: a closed list of forms, in the clock of the person who types.

Acts that delete stand behind what is read here, so a text with two meanings is refused with both spelled out.
"""

from __future__ import annotations

import re
from calendar import month_name
from datetime import date, datetime, time, timedelta, tzinfo

MONTHS = tuple(name.lower() for name in month_name)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<half>[ap]m)?")
NAMED = re.compile(r"(?P<day>\d{1,2})\.?\s+(?P<month>[a-z]{3,9})\.?(?:,?\s+(?P<year>\d{4}))?")
NAMED_FIRST = re.compile(r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:,?\s+(?P<year>\d{4}))?")
DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
EXAMPLES = "24h, today, yesterday 10:00, monday, 25 Nov 14:29 or 2026-11-25T14:29"

Span = tuple[datetime, datetime]
"""The first and the last moment that a text names, without a zone: a day, a second, or twice the same moment."""


class TwoMeanings(ValueError):
    """The text names two times; the message is a sentence with both."""


def read(text: str, now: datetime) -> Span | None:
    """What the text names, as of `now` on the person's clock. None for a text that has none of the forms.

    A day without a year, and a weekday, is the latest that is not to come. Raises TwoMeanings, and ValueError for a day or an
    hour that no calendar has.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    for day_text, clock_text in _parted(words):
        day = _day(day_text, now.date()) if day_text else None
        if day_text and day is None:
            continue
        if not clock_text:
            return (datetime.combine(day, time.min), datetime.combine(day, time.max)) if day else None
        clock = _clock(clock_text)
        if clock is None:
            continue
        moment, last = clock
        if day is None:
            day = _today(text, moment, now)
        return datetime.combine(day, moment), datetime.combine(day, last)
    return None


def written(moment: datetime, *, is_last: bool) -> str | None:
    """The shortest form that names this moment (on the person's clock) as the first one, or the last; None where none does."""
    day = f"{moment.day} {moment:%b %Y}"
    clock = moment.timetz().replace(tzinfo=None)
    if clock == (time.max if is_last else time.min):
        return day
    if clock.second == clock.microsecond == 0:
        return f"{day} {clock:%H:%M}"
    return f"{day} {clock:%H:%M:%S}" if clock.microsecond == (999_999 if is_last else 0) else None


def localized(moment: datetime, zone: tzinfo, text: str) -> datetime:
    """The moment on the clock of that zone. Raises TwoMeanings for an hour that its clock shows twice, and ValueError for one
    that it leaves out."""
    one, other = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
    if one.utcoffset() == other.utcoffset():
        return one
    if one.utcoffset() < other.utcoffset():  # type: ignore[operator]
        raise ValueError("the clock is put forward over it")
    both = " or ".join(f"{either:%Y-%m-%dT%H:%M:%S}{either:%z}" for either in (one, other))
    raise TwoMeanings(f"“{text}” was there twice, when the clock was put back: write {both}.")


def _parted(words: str) -> list[tuple[str, str]]:
    """Day and clock, as they may be parted: the day alone, the clock alone, one before the other."""
    parts = words.replace(" at ", " ").split(" ")
    cuts = [(" ".join(parts[:cut]), " ".join(parts[cut:])) for cut in range(len(parts) - 1, 0, -1)]
    return [(words, ""), ("", words), *cuts, *((last, first) for first, last in cuts)]


def _day(text: str, today: date) -> date | None:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    weekdays = [number for number, name in enumerate(WEEKDAYS) if text in (name, name[:3])]
    if weekdays:
        return today - timedelta(days=(today.weekday() - weekdays[0]) % 7)
    if match := NAMED.fullmatch(text) or NAMED_FIRST.fullmatch(text):
        month = match["month"]
        known = [number for number, name in enumerate(MONTHS) if name.startswith(month)]
        if not known:
            return None
        return _in_year(match["year"], known[0], int(match["day"]), today)
    if match := DOTTED.fullmatch(text):
        return _in_year(match["year"], int(match["month"]), int(match["day"]), today)
    return _slashed(text, today)


def _slashed(text: str, today: date) -> date | None:
    match = SLASHED.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), match[3]
    if max(first, second) > 12 or first == second:  # one of the two is no month, or both say the same
        month, day = (second, first) if first > 12 or first == second else (first, second)
        return _in_year(year, month, day, today)
    european, american = _in_year(year, second, first, today), _in_year(year, first, second, today)
    raise TwoMeanings(f"“{text}” has two meanings: write {_spelled(european)} or {_spelled(american)}.")


def _in_year(year: str | None, month: int, day: int, today: date) -> date:
    if year:
        return date(int(year), month, day)
    # The 29th of February is in one of eight years at the latest.
    for tried in range(today.year, today.year - 9, -1):
        try:
            found = date(tried, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError("no year has this day")


def _spelled(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _clock(text: str) -> tuple[time, time] | None:
    """The first and the last moment: a clock with seconds, as the pages print it, means the whole second."""
    match = CLOCK.fullmatch(text)
    if match is None or not (match["minute"] or match["half"]):
        return None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no clock of two halves has this hour")
        hour = hour % 12 + 12 * (match["half"] == "pm")
    moment = time(hour, minute, second)
    return moment, moment.replace(microsecond=999_999) if match["second"] else moment


def _today(text: str, moment: time, now: datetime) -> date:
    if moment > now.time():
        yesterday = now.date() - timedelta(days=1)
        raise TwoMeanings(
            f"“{text}” is still to come today: write “today {moment:%H:%M:%S}” or “yesterday {moment:%H:%M:%S}”"
            f" ({_spelled(yesterday)})."
        )
    return now.date()
