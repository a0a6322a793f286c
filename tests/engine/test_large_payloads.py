"""Payloads of a megabyte by the hundred go from the table to the queue without passing through the driver's memory."""

from __future__ import annotations

import json

import pytest

from dlq.operations.batch import FEW, PAYLOAD_BYTES, BatchFinder, next_batch
from dlq.operations.confirmation import begin
from dlq.table.location import TABLE
from tests.engine.drivers import CARETAKER, Watch, running
from tests.support.database import another_connection, database_url, value
from tests.support.entries import add_entries, add_entry
from tests.support.operations import confirm

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

ENTRIES = 300
"""Some 300 MB of payload: a driver that kept what it moves would be many times over the limit."""
MEGABYTE = 1_000_000
MOST_MEMORY = 50 * MEGABYTE
"""How far the driver may grow beyond what it has once it has begun: a chunk's payloads alone are 16 MB of text."""


def add_large_entries(count: int) -> None:
    """All with the payload of the first one, which is compressed once and copied as it is."""
    add_entry(payload=json.dumps({"x": "x" * MEGABYTE}))
    add_entries(count - 1, payload=f"(SELECT e.payload FROM {TABLE.regclass} e)")


def test_driver_stays_small_when_hundreds_of_payloads_have_a_megabyte_each() -> None:
    add_large_entries(ENTRIES)
    operation, _new = begin(confirm("requeue", pairs=[]), actor="tester")
    with another_connection(autocommit=True) as observer, running(database_url(), *CARETAKER) as driver:
        watch = Watch(observer, operation.pk, chunk_size=1)
        now = watch.until_it_moves(watch.progress())
        memory = [driver.memory()]
        while now.state != "done":
            now = watch.until_it_moves(now, lambda: memory.append(driver.memory()))
        errors = driver.stop()
    assert "Trying again" not in errors, errors
    assert max(memory) - memory[0] < MOST_MEMORY
    operation.refresh_from_db()
    assert operation.done_count == ENTRIES
    large = f"SELECT count(*) FROM graphile_worker._private_jobs WHERE octet_length(payload::text) > {MEGABYTE}"
    assert value(large) == ENTRIES


@pytest.mark.django_db
def test_chunk_unpacks_few_more_payloads_than_it_takes_when_they_are_large() -> None:
    """Else each chunk would unpack a thousand to find that sixteen are enough."""
    add_large_entries(200)
    operation, _new = begin(confirm("requeue", pairs=[]), actor="tester")
    toast = value("SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = %s::regclass", TABLE.regclass)
    pieces = value(f"SELECT count(*) / 200 FROM {toast}")
    pieces_read = "SELECT idx_tup_fetch FROM pg_stat_xact_all_tables WHERE relid = %s::regclass"
    before = value(pieces_read, toast)
    taken = next_batch(operation, BatchFinder()).locked
    assert len(taken) == PAYLOAD_BYTES // (MEGABYTE + 10)
    assert len(taken) <= (value(pieces_read, toast) - before) / pieces <= FEW
