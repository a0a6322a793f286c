"""The headline of failure patterns: how many causes there were in the window, and how many were new."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.entries import add_entry
from tests.support.pages import STATISTICS, get
from tests.support.patterns import sort_everything
from tests.support.statistics import tiles

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_causes() -> None:
    """One from before the window, one from before that goes on, one new."""
    for error, age in (("disk full", 20), ("no such user", 20), ("no such user", 1), ("timed out", 1)):
        add_entry(last_error=f'"{error}"', failed_at=f"2026-01-{30 - age} 12:00+00")
    sort_everything()


@pytest.mark.usefixtures("three_causes")
def test_patterns_are_counted_when_the_page_has_no_filter_but_a_time(boss: Client) -> None:
    page = get(boss, STATISTICS, failed_after="2026-01-25T00:00Z", failed_before="2026-01-30T00:00Z")
    assert tiles(page)["failure patterns"] == "2"
    assert "1 of them for the first time" in page.text


@pytest.mark.usefixtures("three_causes")
def test_patterns_are_not_counted_when_a_filter_narrows_the_page(boss: Client) -> None:
    assert not {label for label in tiles(get(boss, STATISTICS, queue_name="-")) if "pattern" in label}
