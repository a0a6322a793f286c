"""A site with one of everything, in which every text of an entry, and all that was written about one, has one word in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from dlq.models import (
    BulkOperation,
    DeletedEntry,
    DutyRun,
    EditRecord,
    EntryNote,
    FailurePattern,
    OperationEntry,
    Requeue,
    TableSnapshot,
)
from dlq.operations.confirmation import Confirmation, begin
from dlq.patterns.regrouping import carry_out, plan_merge
from dlq.table.location import TABLE
from tests.support.database import sql, value
from tests.support.entries import add_entry
from tests.support.operations import operate
from tests.support.patterns import group_everything, pattern_of

SECRET = "Xyzzyplugh"
BEGUN_BY = "ann"
EDIT = {"changes": [{"verb": "set", "path": [SECRET], "value": f'"new {SECRET}"'}], "seen": ""}

NO_TEXTS = {
    "dlq_bulkoperation": {"kind", "state", "actor", "reason", "key_policy", "entry_ids"},
    "dlq_requeue": {"actor", "outcome"},
    "dlq_operationentry": {"result", "code"},
    "dlq_entrynote": {"actor"},
    "dlq_editrecord": {"kind", "actor"},
    "dlq_payloadedit": {"digest"},
    "dlq_failurepattern": {"fingerprint", "state", "advice", "placed_by"},
    "dlq_patterndecision": {"kind", "actor", "undone_by", "placed_before"},
    "dlq_deletedentry": {"null_columns"},
    "dlq_tablesnapshot": set[str](),
    "dlq_dutyrun": {"duty"},
    TABLE.name: set[str](),
}
"""Of each table that has texts of entries, the columns that have none. An operation's reason tells of the operation."""


@dataclass(frozen=True)
class SecretSite:
    entry: int
    waiting: int
    """Requeued; its job has not started."""
    without_notes: int
    """There were some, which somebody's requeue emptied."""
    gone: int
    """In the trash."""
    trashed: int
    """Its number there."""
    pattern: int
    other_pattern: int
    under_way: dict[str, int]
    """An operation of each kind, with all of its work to be done."""
    over: dict[str, int]
    """Those that others can follow."""
    edited: int
    """Its payload was."""
    paused: int


def make_secret_site() -> SecretSite:
    entry, waiting, recovered, left, without_notes, gone, edited = (_entry(key) for key in "abcdefg")
    requeue = operate("requeue", [waiting, recovered], actor=BEGUN_BY, note=SECRET)
    delete = operate("delete", [gone], actor=BEGUN_BY)
    operate("note", [waiting], actor=BEGUN_BY, note=SECRET)
    edit = operate("edit", [edited], actor=BEGUN_BY, payload_edit=EDIT)
    operations = {
        "requeue": _begin("requeue", entry_ids=[entry]),
        "delete": _begin("delete", entry_ids=[entry]),
        "note": _begin("note", entry_ids=[entry], note=SECRET),
        "edit": _begin("edit", entry_ids=[entry], payload_edit=EDIT),
        "put_back": _begin("put_back", undoes=edit),
        "restore": _begin("restore", undoes=delete),
        "recall": _begin("recall", undoes=requeue),
    }
    paused = _begin("requeue", entry_ids=[entry])
    BulkOperation.objects.filter(pk=paused).update(state="paused")
    group_everything()
    _tell(requeue, recovered, left, without_notes)
    sql(f"UPDATE {TABLE.regclass} SET notes = NULL WHERE id = %s", without_notes)
    return SecretSite(
        entry=entry,
        waiting=waiting,
        without_notes=without_notes,
        gone=gone,
        trashed=DeletedEntry.objects.get(entry_id=gone).pk,
        pattern=pattern_of(entry).pk,
        other_pattern=_patterns_beside(pattern_of(entry)),
        under_way=operations,
        over={"requeue": requeue.pk, "delete": delete.pk, "edit": edit.pk},
        edited=edited,
        paused=paused,
    )


