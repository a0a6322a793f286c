"""The database of the stateful test: emptied for each life, filled by plain SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from dlq.table.init import init_dlq
from dlq.table.location import TABLE
from tests.engine_model.world import CURSED, Entry
from tests.support.database import SCHEMA, empty_queue_and_table, sql, value
from tests.support.entries import add_entry, drop_unique_key_index

OURS = (
    "dlq_chainlife, dlq_requeue, dlq_entrynote, dlq_deletedentry, dlq_operationentry, dlq_dutyprogress, dlq_bulkoperation,"
    " dlq_tallypart"
)


def add_owners_part() -> None:
    """A column, and a trigger that refuses changes of some rows."""
    sql(f"ALTER TABLE {TABLE.regclass} ADD COLUMN tenant text")
    sql(
        f"CREATE FUNCTION {SCHEMA}.refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'the owner refuses'; END $$"
    )
    sql(
        f"CREATE TRIGGER refuse BEFORE UPDATE ON {TABLE.regclass} FOR EACH ROW"
        f" WHEN (OLD.tenant = '{CURSED}') EXECUTE FUNCTION {SCHEMA}.refuse()"
    )


def drop_owners_part() -> None:
    empty()
    make_keys_unique(True)
    sql(f"DROP TRIGGER refuse ON {TABLE.regclass}")
    sql(f"DROP FUNCTION {SCHEMA}.refuse()")
    sql(f"ALTER TABLE {TABLE.regclass} DROP COLUMN tenant")


def empty() -> None:
    empty_queue_and_table()
    sql(f"TRUNCATE {OURS} RESTART IDENTITY")


def make_keys_unique(wanted: bool) -> None:
    """Both kinds of table are in the field."""
    init_dlq(TABLE)
    if not wanted:
        drop_unique_key_index()


def add(entry: Entry) -> int:
    return add_entry(
        task_identifier=entry.task,
        payload=entry.payload,
        queue_name=entry.queue,
        priority=entry.priority,
        job_key=entry.key,
        max_attempts=entry.max_attempts,
        notes=entry.notes,
        tenant=entry.tenant,
        failure_count=entry.failures,
    )


def queue_takes(entry: Entry) -> bool:
    """Whether the queue would take the entry's job as it is."""
    return entry.priority <= 32767 and entry.max_attempts != 0 and entry.key != "" and len(entry.task) <= 128


def requeue_by_library(entry: Entry) -> int:
    """As the library does it, in two statements. Returns the job's id."""
    job: int = value(
        f"SELECT (job).id FROM (SELECT {SCHEMA}.add_job(task_identifier, payload::json, nullif(queue_name, ''),"
        " max_attempts => max_attempts, job_key => job_key, priority => priority) AS job"
        f" FROM {TABLE.regclass} WHERE id = %s) AS added",
        entry.id,
    )
    sql(
        f"UPDATE {TABLE.regclass} SET requeued_count = requeued_count + 1, last_requeued_at = now(), notes = NULL"
        " WHERE id = %s",
        entry.id,
    )
    return job


def details(options: dict[str, Any]) -> dict[str, Any]:
    """The operation's columns: a time is given from now on."""
    after: timedelta | None = options.get("run_at")
    return options | ({"run_at": timezone.now() + after} if after else {})
