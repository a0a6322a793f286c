"""The parts of a requeue that can't be avoided, each alone: the jobs, the counts, the links. And of a delete."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from bench.timing import seconds_of
from dlq.db.bisection import CUSTOM_PLANS
from dlq.db.statements import execute
from dlq.models import BulkOperation
from dlq.table.location import TABLE

SCHEMA = TABLE.names["schema"]
ADD = f"""
    SELECT count(*) FROM {SCHEMA}.add_jobs((
        SELECT array_agg(ROW (e.task_identifier, e.payload::json, nullif(e.queue_name, ''), now(), e.max_attempts::smallint,
                              e.job_key, e.priority::smallint, NULL::text[])::{SCHEMA}.job_spec)
        FROM {TABLE.db_table} e WHERE e.id = ANY (%(ids)s)))
"""
COUNT = f"""
    UPDATE {TABLE.db_table} SET requeued_count = requeued_count + 1, last_requeued_at = now() WHERE id = ANY (%(ids)s)
"""
LINK = """
    INSERT INTO dlq_requeue
        (operation_id, entry_id, task_identifier, job_id, revision, replaced, run_at, actor, previous_requeued_at,
         created_at, outcome)
    SELECT %(operation)s, id, 'task_00', id, 0, false, now(), 'bench', NULL, now(), '' FROM unnest(%(ids)s::bigint[]) AS id
"""
THROW_AWAY = f"""
    WITH gone AS (DELETE FROM {TABLE.db_table} e WHERE e.id = ANY (%(ids)s) RETURNING row_to_json(e) AS row)
    INSERT INTO bench_thrown_away SELECT row FROM gone
"""


def seconds_of_requeue_parts(chunks: Sequence[Sequence[int]], operation: BulkOperation) -> float:
    """Each part over all chunks, a transaction a chunk, timed alone; their sum. Leaves the entries counted up."""
    total = 0.0
    for query in (ADD, COUNT, LINK):
        total += seconds_of(lambda query=query: _each(query, chunks, operation=operation.pk))  # type: ignore[misc]
        empty_queue()
    execute("DELETE FROM dlq_requeue WHERE operation_id = %(operation)s", {"operation": operation.pk})
    return total


def seconds_of_bare_delete(chunks: Sequence[Sequence[int]]) -> float:
    """DELETE ... RETURNING row_to_json into a one-column table without an index."""
    execute("CREATE TABLE IF NOT EXISTS bench_thrown_away (row json)")
    execute("TRUNCATE bench_thrown_away")
    return seconds_of(lambda: _each(THROW_AWAY, chunks))


def empty_queue() -> None:
    """So that every measurement meets the same queue: none. The library has added tables that refer to it."""
    execute(f"TRUNCATE {SCHEMA}._private_jobs CASCADE")


def settle_down() -> None:
    """Write out and clean up what the last measurement left: neither the next one nor autovacuum beside it pays for it."""
    execute("VACUUM (ANALYZE) dlq_requeue, dlq_deletedentry, dlq_bulkoperation")
    execute("CHECKPOINT")


def _each(query: str, chunks: Sequence[Sequence[int]], **parameters: object) -> None:
    for chunk in chunks:
        with transaction.atomic():
            execute(CUSTOM_PLANS)  # as ours: in one long connection add_jobs would keep the plan for an empty queue
            execute(query, {"ids": list(chunk), **parameters})
