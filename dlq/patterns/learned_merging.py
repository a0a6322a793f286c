"""Puts new templates beside those that their task has, and merges those that are one pattern.

All templates of the task are compared at once (`fingerprint/alike.py`), so the order in which they came hardly matters. What
people wrote is never mixed by this: of patterns that were written about differently only one takes others in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from dlq.models import FailurePattern
from dlq.patterns.edits import named, record
from dlq.patterns.fingerprint import VERSION, Fingerprint
from dlq.patterns.fingerprint.alike import Template, patterns_of
from dlq.patterns.fingerprint.differences import difference
from dlq.patterns.merging import RULES, inherit, is_written_about, may_merge, merge

Sample = dict[str, Any]

MOST_COMPARED = 1_500
"""Templates of a task, the newest, that new ones are compared with."""
MOST_KEPT = 50
"""Templates of a merged pattern that are kept apart; what comes later is counted with the whole, and can't be split off again."""


def place(task: str, found: Sequence[tuple[Sample, Fingerprint]]) -> dict[str, int]:
    """The template of each of these new ones, by digest: a row of its own, or the whole that has enough of them.

    Where none is new, those that are there are put together.
    """
    present = list(
        FailurePattern.objects.select_for_update(of=("self",))
        .filter(task_identifier=task, version=VERSION)
        .order_by("-pk")[:MOST_COMPARED]
    )[::-1]
    templates = [Template(tuple(row.kind), row.words) for row in present]
    templates += [Template(print_.kind, print_.words) for _sample, print_ in found]
    groups: dict[int, list[int]] = defaultdict(list)
    for number, first in enumerate(patterns_of(templates)):
        groups[first].append(number)
    placed: dict[str, int] = {}
    for numbers in groups.values():
        rows = [present[number] for number in numbers if number < len(present)]
        new = [found[number - len(present)] for number in numbers if number >= len(present)]
        if new or (not found and len(rows) > 1):
            placed |= _placed(rows, new)
    return placed


def _placed(rows: list[FailurePattern], new: Sequence[tuple[Sample, Fingerprint]]) -> dict[str, int]:
    """`rows` and `new` are one pattern."""
    placed: dict[str, int] = {}
    whole = _whole(rows)
    kept = len(rows)
    for sample, print_ in new:
        if whole and kept >= MOST_KEPT:
            placed[print_.digest] = whole.pk
            continue
        row = _make(sample, print_)
        kept += 1
        placed[print_.digest] = row.pk
        earlier = _earlier(sample)
        if earlier and earlier.placed_by:
            _keep_in_place(row, earlier)
        elif whole is None:
            whole = row
        elif earlier is None or not is_written_about(earlier.whole) or may_merge(earlier.whole, into=whole):
            # Nothing that people said about something else comes along.
            _merge(row, into=whole)
        if earlier and row.merged_into is None:
            _inherit(row, earlier.whole)
    return placed


def _whole(rows: list[FailurePattern]) -> FailurePattern | None:
    """The pattern that these become: one that people wrote about, else the one with most failures, else the oldest.

    What people took apart stays alone.
    """
    numbers = {row.merged_into_id or row.pk for row in rows}
    found = FailurePattern.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    wholes = [row for row in found if not row.is_set_apart]
    if not wholes:
        return None
    whole = max(wholes, key=lambda row: (is_written_about(row), row.entry_count, -row.pk))
    for part in wholes:
        if part != whole and may_merge(part, into=whole):
            _merge(part, into=whole)
    return whole


def _merge(part: FailurePattern, *, into: FailurePattern) -> None:
    """The whole is called by what all of it has."""
    merge(part, into=into)
    called = difference((into.title, part.title))
    if called.before and called.after:
        into.title = called.masked
        into.save(update_fields=("title",))


def _make(sample: Sample, print_: Fingerprint) -> FailurePattern:
    return FailurePattern.objects.create(
        task_identifier=sample["task_identifier"],
        version=VERSION,
        fingerprint=print_.digest,
        title=print_.title,
        kind=list(print_.kind),
        words=print_.words,
        sample_text=sample["text"],
        sample_is_json=sample["is_json"],
        sample_reason=sample["failure_reason"],
        sample_entry_id=sample["id"],
        sample_values=sample["values"],
        first_seen=sample["failed_at"],
        last_seen=sample["failed_at"],
    )


def _earlier(sample: Sample) -> FailurePattern | None:
    """The template that the failure had by earlier rules."""
    found = FailurePattern.objects.select_related("merged_into").filter(pk=sample["earlier_id"])
    return found.first() if sample["earlier_id"] else None


def _keep_in_place(row: FailurePattern, earlier: FailurePattern) -> None:
    """What people decided about a template holds for what newer rules make of it."""
    row.placed_by = earlier.placed_by
    row.save(update_fields=("placed_by",))
    if earlier.merged_into:
        merge(row, into=earlier.merged_into)


def _inherit(row: FailurePattern, earlier: FailurePattern) -> None:
    """A part of an earlier pattern became one of its own."""
    if is_written_about(earlier):
        inherit(row, earlier)
        record(row, RULES, f"Was a part of {named(earlier)}, and begins with what was written about that one.")
        record(earlier, RULES, f"By newer rules {named(row)} is one of its own, with what was written here.")
