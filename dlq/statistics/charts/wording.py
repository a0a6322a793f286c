"""Numbers and spans of time in words."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from dlq.statistics.window import INSTANT, Slot


def percent(part: float, whole: float) -> str:
    """45.2 %, never 0 % for some nor 100 % for less than all."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "< 0.1 %"
    if 99.9 < share < 100:
        return "> 99.9 %"
    return f"{share:.1f} %".replace(".0 %", " %")


def change(now: int, previous: int) -> str:
    """Against the previous period: "▲ 40 %", "new"."""
    if now == previous:
        return "same"
    if not previous:
        return "new"
    amount = abs(now - previous) / previous
    if amount >= 10:
        return f"▲ {now / previous:,.0f} ×"
    return f"{'▲' if now > previous else '▼'} {'< 1' if amount < 0.01 else f'{100 * amount:.0f}'} %"


def period(slot: Slot) -> str:
    """Tue 3 Nov 12:00–18:00; Tue 3 Nov; 2 Nov–8 Nov. Without seconds where they are none."""
    start, end = localtime(slot.start), localtime(slot.last + INSTANT)
    if _is_midnight(start) and _is_midnight(end):
        last = localtime(slot.last)
        return _day(start) if start.date() == last.date() else f"{_day(start)} – {_day(last)}"
    # The end of a day is 24:00, not the next day's 00:00.
    last = localtime(slot.last)
    until = "24:00" if _is_midnight(end) else _clock(end)
    same_day = start.date() == last.date()
    return f"{_day(start)} {_clock(start)}–{until if same_day else f'{_day(last)} {until}'}"


def _is_midnight(moment: datetime) -> bool:
    return not (moment.hour or moment.minute or moment.second or moment.microsecond)


def _day(moment: datetime) -> str:
    this_year = moment.year == localtime(datetime.now(UTC)).year
    return date_format(moment, "D j M" if this_year else "D j M Y")


def _clock(moment: datetime) -> str:
    return date_format(moment, "H:i:s" if moment.second or moment.microsecond else "H:i")
