"""What other people did before one's shift began: by the same services as the pages use."""

from __future__ import annotations

from typing import Any

from dlq.models import BackfillDlq, FailurePattern
from dlq.operations.at_once import operated
from dlq.patterns.classifier import classify
from dlq.patterns.edits import FIELDS, save_edit

Advice, State = FailurePattern.Advice, FailurePattern.State

KNOWN: dict[str, dict[str, Any]] = {
    "warm_cache": {
        "state": State.KNOWN,
        "assignee": "lena",
        "advice": Advice.NO,
        "advice_text": "Noise: the summer sale is over and its pages are gone. Delete these.",
    },
    "generate_invoice": {
        "state": State.KNOWN,
        "assignee": "erik",
        "advice": Advice.YES,
        "advice_text": "The database was busy. An invoice is written once, however often its job runs.",
    },
    "export_report": {
        "state": State.RESOLVED,
        "assignee": "erik",
        "advice": Advice.ASK,
        "advice_text": "The disk of the report server was full. Ask Erik whether there is room again.",
    },
}
"""By task, which has one pattern each."""
HOW_MANY = 5
BUDGET = 5.0
"""Seconds for grouping some hundred entries; it takes a fraction of one."""


def know_patterns() -> None:
    """Group what is there, and say what is known about it."""
    classify(BUDGET)
    for pattern in FailurePattern.objects.filter(task_identifier__in=KNOWN, merged_into=None):
        known = KNOWN[pattern.task_identifier]
        values = {name: getattr(pattern, name) for name in FIELDS} | known
        save_edit(pattern.pk, seen=pattern.edit_number, values=values, actor=known["assignee"])


def try_a_requeue() -> None:
    """Of some that a requeue does not help: the worker runs them, and each comes back as another row."""
    moved = BackfillDlq.objects.filter(payload__url__startswith="https://hooks.nordwind.example/", job_key__isnull=True)
    entries = list(moved.order_by("-failed_at").values_list("pk", flat=True)[:HOW_MANY])
    if entries:
        with operated("requeue", entries, "maria", reason="Is it just Nordwind's server?"):
            pass
