"""Reads entries with new coarse keys closely, and keeps the pattern of each; makes the patterns that are new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from dlq.db.statements import dicts
from dlq.models import CoarseKey, FailurePattern
from dlq.patterns.fingerprint import VERSION, Fingerprint, fingerprint_of_text
from dlq.patterns.merging import inherit
from dlq.redaction.masked_columns import masked_text
from dlq.table.location import TABLE

Sample = dict[str, Any]


def discover(keys: Mapping[int, UUID], error_text: str, parameters: Mapping[str, Any]) -> int:
    """Find or make the pattern of each entry (id: its coarse key). Returns how many keys have an answer now."""
    query = TABLE.statement("patterns/samples", error_text=error_text, failure_reason=masked_text("e.failure_reason"))
    samples: list[Sample] = dicts(query, {**parameters, "ids": list(keys)})
    read = [(sample, _fingerprint(sample)) for sample in samples]
    patterns = _find(print_.digest for _sample, print_ in read)
    for sample, print_ in read:
        if print_.digest not in patterns:
            patterns[print_.digest] = _make(sample, print_)
    CoarseKey.objects.bulk_create(
        (CoarseKey(key=keys[sample["id"]], pattern_id=patterns[print_.digest]) for sample, print_ in read),
        ignore_conflicts=True,
    )
    return len(samples)


def _fingerprint(sample: Sample) -> Fingerprint:
    return fingerprint_of_text(
        sample["task_identifier"], sample["text"], sample["failure_reason"], is_json=sample["is_json"]
    )


def _find(digests: Iterable[str]) -> dict[str, int]:
    found = FailurePattern.objects.filter(version=VERSION, fingerprint__in=set(digests))
    return dict(found.values_list("fingerprint", "pk"))


def _make(sample: Sample, print_: Fingerprint) -> int:
    pattern = FailurePattern.objects.create(
        task_identifier=sample["task_identifier"],
        version=VERSION,
        fingerprint=print_.digest,
        title=print_.title,
        sample_text=sample["text"],
        sample_is_json=sample["is_json"],
        sample_reason=sample["failure_reason"],
        sample_entry_id=sample["id"],
        first_seen=sample["failed_at"],
        last_seen=sample["failed_at"],
    )
    if sample["earlier_id"]:
        inherit(pattern, FailurePattern.objects.get(pk=sample["earlier_id"]))
    return int(pattern.pk)
