"""A table of good entries with poison among them, of every kind that the queue or the owner refuses, and shared keys."""

from __future__ import annotations

from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, drop_unique_key_index

KINDS: list[tuple[str, dict[str, str]]] = [
    ("bad_priority", {"priority": "32768"}),
    ("bad_priority", {"priority": "-32769"}),
    ("bad_priority", {"priority": "2147483647"}),
    ("bad_max_attempts", {"max_attempts": "0"}),
    ("bad_max_attempts", {"max_attempts": "-1"}),
    ("bad_max_attempts", {"max_attempts": "32768"}),
    ("empty_key", {"job_key": "''"}),
    ("long_key", {"job_key": "rpad('long' || n, 513, '-')"}),
    ("long_task", {"task_identifier": "repeat('t', 129)"}),
    ("long_queue", {"queue_name": "repeat('q', 129)"}),
    ("refused", {"notes": "'legal hold'"}),
]
"""The code of the reason, and the column (with its SQL expression) that makes an entry of that kind."""
EVERY = 20
"""One in so many is poison: 5 %. The kinds take turns."""
ROUND = EVERY * len(KINDS)
REFUSAL = "not while it is under legal hold"


def fill(count: int) -> dict[int, str]:
    """Make the entries. Returns the code of each that is poison. One in ten shares its key with another one.

    Half of those sharers are near each other, half of them far: `count` must be a multiple of 40.
    """
    _make_it_an_owners_table()
    columns = {
        "priority": "n % 7 - 3",
        "max_attempts": "nullif(n % 6, 0)",
        "job_key": f"CASE WHEN n % 20 = 0 THEN 'far' || n % {count // 2} WHEN n % 20 = 10 THEN 'near' || n / 40"
        " WHEN n % 3 = 0 THEN 'own' || n END",
        "task_identifier": "'task' || n % 3",
        "queue_name": "CASE WHEN n % 2 = 0 THEN 'bills' ELSE '' END",
        "notes": "NULL::text",
        "payload": "CASE n % 5 WHEN 0 THEN 'null' WHEN 1 THEN to_jsonb(n) WHEN 2 THEN jsonb_build_array(n, 1.00)"
        " ELSE jsonb_build_object('n', n, 'x', 10.00) END",
    }
    for number, (_code, poison) in enumerate(KINDS):
        for name, bad in poison.items():
            columns[name] = f"CASE WHEN n % {ROUND} = {_offset(number)} THEN {bad} ELSE {columns[name]} END"
    entries = add_entries(count, **columns)
    code_of = {_offset(number): code for number, (code, _poison) in enumerate(KINDS)}
    return {
        entry: code_of[number % ROUND] for number, entry in enumerate(entries, start=1) if number % ROUND in code_of
    }


def refuse_by_trigger() -> None:
    """The owner protects rows whose notes say so."""
    sql(
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$;"
        f" CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON {SCHEMA}.backfill_dlq FOR EACH ROW"
        " WHEN (OLD.notes = 'legal hold') EXECUTE FUNCTION refuse()"
    )


def _offset(number: int) -> int:
    """Odd, so that it is none of those that share a key."""
    return number * EVERY + 7


def _make_it_an_owners_table() -> None:
    """Its columns take longer texts than the library's, its keys need not be unique."""
    drop_unique_key_index()
    for column in ("job_key", "task_identifier", "queue_name"):
        sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ALTER COLUMN {column} TYPE text")
    refuse_by_trigger()
