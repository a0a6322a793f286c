"""Reads entries with new coarse keys closely, and keeps the pattern of each; makes the patterns that are new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import Any, TypeVar
from uuid import UUID

from dlq.db.statements import dicts
from dlq.models import CoarseKey, FailurePattern
from dlq.patterns.fingerprint import VERSION, Fingerprint, fingerprint_of_text
from dlq.patterns.fingerprint.masking.payload_values import payload_values, values_in
from dlq.patterns.fingerprint.unpacking.reading import document
from dlq.patterns.learned_merging import Sample, place
from dlq.redaction.masked_columns import masked_json, masked_text
from dlq.table.location import TABLE

T = TypeVar("T")

AT_ONCE = 500
"""New templates of a task that are compared with those that it has, and with each other."""


def discover(keys: Mapping[int, UUID], error_text: str, parameters: Mapping[str, Any]) -> int:
    """Find or make the pattern of each entry (id: its coarse key). Returns how many keys have an answer now."""
    query = TABLE.statement(
        "patterns/samples",
        error_text=error_text,
        failure_reason=masked_text("e.failure_reason"),
        payload=masked_json("e.payload"),
    )
    samples: list[Sample] = dicts(query, {**parameters, "ids": list(keys)})
    read = [_read(sample) for sample in samples]
    patterns = _find(print_.digest for _sample, print_ in read)
    new = {print_.digest: (sample, print_) for sample, print_ in read if print_.digest not in patterns}
    by_task = sorted(new.values(), key=lambda found: found[1].task)
    for task, found in groupby(by_task, key=lambda found: found[1].task):
        for part in batched(found, AT_ONCE):
            patterns |= place(task, part)
    CoarseKey.objects.bulk_create(
        (CoarseKey(key=keys[sample["id"]], pattern_id=patterns[print_.digest]) for sample, print_ in read),
        ignore_conflicts=True,
    )
    return len(samples)


def _read(sample: Sample) -> tuple[Sample, Fingerprint]:
    values = payload_values(document(sample["payload"])) if sample["payload"] else []
    print_ = fingerprint_of_text(
        sample["task_identifier"], sample["text"], sample["failure_reason"], is_json=sample["is_json"], values=values
    )
    return {**sample, "values": values_in(sample["text"], values)}, print_


def _find(digests: Iterable[str]) -> dict[str, int]:
    found = FailurePattern.objects.filter(version=VERSION, fingerprint__in=set(digests))
    return dict(found.values_list("fingerprint", "pk"))


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """As Python's own of 3.12."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
