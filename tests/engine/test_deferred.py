"""A constraint of the owner's that PostgreSQL checks only at the end of the transaction still concerns only its row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dlq.models import DeletedEntry
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, ids, text_of
from tests.support.operations import operate, reasons

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tickets(transactional_db: None) -> Iterator[None]:
    """The owner's table that points to entries."""
    sql(
        f"CREATE TABLE ticket (entry bigint REFERENCES {SCHEMA}.backfill_dlq DEFERRABLE INITIALLY DEFERRED)",
    )
    yield
    sql("DROP TABLE ticket")


@pytest.mark.usefixtures("tickets")
def test_the_rest_is_deleted_when_others_still_point_to_an_entry() -> None:
    entries = add_entries(50)
    kept = entries[7]
    sql("INSERT INTO ticket VALUES (%s)", kept)
    before = text_of(kept)
    operation = operate("delete", pairs=[])
    assert (operation.state, operation.done_count, operation.failed_count) == ("done", 49, 1)
    assert 'violates foreign key constraint "ticket_entry_fkey"' in reasons(operation)[kept]
    assert ids() == [kept]
    assert text_of(kept) == before
    assert DeletedEntry.objects.count() == 49
