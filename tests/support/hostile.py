"""Text that would act if some page forgot to escape it, and entries that have it everywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dlq.operations.confirmation import begin
from dlq.operations.runner import cancel
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry
from tests.support.operations import confirm, operate

TEXT = (
    """</script><script>alert("x")</script>'"><img src=x onerror=alert(1)>"""
    """<a href="javascript:alert(1)" onclick=x>&lt;b&gt;{{ 7 }}{% now %}"""
)
IDENTIFIER = "<script>alert(1)</script>\"'><img src=x onerror=a>"


@dataclass(frozen=True)
class HostileThings:
    entry: int
    came_back: int
    requeue: int
    delete: int
    cancelled: int
    gone: int


def add_hostile_things(actor: str = TEXT[:100]) -> HostileThings:
    """An entry with the text in every column, the owner's too, and operations whose every text is the same."""
    sql(f'ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN "<b>tenant" text, ADD COLUMN meta jsonb')
    text = json.dumps(TEXT)
    hostile = {
        "task_identifier": IDENTIFIER,
        "queue_name": IDENTIFIER,
        "job_key": TEXT,
        "failure_reason": TEXT,
        "notes": TEXT,
        "created_by": TEXT,
        "payload": json.dumps({TEXT: [TEXT, {IDENTIFIER: TEXT}]}),
        "last_error": text,
        "original_job_id": 77,
        "<b>tenant": TEXT,
        "meta": json.dumps({TEXT: TEXT}),
    }
    entry = add_entry(**hostile)
    came_back = add_entry(
        **{**hostile, "job_key": None, "last_error": json.dumps({"message": TEXT, TEXT: 1}), "priority": 99_999}
    )
    requeue = operate("requeue", [entry, came_back], actor=actor, reason=TEXT, note=TEXT)
    operate(
        "note",
        pairs=[("task_identifier", IDENTIFIER), ("q", TEXT), ("payload", f"{IDENTIFIER.replace('.', '')}={TEXT}")],
        note=TEXT,
        actor=actor,
    )
    gone = add_entry(task_identifier=IDENTIFIER, queue_name=IDENTIFIER, failure_reason=TEXT)
    delete = operate("delete", [gone], actor=actor, reason=TEXT)
    sql(
        f"UPDATE {SCHEMA}.backfill_dlq SET original_job_id = (SELECT job_id FROM dlq_requeue LIMIT 1) WHERE id = %s",
        came_back,
    )
    stopped, _new = begin(confirm("requeue", [entry]), actor=actor, reason=TEXT, note=TEXT, queue_name=TEXT[:100])
    cancel(stopped.pk, TEXT)
    return HostileThings(entry, came_back, requeue.pk, delete.pk, stopped.pk, gone)
