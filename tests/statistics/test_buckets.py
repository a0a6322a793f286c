"""Hours and days begin where the clock on the wall says so, also where it is turned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlq.statistics.buckets import BUCKET_WIDTHS, HOUR, bucket_edges, bucket_width_for
from dlq.statistics.window import LENGTHS, MOST_BARS, Window

ODD_ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
)
DAY = next(step for step in BUCKET_WIDTHS if step.name == "day")


def moments(zone: str, start: str, end: str) -> list[str]:
    """The hours that begin between two UTC times, by the clock of the zone."""
    found = bucket_edges(HOUR, datetime.fromisoformat(start), datetime.fromisoformat(end), ZoneInfo(zone))
    return [moment.astimezone(ZoneInfo(zone)).strftime("%H:%M %z") for moment in found]


def test_hour_is_left_out_when_clocks_go_forward() -> None:
    assert moments("Europe/Berlin", "2026-03-28T23:30Z", "2026-03-29T03:30Z") == [
        "01:00 +0100",
        "03:00 +0200",
        "04:00 +0200",
        "05:00 +0200",
    ]


def test_hour_comes_twice_when_clocks_go_back() -> None:
    assert moments("Europe/Berlin", "2026-10-24T23:30Z", "2026-10-25T02:30Z") == [
        "02:00 +0200",
        "02:00 +0100",
        "03:00 +0100",
    ]


def test_hours_follow_the_clock_when_it_jumps_by_half_an_hour() -> None:
    assert moments("Australia/Lord_Howe", "2026-10-03T14:45Z", "2026-10-03T17:30Z")[-2:] == [
        "03:00 +1100",
        "04:00 +1100",
    ]


def test_jump_begins_something_when_it_is_not_at_a_full_hour() -> None:
    """Newfoundland turned its clocks at one minute past midnight."""
    assert "01:01 -0230" in moments("America/St_Johns", "2010-03-14T03:00Z", "2010-03-14T04:30Z")


def test_midnight_begins_a_day_each_time_when_it_comes_twice() -> None:
    """Newfoundland again: at one minute past midnight it was one minute past eleven once more."""
    found = moments("America/St_Johns", "2010-11-07T02:00Z", "2010-11-07T04:00Z")
    assert found == ["00:00 -0230", "23:01 -0330", "00:00 -0330"]


@given(
    zone=st.sampled_from(ODD_ZONES),
    start=st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)),
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=10)),
)
def test_every_stretch_is_within_one_hour_of_the_clock_when_cut_into_hours(
    zone: str, start: datetime, length: timedelta
) -> None:
    begin, place = start.replace(tzinfo=UTC), ZoneInfo(zone)
    edges = [begin, *bucket_edges(HOUR, begin, begin + length, place), begin + length]
    assert edges == sorted(set(edges))
    for first, following in pairwise(edges):
        last = following - timedelta(microseconds=1)
        for moment in (first + (last - first) / 3, last):
            assert HOUR.floor(moment.astimezone(place).replace(tzinfo=None)) == HOUR.floor(
                first.astimezone(place).replace(tzinfo=None)
            )


@pytest.mark.parametrize("name", LENGTHS)
@pytest.mark.parametrize("zone", ODD_ZONES)
def test_bars_cover_the_window_without_gap_when_cut(name: str, zone: str) -> None:
    window = Window.ending(datetime(2026, 4, 5, 13, 37, 42, 1234, tzinfo=UTC), LENGTHS[name][1])
    slots = window.slots(ZoneInfo(zone))
    assert (slots[0].start, slots[-1].last) == (window.start, window.end)
    assert all(before.last + timedelta(microseconds=1) == after.start for before, after in pairwise(slots))
    bars = list(window.bars(slots, ZoneInfo(zone)))
    assert [number for bar in bars for number in bar] == list(range(len(slots)))
    assert len(bars) <= MOST_BARS + 2


def test_last_instant_begins_its_own_hour_when_the_window_ends_with_one() -> None:
    window = Window.ending(datetime(2026, 3, 3, 12, tzinfo=UTC), timedelta(days=7))
    *_others, last = window.slots(ZoneInfo("UTC"))
    assert (last.start, last.last) == (window.end, window.end)


def test_bars_are_days_of_the_clock_when_the_window_is_a_month() -> None:
    place = ZoneInfo("America/Sao_Paulo")
    window = Window.ending(datetime(2018, 11, 20, tzinfo=UTC), timedelta(days=30))
    slots = window.slots(place)
    begins = [slots[bar[0]].start.astimezone(place) for bar in window.bars(slots, place)]
    # On 4 November 2018 there was no midnight in São Paulo: the day began at one.
    assert {(moment.hour, moment.minute) for moment in begins[1:]} == {(0, 0), (1, 0)}
    assert [moment.day for moment in begins if moment.hour == 1] == [4]


def test_step_is_the_shortest_that_fits_when_chosen() -> None:
    assert [bucket_width_for(length, MOST_BARS).name for _label, length in LENGTHS.values()] == [
        "2 minutes",
        "hour",
        "6 hours",
        "day",
    ]
    assert bucket_width_for(timedelta(days=9000), MOST_BARS).name == "year"
    assert bucket_width_for(timedelta(days=90000), MOST_BARS).name == "year"
