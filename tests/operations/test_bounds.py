"""An operation works between the first and the last entry that matched when its confirmation page was shown."""

from __future__ import annotations

import pytest

from dlq.models import BulkOperation
from dlq.operations.confirmation import begin
from dlq.operations.overview import overview
from dlq.operations.runner import advance
from tests.support.database import sql
from tests.support.entries import add_entries, ids
from tests.support.operations import confirm

pytestmark = pytest.mark.django_db

MAIL = [("task_identifier", "send_email")]


def begun_as_the_page_does(pairs: list[tuple[str, str]]) -> BulkOperation:
    confirmation = confirm("delete", pairs=pairs)
    shown = overview(confirmation.as_operation())
    operation, _new = begin(confirmation.counted(shown.count, shown.ids), actor="tester")
    return operation


def test_it_looks_neither_before_the_first_nor_behind_the_last_that_matched() -> None:
    add_entries(3, task_identifier="'resize'")
    mail = add_entries(3, task_identifier="'send_email'")
    add_entries(3, task_identifier="'resize'")
    operation = begun_as_the_page_does(MAIL)
    assert (operation.cursor, operation.max_id) == (mail[0] - 1, mail[-1])


def test_what_comes_to_match_behind_the_last_is_left_alone() -> None:
    mail = add_entries(3, task_identifier="'send_email'")
    other = add_entries(2, task_identifier="'resize'")
    operation = begun_as_the_page_does(MAIL)
    sql("UPDATE graphile_worker.backfill_dlq SET task_identifier = 'send_email' WHERE id = ANY (%s)", other)
    done = advance(operation.pk, float("inf"))
    assert (done.state, done.done_count) == ("done", len(mail))
    assert ids() == other


def test_nothing_that_matches_has_no_bounds() -> None:
    add_entries(1, task_identifier="'resize'")
    shown = overview(confirm("delete", pairs=MAIL).as_operation())
    assert (shown.count, shown.ids) == (0, None)


def test_each_ticked_entry_has_an_answer_also_those_that_are_gone_before_the_first_and_behind_the_last() -> None:
    entries = add_entries(5, failed_at="now()")
    confirmation = confirm("delete", entries)
    sql("DELETE FROM graphile_worker.backfill_dlq WHERE id = ANY (%s)", [entries[0], entries[1], entries[4]])
    shown = overview(confirmation.as_operation())
    operation, _new = begin(confirmation.counted(shown.count, shown.ids), actor="tester")
    done = advance(operation.pk, float("inf"))
    assert (done.done_count, done.skipped_count, done.state) == (2, 3, "done")
    assert set(done.entries.filter(code="gone").values_list("entry_id", flat=True)) == {
        entries[0],
        entries[1],
        entries[4],
    }


def test_entry_whose_time_is_yet_to_come_is_one_like_others_and_one_that_failed_since_is_not() -> None:
    (past, future, again) = add_entries(
        3, failed_at="CASE n WHEN 2 THEN now() + interval '3 hours' ELSE now() - interval '1 hour' END"
    )
    operation = begun_as_the_page_does([])
    sql("UPDATE graphile_worker.backfill_dlq SET failed_at = clock_timestamp() WHERE id = %s", again)
    done = advance(operation.pk, float("inf"))
    assert (done.expected, done.done_count, ids()) == (3, 2, [again])
    assert set(done.deleted_entries.values_list("entry_id", flat=True)) == {past, future}
