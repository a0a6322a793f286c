"""People say which failures are one pattern: they merge two, split one, and undo either; each is shown before it is done.

Only the pointers of templates are changed. What people decided is marked on these (`placed_by`), so that later arrivals and
newer rules follow it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from dlq.db.limits import lock_limit
from dlq.db.statements import database_now, dicts
from dlq.models import ClassifierState, FailurePattern, PatternDecision
from dlq.patterns.edits import named, record
from dlq.patterns.merging import WRITTEN, inherit, merge
from dlq.table.location import TABLE

Kind = PatternDecision.Kind

TIMES = ("muted_until", "resolved_at", "returned_at")
"""Of what is written."""

MOST_DECISIONS = 20
"""Of a pattern that can be undone from its page."""


class NotPossible(Exception):
    """In a sentence for the person who asked."""


class ChangedMeanwhile(Exception):
    """Something else would be moved than what was shown."""


@dataclass(frozen=True)
class Regrouping:
    """The templates that would move from one pattern into the other; into one of their own where there is no other."""

    kind: Kind
    source: FailurePattern
    target: FailurePattern | None
    templates: Sequence[FailurePattern]
    set_apart: Sequence[int] = ()
    """Of a split, the templates that were chosen: they move, or, where the pattern's own is one of them, they stay."""
    undoes: PatternDecision | None = None

    @property
    def entries(self) -> int:
        """How many failed jobs move, as counted."""
        return sum(numbers_of([template.pk for template in self.templates]).values())

    @property
    def mark(self) -> str:
        """Equal where the same is moved to the same."""
        target = self.target.pk if self.target else None
        moved = [self.kind, self.source.pk, target, sorted(template.pk for template in self.templates)]
        return hashlib.sha256(json.dumps(moved).encode()).hexdigest()[:16]


def plan_merge(pattern: FailurePattern, other: FailurePattern | None) -> Regrouping:
    """`other` into `pattern`."""
    if other is None:
        raise NotPossible("There is no such failure pattern.")
    if other == pattern:
        raise NotPossible("That is this pattern itself, or a part of it.")
    if other.task_identifier != pattern.task_identifier:
        raise NotPossible(f"Only patterns of one task can be one: the other one is of {other.task_identifier}.")
    return Regrouping(Kind.MERGE, other, pattern, _templates_of(other))


def plan_split(pattern: FailurePattern, chosen: Sequence[int]) -> Regrouping:
    """The chosen templates out of `pattern`."""
    templates = _templates_of(pattern)
    of_pattern = {template.pk for template in templates}
    if not chosen:
        raise NotPossible("Choose what is to be a pattern of its own.")
    if not of_pattern.issuperset(chosen):
        raise NotPossible("Some of it is no longer in this pattern.")
    if of_pattern.issubset(chosen):
        raise NotPossible("That is all of the pattern: leave something in it.")
    # The row of the pattern itself is one of its templates, and keeps its number: then the others move.
    stays = pattern.pk in chosen
    moved = [template for template in templates if (template.pk in chosen) != stays]
    return Regrouping(Kind.SPLIT, pattern, None, moved, set_apart=sorted(chosen))


def plan_undo(pattern: FailurePattern, decision: PatternDecision | None) -> Regrouping:
    if decision is None or decision.undone_at or pattern.pk not in (decision.whole_id, decision.part_id):
        raise NotPossible("There is nothing to undo: perhaps somebody else did it.")
    whole, part = decision.whole, decision.part
    if whole.merged_into_id or part.merged_into_id not in (None, whole.pk) or _is_done_over(decision):
        raise NotPossible("One of the two was merged or split since: undo that first.")
    if decision.kind == Kind.SPLIT:
        return Regrouping(Kind.SPLIT, part, whole, _templates_of(part), undoes=decision)
    moved = [template for template in _templates_of(whole) if str(template.pk) in decision.placed_before]
    return Regrouping(Kind.MERGE, whole, None, moved, undoes=decision)


def _is_done_over(decision: PatternDecision) -> bool:
    """Whether the pointer is no longer as the decision left it."""
    return (decision.part.merged_into_id is None) == (decision.kind == Kind.MERGE)


def carry_out(plan: Callable[[], Regrouping], *, mark: str, actor: str) -> FailurePattern:
    """Do what was shown, and return the pattern that is looked at now.

    Raises NotPossible; ChangedMeanwhile; Locked, where failed jobs are being grouped for longer than a page waits.
    """
    with lock_limit():
        # Counts and pointers move together: the classifier must not be amid a chunk.
        ClassifierState.objects.select_for_update().filter(pk=1).first()
        asked = plan()
        if asked.mark != mark:
            raise ChangedMeanwhile
        if asked.undoes:
            return _undo(asked, asked.undoes, actor)
        return _merge(asked, asked.target, actor) if asked.target else _split(asked, actor)


