"""What a requeue is going to do with the entries of a chunk: which are left out and why, which go without their key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dlq.db.statements import array, dicts
from dlq.models import BulkOperation
from dlq.models.entry_status import entry_status, entry_uncertainty
from dlq.operations.reasons import Reason
from dlq.operations.selected import matching
from dlq.outcomes.deciding import recovered
from dlq.outcomes.progress import unmatched_since
from dlq.redaction.masked_columns import Raw
from dlq.table.location import TABLE
from dlq.table.uniqueness import uniqueness

KeyPolicy = BulkOperation.KeyPolicy


@dataclass
class Plan:
    """Which entries of a chunk are left out, which go without their key, and which jobs give way to them."""

    ids: Sequence[int]
    skipped: dict[int, Reason] = field(default_factory=dict)
    failed: dict[int, Reason] = field(default_factory=dict)
    without_key: set[int] = field(default_factory=set)
    replaces: dict[int, int] = field(default_factory=dict)
    """The job that has the entry's key, where the policy is to replace it."""
    other_tasks: dict[int, str] = field(default_factory=dict)
    """The task of the job that has the entry's key, where it is another than the entry's."""
    uncertain: set[int] = field(default_factory=set)
    """Which may have succeeded, because their last attempt may still have run when they came here."""
    unknown: set[int] = field(default_factory=set)
    """Which were requeued before, and left the queue unseen."""

    @property
    def chosen(self) -> list[int]:
        return [entry for entry in self.ids if entry not in self.skipped and entry not in self.failed]


def plan_of(operation: BulkOperation, ids: Sequence[int]) -> Plan:
    """Sort out what may not or need not be requeued, with the reason for each."""
    plan = Plan(ids)
    problems = _problems(operation, ids)
    open_ones = [problem for problem in problems if not problem["refusal"]]
    last_of_key = _last_of_each_key(operation, {problem["shared_key"] for problem in open_ones} - {None})
    plan.uncertain = {problem["id"] for problem in problems if problem["is_uncertain"]}
    plan.unknown = {problem["id"] for problem in problems if problem["is_unknown"]}
    for problem in problems:
        entry, holder = problem["id"], problem["key_holder"]
        other_task = None if problem["refusal"] else problem["other_task"]
        if other_task:
            plan.other_tasks[entry] = other_task
        last = last_of_key.get(problem["shared_key"], entry)
        if problem["refusal"]:
            plan.skipped[entry] = Reason(problem["refusal"], str(problem["refusal_about"]))
        elif last != entry:
            plan.skipped[entry] = Reason("same_key", str(last))
        elif holder and operation.key_policy == KeyPolicy.SKIP:
            plan.skipped[entry] = Reason(holder, str(problem["key_holder_id"]))
        elif holder and operation.key_policy == KeyPolicy.DROP:
            plan.without_key.add(entry)
        elif other_task and not operation.also_other_tasks:
            plan.skipped[entry] = Reason("key_of_other_task", other_task)
        elif holder:
            plan.replaces[entry] = problem["key_holder_id"]
    return plan


def _problems(operation: BulkOperation, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What speaks against requeueing these entries, see decide.sql."""
    return dicts(
        TABLE.statement(
            "operations/kinds/requeue/decide",
            recovered=recovered(requeue="latest", job="present", came_back="arrived.id"),
            uncertainty=entry_uncertainty("e"),
            # One that another life stands for is refused as returned.
            status=entry_status("e", stands=True),
        ),
        {
            "ids": array(ids),
            "operation": operation.pk,
            "frozen_at": operation.frozen_at,
            "since": unmatched_since(),
            "keys_are_unique": uniqueness(TABLE).keys_are_unique,
            "also_on_their_way": operation.also_on_their_way,
            "also_recovered": operation.also_recovered,
            **options_of(operation),
        },
    )


def options_of(operation: BulkOperation) -> dict[str, Any]:
    """The settings that the operation gives its jobs, as the statements take them; None keeps the entry's."""
    return {name: getattr(operation, name) for name in ("priority", "queue_name", "max_attempts")}


def _last_of_each_key(operation: BulkOperation, keys: set[str]) -> dict[str, int]:
    """Of the operation's entries that share a key, the one that failed last. A table with unique keys has one of each."""
    if not keys:
        return {}
    last = (
        matching(operation)
        .annotate(shared_key=Raw("job_key"))
        .filter(shared_key__any_of=keys)
        .order_by("shared_key", "-failed_at", "-id")
        .distinct("shared_key")
        .values_list("shared_key", "id")
    )
    return {str(key): entry for key, entry in last}
