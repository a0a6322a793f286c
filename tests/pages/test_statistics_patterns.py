"""Statistics by failure pattern, where somebody asks for them: counted as the `pattern` filter has it, so the lists agree."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.db import database_now
from dlq.models import EntryPattern, FailurePattern
from dlq.services.sorting import sort_in
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry
from tests.support.operations import requeue
from tests.support.pages import STATISTICS, get
from tests.support.patterns import pattern_of, sort_everything
from tests.support.statistics import cells, counted, drawn, numbers

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ERRORS = ('"Connection refused"', '"card declined"', '{"message": "timeout", "code": 504}')


def failed(error: str) -> int:
    """An entry that failed an hour ago."""
    return add_entry(last_error=error, failed_at=database_now() - HOUR)


def fill() -> list[int]:
    entries = [failed(ERRORS[number % 3]) for number in range(12)]
    sort_everything()
    # Of these two the newest failure is in no pattern yet: one failed again since, one is new.
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = failed_at + interval '1 microsecond' WHERE id = %s", entries[0])
    return [*entries, failed('"something new"')]


def test_patterns_are_counted_and_lead_to_as_many_when_asked_for(boss: Client) -> None:
    entries = fill()
    page = get(boss, STATISTICS, by="pattern", window="24h")
    sorted_in = Counter(str(pattern_of(entry)) for entry in entries[1:12])
    expected = {f"{title} (send_email)": number for title, number in sorted_in.items()} | {"not sorted in yet": 2}
    shown = numbers(page, "By pattern")
    assert {name: row[0].count for name, row in shown.items()} == expected
    for number in [*(row[0] for row in shown.values()), *drawn(page)]:
        assert counted(boss, number.link) == number.count, number


def test_what_newer_rules_made_one_is_counted_as_one_when_shown(boss: Client) -> None:
    entries = fill()
    into, old = pattern_of(entries[1]), pattern_of(entries[2])
    old.merged_into = into
    old.save(update_fields=["merged_into"])
    # As sorting does, the times of the one that stays cover both.
    FailurePattern.objects.filter(pk=into.pk).update(
        first_seen=min(into.first_seen, old.first_seen), last_seen=max(into.last_seen, old.last_seen)
    )
    shown = numbers(get(boss, STATISTICS, by="pattern", window="24h"), "By pattern")
    both = EntryPattern.objects.filter(pattern__in=[into, old]).count()
    (number, *_rest) = shown[f"{into.title} (send_email)"]
    assert number.count == both
    assert counted(boss, number.link) == both


def test_recovered_rate_is_of_the_pattern_when_the_entry_is_gone(boss: Client) -> None:
    good, bad, stays = failed(ERRORS[0]), failed(ERRORS[1]), failed(ERRORS[0])
    sort_everything()
    requeue(good, bad)
    sql(
        "UPDATE dlq_requeue SET created_at = now() - interval '1 minute',"
        " outcome = CASE entry_id WHEN %s THEN 'recovered' ELSE 'failed_again' END",
        good,
    )
    sort_in(60)
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", good)
    page = get(boss, STATISTICS, by="pattern", window="24h")
    assert cells(page, "By pattern")[f"{pattern_of(stays).title} (send_email)"][7] == "100 %"
    assert cells(page, "By pattern")[f"{pattern_of(bad).title} (send_email)"][7] == "0 %"


def test_patterns_are_not_read_when_nobody_asks_for_them(boss: Client) -> None:
    fill()
    with CaptureQueriesContext(connection) as queries:
        page = get(boss, STATISTICS)
    assert not [query for query in queries if "dlq_entrypattern" in query["sql"]]
    assert page.links("by pattern") == ["?by=pattern"]