def decisions_of(pattern: FailurePattern) -> list[PatternDecision]:
    """Those that can still be undone, the latest first."""
    found = (
        PatternDecision.objects.filter(Q(whole=pattern) | Q(part=pattern), undone_at=None)
        .select_related("whole", "part")
        .order_by("-pk")[:MOST_DECISIONS]
    )
    return [decision for decision in found if not decision.whole.merged_into_id and not _is_done_over(decision)]


def numbers_of(templates: Sequence[int]) -> dict[int, int]:
    """Failed jobs by template, as counted."""
    query = "SELECT pattern_id, sum(entries)::bigint AS entries FROM dlq_patternhour WHERE pattern_id = ANY (%(ids)s) GROUP BY 1"
    return {row["pattern_id"]: row["entries"] for row in dicts(query, {"ids": list(templates)})}


def _merge(asked: Regrouping, into: FailurePattern, actor: str) -> FailurePattern:
    source, target = _locked(asked.source), _locked(into)
    number, before = source.entry_count, _written(target)
    merge(source, into=target)
    _decided(asked, target, source, actor, written_before=before, written_after=_written(target))
    FailurePattern.objects.filter(pk__in=_ids(asked.templates)).update(placed_by=actor)
    _recount(target)
    record(target, actor, f"Merged {named(source)}, {number:,} failed jobs, into this one.")
    return target


def _split(asked: Regrouping, actor: str) -> FailurePattern:
    source, part = _locked(asked.source), _detached(asked.templates)
    inherit(part, source)
    _decided(asked, source, part, actor)
    FailurePattern.objects.filter(pk__in=asked.set_apart).update(placed_by=actor)
    _recount(source, part)
    record(source, actor, f"Split off {named(part)}, {asked.entries:,} failed jobs.")
    record(part, actor, f"Split off from {named(source)}, with what was written about it.")
    return part if part.pk in asked.set_apart else source


def _undo(asked: Regrouping, decision: PatternDecision, actor: str) -> FailurePattern:
    if decision.kind == Kind.SPLIT:
        whole, part = _locked(decision.whole), _locked(decision.part)
        merge(part, into=whole)
    else:
        whole = _locked(decision.whole)
        part = _detached(asked.templates, first=decision.part_id)
        if decision.written_before and _written(whole) == decision.written_after:
            _write(whole, decision.written_before)
    for template, placed_by in decision.placed_before.items():
        FailurePattern.objects.filter(pk=template).update(placed_by=placed_by)
    _recount(whole, part)
    decision.undone_by, decision.undone_at = actor, database_now()
    decision.save(update_fields=("undone_by", "undone_at"))
    happened = "merge with" if decision.kind == Kind.MERGE else "split from"
    for one, other in ((whole, part), (part, whole)):
        record(one, actor, f"Undid {decision.actor}’s {happened} {named(other)}.")
    return whole


def _decided(
    asked: Regrouping, whole: FailurePattern, part: FailurePattern, actor: str, **written: dict[str, Any]
) -> None:
    marked = asked.set_apart or _ids(asked.templates)
    PatternDecision.objects.create(
        kind=asked.kind,
        whole=whole,
        part=part,
        placed_before=dict(FailurePattern.objects.filter(pk__in=marked).values_list("pk", "placed_by")),
        actor=actor,
        created_at=database_now(),
        **written,
    )


def _detached(templates: Sequence[FailurePattern], first: int | None = None) -> FailurePattern:
    """The pattern that these are together: the oldest of them, or the one that it was before."""
    ids = _ids(templates)
    whole = FailurePattern.objects.select_for_update().get(pk=first or min(ids))
    whole.merged_into = None
    whole.save(update_fields=("merged_into",))
    FailurePattern.objects.filter(pk__in=ids).exclude(pk=whole.pk).update(merged_into=whole)
    return whole


def _recount(*wholes: FailurePattern) -> None:
    """Numbers, times and queues from the templates, which have just moved."""
    dicts(
        TABLE.statement("patterns/recount_moved"),
        {"patterns": [whole.pk for whole in wholes], "most_queues": FailurePattern.MOST_QUEUES},
    )


def _templates_of(pattern: FailurePattern) -> list[FailurePattern]:
    return list(FailurePattern.objects.filter(whole_id=pattern.pk).order_by("pk"))


def _locked(pattern: FailurePattern) -> FailurePattern:
    return FailurePattern.objects.select_for_update().get(pk=pattern.pk)


def _ids(templates: Sequence[FailurePattern]) -> list[int]:
    return [template.pk for template in templates]


def _written(pattern: FailurePattern) -> dict[str, Any]:
    values = {name: getattr(pattern, name) for name in WRITTEN}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _write(pattern: FailurePattern, written: dict[str, Any]) -> None:
    for name in WRITTEN:
        setattr(pattern, name, parse_datetime(written[name]) if name in TIMES and written[name] else written[name])
    pattern.edit_number += 1
    pattern.save(update_fields=(*WRITTEN, "edit_number"))
