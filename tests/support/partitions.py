"""The dead letter table as some have it: partitioned by failed_at, its primary key (id, failed_at)."""

from __future__ import annotations

from itertools import pairwise

from dlq.table.location import TABLE
from tests.support.database import SCHEMA, sql

MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03")


def partition_table() -> None:
    """In place of the test's own, with the library's columns; undone with the test's transaction."""
    sql(f"ALTER TABLE {TABLE.regclass} RENAME TO whole")
    sql(
        f"CREATE TABLE {TABLE.regclass} (LIKE {SCHEMA}.whole INCLUDING DEFAULTS, PRIMARY KEY (id, failed_at))"
        " PARTITION BY RANGE (failed_at)"
    )
    sql(f"ALTER SEQUENCE {SCHEMA}.backfill_dlq_id_seq OWNED BY NONE")
    sql(f"DROP TABLE {SCHEMA}.whole")
    sql(f"ALTER SEQUENCE {SCHEMA}.backfill_dlq_id_seq OWNED BY {SCHEMA}.backfill_dlq.id")
    for month, following in pairwise(MONTHS):
        name = f'"of {month}"'
        sql(
            f"CREATE TABLE {SCHEMA}.{name} PARTITION OF {TABLE.regclass}"
            f" FOR VALUES FROM ('{month}-01 00:00+00') TO ('{following}-01 00:00+00')"
        )
    sql(f"CREATE TABLE {SCHEMA}.other PARTITION OF {TABLE.regclass} DEFAULT")
