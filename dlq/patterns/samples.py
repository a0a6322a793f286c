"""The sample that a pattern keeps: the error that it was made of."""

from __future__ import annotations

from dlq.models import FailurePattern
from dlq.patterns.fingerprint import Fingerprint, fingerprint_of_text


def fingerprint_of_sample(pattern: FailurePattern) -> Fingerprint:
    """By the rules as they are now."""
    return fingerprint_of_text(
        pattern.task_identifier,
        pattern.sample_text,
        pattern.sample_reason,
        is_json=pattern.sample_is_json,
        values=pattern.sample_values,
    )
