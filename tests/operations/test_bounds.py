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
