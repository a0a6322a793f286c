"""The `weekday_hour` filter is on the viewer's clock, and stays so when it is kept."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone

from dlq.filters import DlqFilterSet
from dlq.filters.addresses import without_cursors
from tests.support.entries import add_entry

pytestmark = pytest.mark.django_db


def read(value: str) -> DlqFilterSet:
    data = QueryDict(mutable=True)
    data["weekday_hour"] = value
    return DlqFilterSet(without_cursors(data))


def test_hour_is_of_the_viewers_clock_when_no_zone_is_named() -> None:
    entry = add_entry(failed_at="2026-03-28 23:30Z")
    with timezone.override(ZoneInfo("Europe/Berlin")):
        filterset = read("sun-00")
        assert [found.pk for found in filterset.qs] == [entry]
        assert str(filterset) == "Failed on Sundays 00–01 h (Europe/Berlin)"
        kept = filterset.absolute_pairs
    assert kept == [("weekday_hour", "sun-00@Europe/Berlin")]
    assert [found.pk for found in DlqFilterSet.of_pairs(kept).qs] == [entry]
    assert not read("sun-00").qs


def test_hour_that_comes_twice_is_found_both_times_when_clocks_go_back() -> None:
    entries = {add_entry(failed_at=f"2026-10-25 0{hour}:30Z") for hour in (0, 1)}
    add_entry(failed_at="2026-10-25 02:30Z")
    assert {found.pk for found in read("sun-02@Europe/Berlin").qs} == entries


@pytest.mark.parametrize(
    "value",
    ["sun", "9", "sun-24", "son-09", "sun-09@", "sun-09@Nowhere", "sun-09@Europe/Berlin'--", "sun--1", "sun-09\x00"],
)
def test_value_is_refused_when_it_is_no_hour_of_the_week(value: str) -> None:
    add_entry()
    filterset = read(value)
    assert filterset.problems
    assert not filterset.qs
