"""Fill the dead letter table, and leave it as a busy day does: a fifth of its rows updated since the last VACUUM."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.db import connection

from bench.timing import seconds_of
from dlq.db.statements import dicts, execute, scalar
from dlq.table.location import TABLE

ROWS = int(os.environ.get("BENCH_ROWS") or 1_000_000)
SMALL = 100_000
"""Entries of the table that the large one is compared with."""
DAYS = 30
BIG_TASKS = ("task_00", "task_01", "task_02")
"""2 % of the entries each: 20,000 of a million."""

STATE = """
    SELECT pg_size_pretty(pg_table_size(c.oid)) AS table_size, pg_size_pretty(pg_indexes_size(c.oid)) AS index_size,
           pg_relation_size(c.oid) / current_setting('block_size')::int AS pages,
           c.relallvisible AS all_visible_at_last_vacuum,
           s.n_live_tup AS live, s.n_dead_tup AS dead
    FROM pg_class c JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.oid = %(table)s::regclass
"""


def fill(number: int = ROWS) -> None:
    """Empty the table and fill it with that many entries."""
    execute(f"TRUNCATE {TABLE.db_table} RESTART IDENTITY")
    taken = seconds_of(lambda: fill_as_a_busy_day_does(TABLE.db_table, number, DAYS))
    print(f"filling the table with {number:,} entries: {taken:.0f} s", flush=True)
    state = dicts(STATE, {"table": TABLE.regclass})[0]
    print("state:", ", ".join(f"{name} {value}" for name, value in state.items()), flush=True)


def _flush() -> None:
    """What this session counted reaches PostgreSQL's statistics at its leisure, or now."""
    execute("SELECT pg_stat_force_next_flush()")
    execute("SELECT")


def fill_as_a_busy_day_does(table: str, rows: int, days: int) -> None:
    """Insert entries of that many days before now, VACUUM, switch autovacuum off, update 20 % of them.

    `table`: its quoted name.
    """
    text = (Path(__file__).parent / "sql" / "fill.sql").read_text()
    with connection.cursor() as cursor:
        cursor.execute(re.sub(r"\{table\}", table, text), {"rows": rows, "days": days})
    _flush()
    execute(f"VACUUM (ANALYZE) {table}")
    execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off, toast.autovacuum_enabled = off)")
    execute(f"UPDATE {table} SET notes = 'looked at' WHERE id %% 5 = 0")
    # The first to read a changed page tidies it up, and that must not be whoever is measured first. The pages stay
    # "not all visible" all the same.
    scalar(f"SELECT count(notes) FROM {table}")
    execute("CHECKPOINT")
    _flush()
