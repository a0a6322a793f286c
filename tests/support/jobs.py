"""Jobs of the queue, made by the engine's own functions and put into the states that a worker puts them in."""

from __future__ import annotations

from typing import Any

from dlq.db.statements import dicts
from tests.support.database import SCHEMA, sql, value


def add_job(task: str = "send_email", payload: str = "{}", **options: Any) -> int:
    """Queue a job and return its id. `options` are add_job's own: job_key, queue_name, max_attempts, priority, run_at."""
    named = "".join(f", {name} => %s" for name in options)
    job: int = value(f"SELECT id FROM {SCHEMA}.add_job(%s, %s::json{named})", task, payload, *options.values())
    return job


def jobs() -> list[dict[str, Any]]:
    """All jobs in the order they were made, with the payload as text."""
    return dicts(
        f"SELECT j.id, t.identifier AS task, j.payload::text AS payload, q.queue_name AS queue, j.priority, j.run_at,"
        f" j.attempts, j.max_attempts, j.key, j.revision, j.locked_at"
        f" FROM {SCHEMA}._private_jobs j JOIN {SCHEMA}._private_tasks t ON t.id = j.task_id"
        f" LEFT JOIN {SCHEMA}._private_job_queues q ON q.id = j.job_queue_id ORDER BY j.id"
    )


def start(job: int) -> None:
    """As a worker does when it takes a job: locked, and the attempt counted already."""
    sql(
        f"UPDATE {SCHEMA}._private_jobs SET locked_at = now(), locked_by = 'worker-1', attempts = attempts + 1 WHERE id = %s",
        job,
    )


def fail(job: int, error: str = "Connection refused") -> None:
    """As a worker does when the task raised: unlocked, the error kept, to be tried again later."""
    sql(
        f"UPDATE {SCHEMA}._private_jobs SET locked_at = NULL, locked_by = NULL, attempts = greatest(attempts, 1),"
        f" last_error = %s WHERE id = %s",
        error,
        job,
    )


def exhaust(job: int, error: str = "Connection refused") -> None:
    """All attempts used up."""
    sql(
        f"UPDATE {SCHEMA}._private_jobs SET attempts = max_attempts, last_error = %s, locked_at = NULL WHERE id = %s",
        error,
        job,
    )


def finish(job: int) -> None:
    """As a worker does when the task succeeded: the row is gone."""
    sql(f"DELETE FROM {SCHEMA}._private_jobs WHERE id = %s", job)
