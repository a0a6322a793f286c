"""An owner's trigger that lets a row's change fall under the table without a word: the row is named all the same."""

from __future__ import annotations

import pytest

from dlq.models import DeletedEntry, EntryNote, Requeue
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, text_of
from tests.support.jobs import jobs
from tests.support.operations import operate, reasons, wording

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_entry_is_named_and_unchanged_when_a_trigger_suppresses_its_change(kind: str) -> None:
    entries = add_entries(10)
    kept = entries[3]
    sql(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
        f" CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON {SCHEMA}.backfill_dlq FOR EACH ROW"
        f" WHEN (OLD.id = {kept}) EXECUTE FUNCTION keep()"
    )
    before = text_of(kept)
    operation = operate(kind, pairs=[], note="looked at it")
    assert (operation.done_count, operation.failed_count, operation.handled_count) == (9, 1, 10)
    assert reasons(operation) == {kept: wording("suppressed")}
    assert text_of(kept) == before
    assert len(jobs()) == Requeue.objects.count() == (9 if kind == "requeue" else 0)
    assert DeletedEntry.objects.count() == (9 if kind == "delete" else 0)
    assert EntryNote.objects.count() == (0 if kind == "delete" else 9)
