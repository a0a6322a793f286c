"""Which entries a filter may show, worked out without the filter: in plain SQL, as far as it is plain what a value means."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

from dlq.table.location import TABLE
from tests.filters.filter_cases import CASES
from tests.requests.world import KNOWN_PATHS
from tests.support.database import sql
from tests.support.hostile import FAR_TIMES

Condition = tuple[str, list[Any]]
NOTHING: Condition = ("false", [])
ANYTHING: Condition = ("true", [])
"""Also for what nobody here can tell."""
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
TEXTS = ("task_identifier", "queue_name", "notes", "failure_reason", "job_key", "last_error #>> '{}'", "payload::text")


def may_be_shown(query: QueryDict, zone: str) -> set[int]:
    """The entries that nothing excludes of what is plain."""
    conditions = [
        _meaning(name, [text for text in query.getlist(name) if text.strip()], query, zone) for name in MEANINGS
    ]
    if not query.get("status"):
        conditions.append((CASES["status"]["open"], []))
    where = " AND ".join(f"({condition})" for condition, _values in conditions)
    values = [value for _condition, values in conditions for value in values]
    return {identity for (identity,) in sql(f"SELECT id FROM {TABLE.regclass} AS backfill_dlq WHERE {where}", *values)}


def _meaning(name: str, texts: list[str], query: QueryDict, zone: str) -> Condition:
    if name == "status" and not query.get("status"):
        return ANYTHING
    if name == "q" and query.get("q_by", "").strip() not in ("", "anywhere"):
        return ANYTHING
    if not texts:
        return ANYTHING
    if any("\x00" in text for text in texts):
        return NOTHING
    joined = " AND " if name == "payload" else " OR "
    each = [MEANINGS[name](text, zone) for text in texts]
    return joined.join(f"({condition})" for condition, _values in each), [
        value for _c, values in each for value in values
    ]


def _task(text: str, _zone: str) -> Condition:
    return "task_identifier = %s", [text]


def _queue(text: str, _zone: str) -> Condition:
    return "queue_name = %s", ["" if text == "-" else text]


def _status(text: str, _zone: str) -> Condition:
    return CASES["status"].get(text, "false"), []


def _payload(text: str, _zone: str) -> Condition:
    return KNOWN_PATHS.get(text, "true"), []


def _job(text: str, _zone: str) -> Condition:
    if not re.fullmatch(r"-?[0-9]{1,25}", text.strip()):
        return ANYTHING
    return f"{TABLE.job_id_column} = %s::numeric", [text]


def _search(text: str, _zone: str) -> Condition:
    if not re.fullmatch(r"[A-Za-z0-9 ]{1,100}", text):
        return ANYTHING
    words = text.split()
    found = " OR ".join(f"{column} ILIKE %s" for column in TEXTS)
    number = f" OR id = %s::numeric OR {TABLE.job_id_column} = %s::numeric"
    parts = [f"({found}{number if word.isdecimal() else ''})" for word in words]
    values = [value for word in words for value in [f"%{word}%"] * len(TEXTS) + [word] * (2 if word.isdecimal() else 0)]
    return " AND ".join(parts), values


def _failed(comparison: str, *, end: bool) -> Any:
    def meaning(text: str, zone: str) -> Condition:
        if age := re.fullmatch(r"([0-9]{1,4})([mhdw])(?: ago)?", text):
            return f"failed_at {comparison} now() - interval '{age[1]} {UNITS[age[2]]}'", []
        if text in FAR_TIMES:
            return f"failed_at {comparison} %s::timestamptz", [text]
        if text == "2026-01-05":
            day = "'2026-01-06 00:00' - interval '1 microsecond'" if end else "'2026-01-05 00:00'"
            return f"failed_at {comparison} (timestamp {day}) AT TIME ZONE %s", [zone]
        if text == "2026-01-05T12:00":
            return f"failed_at {comparison} timestamp '2026-01-05 12:00' AT TIME ZONE %s", [zone]
        return ANYTHING

    return meaning


MEANINGS: dict[str, Any] = {
    "task_identifier": _task,
    "queue_name": _queue,
    "status": _status,
    "payload": _payload,
    "original_job_id": _job,
    "q": _search,
    "failed_after": _failed(">=", end=False),
    "failed_before": _failed("<=", end=True),
}
