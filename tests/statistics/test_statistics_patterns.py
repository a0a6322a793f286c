"""The statistics page by failure pattern: how many causes there are in what it is about, each with its numbers and its list."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from dlq.models import FailurePattern
from dlq.patterns.merging import merge
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.operations import requeue
from tests.support.pages import STATISTICS, Page, get, text_of
from tests.support.patterns import group_everything, pattern_of
from tests.support.statistics import cells, counted, drawn, number, numbers, tile_links, tiles

pytestmark = pytest.mark.django_db

TIMES = {"failed_after": "2026-01-25T00:00Z", "failed_before": "2026-01-30T00:00Z"}
UNGROUPED = "not grouped yet"


@pytest.fixture
def causes() -> None:
    """One from before the window, one from before that goes on, two new ones, of which one is of another queue."""
    for error, age, queue in (
        ("disk full", 7, ""),
        ("no such user", 7, ""),
        ("no such user", 3, ""),
        ("no such user", 2, "bills"),
        ("timed out", 1, ""),
        ("card declined", 1, "bills"),
    ):
        add_entry(last_error=f'"{error}"', failed_at=f"2026-01-{30 - age} 12:00+00", queue_name=queue)
    group_everything()


def headline(page: Page) -> tuple[str, str]:
    (tile,) = [text for text in map(text_of, page.all("li", class_="dlq-tile")) if "failure pattern" in text]
    before, _label, after = tile.partition("failure pattern")
    return before.strip(), after.removeprefix("s").strip()


@pytest.mark.usefixtures("causes")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ("3", "2 of them for the first time; in the previous period 2")),
        ({"queue_name": "bills"}, ("2", "1 of them for the first time; in the previous period 0")),
        ({"queue_name": "-"}, ("2", "1 of them for the first time; in the previous period 2")),
        ({"q": "nothing has it"}, ("0", "in the previous period 0")),
    ],
)
def test_patterns_are_counted_when_there_is_a_filter_or_none(
    boss: Client, query: dict[str, str], expected: tuple[str, str]
) -> None:
    assert headline(get(boss, STATISTICS, **TIMES, **query)) == expected


@pytest.mark.usefixtures("causes")
@pytest.mark.parametrize(
    "query", [{}, {"queue_name": "bills"}, {"by": "pattern"}, {"by": "pattern", "queue_name": "-"}]
)
def test_each_number_by_pattern_leads_to_as_many_when_its_link_is_followed(boss: Client, query: dict[str, str]) -> None:
    # One is merged, one failed again since it was grouped, one's failure was put back by hand, one is new.
    disk, user = (FailurePattern.objects.get(title=title) for title in ("disk full", "no such user"))
    merge(disk, into=user)
    requeue(pattern_entry("no such user"))
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = '2026-01-29 13:00Z' WHERE last_error = '\"timed out\"'")
    sql(
        f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = failed_at - interval '1 day' WHERE last_error = '\"card declined\"'"
    )
    add_entry(last_error='"no such user"', failed_at="2026-01-29 14:00Z", queue_name="bills")
    page = get(boss, STATISTICS, **TIMES, **query)
    found = [one for row in numbers(page, "By pattern").values() for one in row]
    found += drawn(page) if "by" in query else []
    assert len(found) > 1
    for one in found:
        assert counted(boss, one.link) == one.count, one
    assert sum(int(row[0]) for row in cells(page, "By pattern").values()) == number(tiles(page)["failed jobs"])


def pattern_entry(title: str) -> int:
    return int(sql(f"SELECT min(id) FROM {SCHEMA}.backfill_dlq WHERE last_error = to_jsonb(%s::text)", title)[0][0])


@pytest.mark.usefixtures("causes")
def test_what_is_not_grouped_is_told_and_no_pattern_when_there_is_some(boss: Client) -> None:
    assert UNGROUPED not in get(boss, STATISTICS, **TIMES).text
    add_entries(2, last_error="'\"timed out\"'", failed_at="'2026-01-29 14:00Z'")
    page = get(boss, STATISTICS, **TIMES)
    (link,) = page.links("2 of these failed jobs are not grouped into a failure pattern yet")
    assert counted(boss, link) == 2
    assert headline(page)[0] == "3"
    assert cells(page, "By pattern")[UNGROUPED][:3] == ["2", "", "33.3 %"]
    assert UNGROUPED not in get(boss, STATISTICS, **TIMES, queue_name="bills").text


def test_what_is_not_grouped_is_told_when_it_is_less_than_the_largest_patterns(boss: Client) -> None:
    words = "abcdefghijkl"
    add_entries(24, last_error=f"to_jsonb(substr('{words}', 1 + (n - 1) % 12, 1) || ' went wrong')")
    group_everything()
    add_entry(last_error='"new"')
    page = get(boss, STATISTICS, by="pattern")
    assert len(cells(page, "By pattern: the 10 largest of 12")) == 10
    assert page.links("1 of these failed jobs is not grouped into a failure pattern yet")
    assert "6 others and not grouped yet 13" in page.text
    assert tile_links(page)["failure patterns"] == "#by-pattern"
    assert page.one("table", id="by-pattern") is not None


def test_all_is_one_colour_when_nothing_is_grouped(boss: Client) -> None:
    add_entries(3)
    page = get(boss, STATISTICS, by="pattern")
    assert headline(page) == ("0", "in the previous period 0")
    assert set(cells(page, "By pattern")) == {UNGROUPED}
    assert "By pattern: the" not in page.text


@pytest.mark.usefixtures("causes")
def test_recovered_requeues_are_those_of_the_pattern_when_they_ended(boss: Client) -> None:
    for title in ("no such user", "timed out"):
        requeue(pattern_entry(title))
    group_everything()
    sql("UPDATE dlq_requeue SET outcome = 'failed_again', created_at = '2026-01-29 18:00Z'")
    sql("UPDATE dlq_requeue SET outcome = 'recovered' WHERE entry_id = %s", pattern_entry("timed out"))
    shown = cells(get(boss, STATISTICS, **TIMES), "By pattern")
    assert {name: row[7] for name, row in shown.items()} == {
        "no such user (send_email)": "0 %",
        "timed out (send_email)": "100 %",
        "card declined (send_email)": "–",
    }


@pytest.mark.usefixtures("causes")
def test_table_as_csv_has_numbers_and_titles_when_downloaded(boss: Client) -> None:
    add_entry(failed_at="2026-01-29 14:00Z")
    response = boss.get(STATISTICS, {**TIMES, "table": "pattern"})
    head, *rows = csv.reader(StringIO(response.content.decode(), newline=""))
    assert head[:3] == ["pattern", "title", "failed_jobs"]
    user = FailurePattern.objects.get(title="no such user")
    assert [str(user.pk), "no such user (send_email)", "2"] in [row[:3] for row in rows]
    assert ["0", UNGROUPED, "1"] in [row[:3] for row in rows]
    assert len(rows) == 4


def test_merged_patterns_are_one_when_the_one_was_merged_again(boss: Client) -> None:
    entries = [add_entry(last_error=f'"{error}"') for error in ("one", "two", "three")]
    group_everything()
    for part, whole in ((0, 1), (1, 2)):
        merge(pattern_of(entries[part]), into=pattern_of(entries[whole]))
    (row,) = numbers(get(boss, STATISTICS), "By pattern").values()
    assert [one.count for one in row] == [3, 3][: len(row)]
    assert counted(boss, row[0].link) == 3
