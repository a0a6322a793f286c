"""Tables as their owners have them: SQL with `{table}` and `{schema}` that changes what init_dlq made, or comes before it."""

from __future__ import annotations

from pathlib import Path

ODD_COLUMNS = """
    CREATE TYPE public.mood AS ENUM ('calm', 'angry');
    ALTER TABLE {table}
        ADD "order" integer DEFAULT 3,
        ADD "Weird Name" text DEFAULT '%s {{x}}',
        ADD mood public.mood DEFAULT 'calm',
        ADD tags text[] DEFAULT '{{a,b}}',
        ADD twice integer GENERATED ALWAYS AS (failure_count * 2) STORED,
        ADD raw bytea DEFAULT '\\x00ff',
        ADD span int4range DEFAULT '[1,5)',
        ADD doc json DEFAULT '{{"a": 1.0}}',
        ADD place point DEFAULT '(1,2)',
        ADD amount numeric DEFAULT 10.00,
        ADD day date DEFAULT '2026-01-01',
        ADD address inet DEFAULT '10.0.0.1',
        ADD token uuid DEFAULT '00000000-0000-0000-0000-000000000001',
        ADD pause interval DEFAULT '1 day'
"""
PARTITIONED = """
    ALTER TABLE {table} RENAME TO whole;
    CREATE TABLE {table} (LIKE {schema}.whole INCLUDING DEFAULTS, PRIMARY KEY (id, failed_at)) PARTITION BY RANGE (failed_at);
    ALTER SEQUENCE {schema}.backfill_dlq_id_seq OWNED BY {table}.id;
    DROP TABLE {schema}.whole;
    CREATE TABLE {schema}."of today" PARTITION OF {table} FOR VALUES FROM ('today') TO ('tomorrow');
    CREATE TABLE {schema}.other PARTITION OF {table} DEFAULT
"""
OVER_ONE = """
    ALTER TABLE {table} RENAME TO kept;
    CREATE VIEW {table} AS SELECT * FROM {schema}.kept
"""
OVER_SEVERAL = """
    ALTER TABLE {table} RENAME TO kept;
    CREATE TABLE {schema}.older (LIKE {schema}.kept);
    CREATE VIEW {table} AS SELECT * FROM {schema}.kept UNION ALL SELECT * FROM {schema}.older
"""
MATERIALIZED = """
    ALTER TABLE {table} RENAME TO kept;
    CREATE MATERIALIZED VIEW {table} AS SELECT * FROM {schema}.kept;
    CREATE UNIQUE INDEX ON {table} (id)
"""
NOBODYS_FUNCTIONS = "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
OF_ANOTHER_ROLE = """
    CREATE ROLE "table's owner";
    ALTER TABLE {table} OWNER TO "table's owner"
"""


def of_the_library() -> str:
    """The crate's own file, as cargo has it."""
    (found,) = Path("~/.cargo/registry/src").expanduser().glob("*/backfill-3.1.0/docs/dlq_schema.sql")
    return found.read_text().replace("graphile_worker.backfill_dlq", "{table}")