def _patterns_beside(pattern: FailurePattern) -> int:
    """Two more, of which one is merged into it."""
    others = []
    for fingerprint in ("other", "part"):
        pattern.pk, pattern.fingerprint, pattern.entry_count = None, fingerprint, 0
        pattern.save(force_insert=True)
        others.append(FailurePattern.objects.get(fingerprint=fingerprint))
    whole = FailurePattern.objects.earliest("pk")
    plan = plan_merge(whole, others.pop())
    carry_out(lambda: plan, mark=plan.mark, actor=BEGUN_BY)
    return others[0].pk


def _entry(key: str) -> int:
    return add_entry(
        task_identifier=f"task_{SECRET}",
        payload={SECRET: SECRET},
        queue_name=f"queue_{SECRET}",
        job_key=f"{key}_{SECRET}",
        failure_reason=f"reason {SECRET}",
        last_error=f'"error {SECRET}"',
        notes=f"notes {SECRET}",
        created_by=f"system {SECRET}",
    )


def _begin(kind: str, **details: object) -> int:
    ids = details.pop("entry_ids", None)
    operation, _new = begin(Confirmation.of(kind, 1, entry_ids=ids), actor=BEGUN_BY, **details)  # type: ignore[arg-type]
    return operation.pk


def _tell(requeue: BulkOperation, recovered: int, left: int, without_notes: int) -> None:
    """What became of it, and what was written and kept."""
    now = timezone.now()
    Requeue.objects.filter(entry_id=recovered).update(
        outcome=Requeue.Outcome.RECOVERED, settled_at=now, replaced_task=f"task_{SECRET}"
    )
    for result, entry in (("skipped", left), ("failed", without_notes)):
        OperationEntry.objects.create(
            operation=requeue, entry_id=entry, result=result, code="refused", about=SECRET, created_at=now
        )
    BulkOperation.objects.update(
        note=SECRET, queue_name=SECRET, filter=[["q", SECRET]], state_reason=f"Paused: {SECRET}", reason="the outage"
    )
    BulkOperation.objects.filter(pk=requeue.pk).update(entry_ids=None, skipped_count=1, failed_count=1)
    EntryNote.objects.create(
        entry_id=without_notes, text=SECRET, replaced=f"old {SECRET}", actor=BEGUN_BY, created_at=now
    )
    FailurePattern.objects.update(
        title=SECRET,
        kind=[SECRET],
        words=SECRET,
        sample_values=[SECRET],
        sample_reason=SECRET,
        advice_text=SECRET,
        notes=SECRET,
        assignee=SECRET,
        edited_by=SECRET,
        runbook_url=f"https://example.org/{SECRET}",
    )
    changes = [{"label": "Notes", "before": "", "after": SECRET}]
    for kind, number in (("pattern", FailurePattern.objects.get().pk), ("entry", left)):
        EditRecord.objects.create(kind=kind, object_id=number, actor=BEGUN_BY, changes=changes, created_at=now)
    error = f"refused: {SECRET}"
    DutyRun.objects.create(duty="prune", began_at=now, seconds=1, failures=1, error=error, failed_at=now, next_at=now)
    TableSnapshot.objects.create(
        as_of=now,
        seconds=1,
        total_jobs=5,
        unique_tasks=1,
        unique_queues=1,
        avg_failure_count=1,
        total_requeued=2,
        task_breakdown=[[SECRET, 5]],
    )


def columns_without_the_secret() -> list[str]:
    """Columns of the tables above that can hold a text, and have none with the secret."""
    found = sql(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_name = ANY (%s)"
        " AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY') ORDER BY 1, 2, 3",
        list(NO_TEXTS),
    )
    return [
        f"{table}.{column}"
        for schema, table, column in found
        if column not in NO_TEXTS[table]
        and not value(
            f'SELECT EXISTS (SELECT FROM {schema}.{table} WHERE strpos("{column}"::text, %s) > 0)',
            SECRET,
        )
    ]
