"""A time that somebody types: field, words and address agree, and the address means the same to everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from tests.support.entries import add_entry
from tests.support.pages import LIST, STATISTICS, Page, get

pytestmark = pytest.mark.django_db

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


@pytest.mark.parametrize("page", [LIST, STATISTICS])
@pytest.mark.parametrize(
    ("name", "typed", "address", "box"),
    [
        ("failed_after", "25 Nov 2025 14:29", "2025-11-25T14:29:00+01:00", "25 Nov 2025 14:29"),
        ("failed_after", "25.11.2025", "2025-11-25T00:00:00+01:00", "25 Nov 2025"),
        (
            "failed_after",
            "2025-11-25T14:29:36.5",
            "2025-11-25T14:29:36.500000+01:00",
            "2025-11-25T14:29:36.500000+01:00",
        ),
        ("failed_before", "25 Nov 2025", "2025-11-25T23:59:59.999999+01:00", "25 Nov 2025"),
        ("failed_before", "25 Nov 2025 14:29:36", "2025-11-25T14:29:36.999999+01:00", "25 Nov 2025 14:29:36"),
        ("weekday_hour", "tue-09", "tue-09@Europe/Berlin", "tue-09@Europe/Berlin"),
    ],
)
def test_address_becomes_absolute_and_the_box_shows_what_was_typed(
    boss: Client, page: str, name: str, typed: str, address: str, box: str
) -> None:
    boss.cookies["dlq_tz"] = BERLIN
    shown = Page.of(boss.get(page, {name: typed, "task_identifier": "t"}, follow=True))
    ((where, status),) = shown.response.redirect_chain
    assert (status, boss.get(where).status_code) == (302, 200)
    assert QueryDict(urlsplit(where).query)[name] == address
    assert shown.value(name) == box


def test_shared_link_means_the_same_in_another_zone(boss: Client) -> None:
    before, after = add_entry(failed_at="2025-11-25T13:28:59Z"), add_entry(failed_at="2025-11-25T13:29:00Z")
    boss.cookies["dlq_tz"] = BERLIN
    shown = Page.of(boss.get(LIST, {"failed_after": "25 Nov 2025 14:29"}, follow=True))
    assert shown.entries == [after]
    ((shared, _status),) = shown.response.redirect_chain
    boss.cookies["dlq_tz"] = NEW_YORK
    there = Page.of(boss.get(shared))
    assert (there.entries, there.value("failed_after")) == ([after], "25 Nov 2025 08:29")
    assert "25 Nov 2025 08:29:00" in there.text
    assert before not in there.entries


@pytest.mark.parametrize("text", ["24h", "2025-11-25T14:29Z", "2025-11-25T14:29:00 01:00", "infinity", "0044-03-15 BC"])
def test_what_means_the_same_to_everybody_stays(boss: Client, text: str) -> None:
    assert boss.get(LIST, {"failed_after": text}).status_code == 200


def test_two_meanings_are_shown_and_nothing_else(boss: Client) -> None:
    add_entry()
    page = get(boss, LIST, failed_before="03/04/2026")
    assert page.entries == []
    assert "“03/04/2026” has two meanings: write 3 Apr 2026 or 4 Mar 2026." in page.text
    assert page.value("failed_before") == "03/04/2026"


def test_printed_time_of_a_row_finds_that_row(boss: Client) -> None:
    failed = datetime.now(UTC) - timedelta(days=3)
    entry = add_entry(failed_at=failed.isoformat())
    add_entry(failed_at=(failed - timedelta(seconds=2)).isoformat())
    add_entry(failed_at=(failed + timedelta(seconds=2)).isoformat())
    printed = f"{failed.day} {failed:%b %H:%M:%S}"
    page = Page.of(boss.get(LIST, {"failed_after": printed, "failed_before": printed}, follow=True))
    assert page.entries == [entry]
