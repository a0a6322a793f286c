"""Each form in which a time may be typed, on a Thursday in November; and what is refused because it means two."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dlq.web.typed_times import TwoMeanings, localized, read

NOW = datetime(2026, 11, 26, 9, 30, 15)

DAYS = {
    "today": "2026-11-26",
    "Yesterday": "2026-11-25",
    "thursday": "2026-11-26",
    "mon": "2026-11-23",
    "Friday": "2026-11-20",
    "25 Nov": "2026-11-25",
    "25 november": "2026-11-25",
    "Nov 25": "2026-11-25",
    "Nov 25, 2025": "2025-11-25",
    "27 Nov": "2025-11-27",
    "1 Sept": "2026-09-01",
    "29 Feb": "2024-02-29",
    "25.11.2026": "2026-11-25",
    "5.3.": "2026-03-05",
    "25/11/2026": "2026-11-25",
    "11/25/2026": "2026-11-25",
    "04/04": "2026-04-04",
}
MOMENTS = {
    "25 Nov 14:29": "2026-11-25T14:29",
    "25 Nov 2025 14:29": "2025-11-25T14:29",
    "14:29 25 Nov": "2026-11-25T14:29",
    "yesterday at 10:00": "2026-11-25T10:00",
    "monday 7:05": "2026-11-23T07:05",
    "25.11.2026 0:00": "2026-11-25T00:00",
    "9:30": "2026-11-26T09:30",
    "2am": "2026-11-26T02:00",
    "yesterday 2:29 pm": "2026-11-25T14:29",
    "12 am": "2026-11-26T00:00",
    "yesterday 12pm": "2026-11-25T12:00",
    "25/11 23:59": "2026-11-25T23:59",
}


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_day_is_read_as_the_whole_day(text: str, day: str) -> None:
    assert read(text, NOW) == (datetime.fromisoformat(day), datetime.fromisoformat(f"{day}T23:59:59.999999"))


@pytest.mark.parametrize(("text", "moment"), MOMENTS.items())
def test_clock_is_read_as_one_moment(text: str, moment: str) -> None:
    assert read(text, NOW) == (datetime.fromisoformat(moment),) * 2


def test_clock_as_the_pages_print_it_means_the_whole_second() -> None:
    second = datetime(2026, 11, 25, 14, 29, 36)
    assert read("25 Nov 14:29:36", NOW) == (second, second.replace(microsecond=999_999))


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("03/04", ("3 Apr 2026", "4 Mar 2026")),
        ("3/4/2025", ("3 Apr 2025", "4 Mar 2025")),
        ("03/04 10:00", ("3 Apr 2026", "4 Mar 2026")),
        ("23:00", ("today 23:00:00", "yesterday 23:00:00")),
        ("11 pm", ("today 23:00:00", "yesterday 23:00:00")),
    ],
)
def test_two_meanings_are_refused_with_both(text: str, meanings: tuple[str, str]) -> None:
    with pytest.raises(TwoMeanings) as refused:
        read(text, NOW)
    assert all(meaning in str(refused.value) for meaning in meanings)


@pytest.mark.parametrize("text", ["30 Feb", "31.4.2026", "25:00", "10:60", "13 pm", "0 am", "32/1", "13/13/2026"])
def test_what_no_calendar_has_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text, NOW)


@pytest.mark.parametrize(
    "text",
    ["", "x", "10", "now", "tomorrow", "last week", "25", "Nov", "mond", "1 Novel", "10:00 10:00", "today today"],
)
def test_anything_else_is_none_of_the_forms(text: str) -> None:
    assert read(text, NOW) is None


def test_hour_that_the_clock_shows_twice_is_refused_with_both() -> None:
    with pytest.raises(TwoMeanings, match=r"2026-10-25T02:30:00\+0200 or 2026-10-25T02:30:00\+0100"):
        localized(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin"), "25 Oct 2:30")


def test_hour_that_the_clock_leaves_out_is_an_error() -> None:
    with pytest.raises(ValueError, match="put forward"):
        localized(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin"), "29 Mar 2:30")
