"""A database that the rules of version 1 grouped, and in which people wrote: all of it stays with the failures it was about.

`version_1.json` has the rows as the code of that version stored them: 22 failed jobs of six tasks, those of a seventh are gone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlq.models import EntryPattern, FailurePattern
from dlq.patterns.edits import edits_of
from dlq.patterns.fingerprint import VERSION
from dlq.patterns.merging import WRITTEN
from dlq.table.location import TABLE
from tests.support.database import sql, value
from tests.support.entries import add_entry
from tests.support.patterns import check_counts, group_everything, pattern_of

pytestmark = pytest.mark.django_db

STORED: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "version_1.json").read_text())


@pytest.fixture(autouse=True)
def _moved() -> None:
    for table, rows in STORED.items():
        name = TABLE.regclass if table == "entries" else table
        columns = ", ".join(f'"{column}"' for column in rows[0])
        sql(
            f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE"
            f" SELECT {columns} FROM json_populate_recordset(NULL::{name}, %s)",
            json.dumps(rows),
        )
        if "id" in rows[0] and table != "dlq_sortingstate":
            sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1000)")
    group_everything()


def entries_of(task: str) -> list[int]:
    return [row["id"] for row in STORED["entries"] if row["task_identifier"] == task]


def patterns_of(task: str) -> list[FailurePattern]:
    """The different ones, in the order of their failed jobs."""
    return list(dict.fromkeys(pattern_of(entry) for entry in entries_of(task)))


def history(pattern: FailurePattern) -> str:
    return "\n".join(record.in_words for record in edits_of(pattern))


def test_every_failure_has_all_that_was_written_about_it() -> None:
    before = {row["id"]: row for row in STORED["dlq_failurepattern"]}
    grouped = {row["entry_id"]: before[row["pattern_id"]] for row in STORED["dlq_entrypattern"]}
    for entry in EntryPattern.objects.select_related("pattern__merged_into"):
        pattern, earlier = entry.pattern.whole, grouped[entry.entry_id]
        assert entry.version == VERSION
        assert earlier["notes"] in pattern.notes
        assert earlier["owner"] in ("", pattern.assignee)
        assert earlier["advice"] in ("", "yes", pattern.advice), "the more careful one wins"
        assert earlier["state"] in ("new", pattern.state)
        assert (earlier["advice_text"], earlier["runbook_url"]) == (pattern.advice_text, pattern.runbook_url)
        assert earlier["version"] == 1
    check_counts()


@pytest.mark.parametrize(("task", "number"), [("ledger", 2), ("stock", 3)])
def test_each_part_begins_with_what_was_written_about_the_whole_and_the_histories_say_so(
    task: str, number: int
) -> None:
    whole, *parts = patterns_of(task)
    assert len(parts) + 1 == number
    for part in parts:
        assert {name: getattr(part, name) for name in WRITTEN} == {name: getattr(whole, name) for name in WRITTEN}
        assert f"Was a part of pattern #{whole.pk}" in history(part)
        assert f"pattern #{part.pk} “{part.title}” is one of its own, with what was written here" in history(whole)


def test_two_that_are_one_now_keep_both_writings_and_histories() -> None:
    (pattern,) = patterns_of("mail")
    assert (pattern.notes, pattern.advice, pattern.assignee) == ("ask the customer\nsafe at night", "ask", "cid")
    assert "Took in pattern #3" in history(pattern)
    assert "→ safe at night" in history(pattern)
    assert pattern.entry_count == 4


def test_those_that_learned_merging_joins_are_one_without_waiting_for_another() -> None:
    (pattern,) = patterns_of("shops")
    assert (pattern.title, pattern.entry_count) == ("shop <*> has no domain", 6)


def test_resolved_ones_stay_so_and_those_without_failed_jobs_are_found_again() -> None:
    (plain,) = patterns_of("plain")
    assert (plain.state, plain.notes) == ("resolved", "done")
    later = add_entry(task_identifier="gone", last_error=json.dumps('TaskError("bucket \\"exports\\" is read-only")'))
    group_everything()
    assert (pattern_of(later).notes, pattern_of(later).assignee) == ("ask the platform team", "dora")
    assert value("SELECT count(*) FROM dlq_failurepattern WHERE version < %s AND merged_into_id IS NULL", VERSION) == 0
