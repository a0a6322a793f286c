"""What somebody hostile, or a broken program, could put into the table or ask for: texts, times, numbers, ids, whole rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

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

FAR_TIMES = (
    "infinity",
    "-infinity",
    "0044-03-15 12:00:00+00 BC",
    "4713-01-01 00:00:00+00 BC",
    "10000-01-01 00:00:00+00",
    "294276-12-31 23:59:59.999999+00",
    "0001-01-01 00:00:00+00",
    "0001-01-02 03:04:05+00",
    "9999-12-31 23:59:59.999999+00",
    "9999-12-30 00:00:00+00",
)
"""What PostgreSQL's clock has and Python's, or that of some zone, has not."""


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


NUMBERS = {
    "priority": (-(2**31), 40_000, 2**31 - 1),
    "failure_count": (-(2**31), 0, 2**31 - 1),
    "requeued_count": (-1, 2**31 - 1),
    "max_attempts": (-(2**31), 0, 2**31 - 1, None),
    "original_job_id": (-(2**63), 0, 2**63 - 1, None),
}
IDS = (-(2**63), -1, 0)
"""What an entry can be called only by hand."""
TEXTS = (
    "",
    " ",
    "\n",
    "\t=1+1",
    "\x01\x1b[31m\x7f",
    "\u202egnp.exe\u2066",
    "\ufeff\u200b\u00ad",
    "e\u0301" * 50,
    "\U0001f469\u200d\U0001f52c\U0010ffff",
    "{about} %s %(x)s {{ 7 }} {% now %}",
    "\\",
    "'",
    '"',
    "-",
    "..",
    "%",
    IDENTIFIER,
)
"""For any text column, by its name."""
WIDE_TEXTS = (*TEXTS, TEXT, "x" * 1_000_000, "word " * 100_000, "\n" * 20_000)
"""For one that has no limit."""
NAMES = ("task_identifier", "queue_name", "job_key")
WIDE = ("failure_reason", "notes")
TIMES = ("failed_at", "last_requeued_at", "original_created_at", "original_run_at")
DOCUMENTS = (
    "null",
    "true",
    '""',
    "[]",
    "{}",
    "-0.0",
    "1e131071",
    "0." + "0" * 16_000 + "1",
    "[" * 1_000 + "]" * 1_000,
    '{"a":' * 1_000 + "1" + "}" * 1_000,
    json.dumps({f"key {number}": number for number in range(20_000)}),
    json.dumps({"": {"": {"": 1}}, " ": 1, "a.b": 1, "a=b": 2}),
    json.dumps("\ud83d\ude00 \\u0000 \\ud800 \\"),
    json.dumps("x" * 1_000_000),
)
"""For a JSON column."""
ERRORS = (
    "<?xml version='1.0'?><e><faultcode>x</faultcode><faultstring>  </faultstring></e>",
    "<Code></Code><Message></Message>",
    "<faultcode>x</faultcode>",
    '{"message": ' * 3_000,
    '{"errors": [{"errors": [{"errors": []}]}]}',
    "Traceback (most recent call last)",
    "Traceback (most recent call last):\n  File",
    "panicked at 'x', src/main.rs:",
    "panic: \n\ngoroutine 1 [running]:",
    "** () ",
    "#0 : \nStack trace:\n in /a.php",
    "Caused by:\n" * 2_000,
    "Caused by: " * 2_000,
    'TaskError("\\u{0} \\"x\\" \\',
    "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
    *("a" * 30_000 + mark for mark in ("@", "://", "=", "\\", "'", '"', "`", "<")),
)
"""Texts that are no error of any language, or are cut within one."""


def hostile_rows() -> list[dict[str, Any]]:
    """Entries, each by the columns in which it differs from an ordinary one."""
    rows: list[dict[str, Any]] = [{"id": identity} for identity in IDS]
    rows += [{name: number} for name, numbers in NUMBERS.items() for number in numbers]
    rows += [{name: moment} for name in TIMES for moment in FAR_TIMES]
    rows += [{name: text} for name in NAMES for text in TEXTS]
    rows += [{name: text} for name in WIDE for text in WIDE_TEXTS]
    rows += [{name: document} for name in ("payload", "last_error") for document in DOCUMENTS]
    rows += [{"last_error": json.dumps(text)} for text in (*ERRORS, *WIDE_TEXTS)]
    return rows


def add_hostile_rows() -> list[int]:
    """All of them, in one table; their ids."""
    return [add_entry(**row) for row in hostile_rows()]
