"""What is there when the requests come: ordinary and hostile entries, operations of each kind, trash, patterns, two people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dlq.models import BulkOperation, DeletedEntry, FailurePattern
from dlq.operations.kinds import KINDS
from dlq.patterns.classifier import classify
from tests.requests.words import PATHS, SURROGATE, TIMES
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry, ids
from tests.support.hostile import ERRORS, IDENTIFIER, TEXT, add_hostile_things
from tests.support.operations import confirm, operate
from tests.support.people import make_user

TASKS = ("send_email", "SEND_EMAIL", "sync%", "charge card", "имя", " ", IDENTIFIER)
QUEUES = ("", "default", "bills", "-")
REASONS = ("Job exceeded maximum retry attempts (5/5)", "gave up_ on it", TEXT)
PAYLOADS = ('{"customer_id": 42}', '{"customer_id": "42"}', '{"order": {"id": 7}}', '{"order": null}', "[1]", "null")
ENTRIES = 24


@dataclass(frozen=True)
class World:
    people: Mapping[str, int]
    """Who asks, and the number of the user; by name."""
    ids: Sequence[str]
    """Of everything: what stands for the variable part of an address."""
    tokens: Sequence[str]
    """Of confirmation pages, the first ones right."""
    likely: Mapping[str, Sequence[str]]
    """Values that mean something to a parameter or a field, by its name."""


def make_world() -> World:
    things = add_hostile_things()
    for number in range(ENTRIES):
        add_entry(
            task_identifier=TASKS[number % len(TASKS)],
            queue_name=QUEUES[number % len(QUEUES)],
            failure_reason=REASONS[number % len(REASONS)],
            payload=PAYLOADS[number % len(PAYLOADS)],
            last_error=[None, '"Connection refused"', '{"message": "timeout", "code": 504}'][number % 3],
            original_job_id=1_000 + number,
        )
    for identity in (0, -1, -(2**63), 2**63 - 1):
        add_entry(id=identity, failed_at="infinity" if identity else "-infinity")
    deep = add_entry(payload='{"a":' * 1_000 + "1" + "}" * 1_000, last_error="[" * 1_000 + "]" * 1_000)
    for error in ERRORS[:6]:
        add_entry(last_error=json.dumps(error))
    # At minutes on which no bound of a filter falls.
    moment = "timestamptz '2026-01-04 00:07' + id * interval '1 hour'"
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = {moment} WHERE id % 2 = 0 AND id BETWEEN 1 AND 1000")
    operate("requeue", ids()[5:15])
    sql("UPDATE dlq_requeue SET outcome = 'recovered' WHERE id % 3 = 0")
    operate("delete", [deep, *ids()[-6:-4]])
    classify(60)
    people = {
        "boss": make_user(name="boss", is_superuser=True).pk,
        "viewer": make_user("view_backfilldlq", name="viewer").pk,
    }
    asked = [confirm(kind, ids()[:3]) for kind in ("requeue", "delete", "note")]
    asked.append(confirm("note", pairs=[("q", "refused")]))
    tokens = [replace(confirmation, user_id=people["boss"], count=3).token for confirmation in asked]
    entries = [str(entry) for entry in ids()]
    operations = [str(pk) for pk in BulkOperation.objects.values_list("pk", flat=True)]
    patterns = [str(pk) for pk in FailurePattern.objects.values_list("pk", flat=True)]
    trashed = [str(pk) for pk in DeletedEntry.objects.values_list("pk", flat=True)]
    numbers = ["0", "-1", str(-(2**63)), str(2**63 - 1), str(2**63), "1" * 20]
    times = list(TIMES)
    words = ["refused", "timeout", "customer 42", "up_", '"gave up"', "x" * 300, "1003", "code", "50"]
    actions = [kind.action for kind in KINDS.values() if kind.action]
    return World(
        people,
        [*entries, *operations, *patterns, *trashed, str(deep), *numbers, str(things.gone)],
        [
            *tokens,
            tokens[0][:-1],
            tokens[0] + "=",
            "",
            "x",
            ":::",
            SURROGATE,
            "a\x00",
            tokens[1].swapcase(),
            "." + tokens[2],
        ],
        {
            "task_identifier": TASKS,
            "task": TASKS,
            "queue_name": ("-", *QUEUES),
            "q": words,
            "q_by": ("words", "anywhere"),
            "failed_after": times,
            "failed_before": times,
            "at": times,
            "muted_until": times,
            "run_at": times,
            "payload": [*PATHS, *KNOWN_PATHS],
            "status": ("any", "once", "open", "new", "requeued", "failed_again", "recovered", "gone", "superseded"),
            "pattern": ["-", *patterns],
            "weekday_hour": ("mon-00", "tue-09@Europe/Berlin", "sun-23@x", "wed-24"),
            "original_job_id": ["77", "1003", *numbers],
            "requeued_by": operations,
            "left_by": operations,
            "returned_from": operations,
            "operation__id__exact": operations,
            "kind__exact": list(KINDS),
            "state__exact": ["done", "running", "x"],
            "actor": ["tester", "boss", TEXT[:100]],
            "priority_min": numbers,
            "priority_max": numbers,
            "has_notes": ("yes", "no"),
            "requeued": ("yes", "no"),
            "failure_count_min": numbers,
            "job_key": [TEXT, "x"],
            "o": ("1", "-5", "5.1", "99", "-", "-1.-2.3"),
            "p": numbers,
            "page": numbers,
            "e": ("1",),
            "far": ("1",),
            "window": ("1h", "24h", "7d", "30d"),
            "by": ("task_identifier", "pattern", "priority"),
            "exactly": ("1",),
            "table": ("time", "hour", "pattern", "task_identifier"),
            "format": ("csv", "jsonl"),
            "of": ("task_identifier", "x"),
            "order": ("number", "newest", "returned"),
            "state": ("open", "any", "new", "muted", "resolved"),
            "column": ("payload", "last_error"),
            "action": [*actions, "restore_selected"],
            "_selected_action": [*entries, *trashed],
            "select_across": ("0", "1", "on", "true"),
            "index": ("0", "1", "-1"),
            "token": tokens,
            "seen": ("0", "1", ""),
            "code": ("bad_priority", "refused"),
            "confirm_count": ("3",),
            "note": ("n",),
            "notes": ("n",),
            "key_policy": ("skip", "replace"),
            "priority": numbers,
            "advice": ("", "yes", "ask", "no"),
            "runbook_url": ("https://example.org/", "javascript:x"),
            "canary_size": numbers,
            "drive": ("running", "done"),
            "spread_minutes": numbers,
            "max_attempts": numbers,
            "expected": numbers,
            "tries": numbers,
        },
    )


KNOWN_PATHS = {
    "customer_id=42": """payload @> '{"customer_id": 42}' OR payload @> '{"customer_id": "42"}'""",
    'customer_id="42"': """payload @> '{"customer_id": "42"}'""",
    "order.id=7": """payload @> '{"order": {"id": 7}}' OR payload @> '{"order": {"id": "7"}}'""",
    "order=null": """payload @> '{"order": null}' OR payload @> '{"order": "null"}'""",
}
"""Conditions on the payload, and what they mean in plain SQL."""
