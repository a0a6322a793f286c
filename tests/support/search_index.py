"""The search's indexes: those that init_dlq makes, and the one over the whole text that it made before."""

from __future__ import annotations

import pytest

from dlq.table.location import TABLE
from tests.support.database import sql, value

WHOLE = "idx_backfill_dlq_search_whole"


def has_trigrams() -> bool:
    """Whether this server has pg_trgm: the embedded one has not, a distribution's has (TEST_POSTGRES_BIN)."""
    return bool(value("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')"))


def make_whole_index() -> None:
    if not has_trigrams():
        pytest.skip("this server has no pg_trgm")
    sql("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
    sql(
        f"CREATE INDEX {WHOLE} ON {TABLE.regclass} USING gin ((failure_reason || E'\\n' || coalesce(job_key, '')"
        " || E'\\n' || coalesce(last_error #>> '{}', '') || E'\\n' || payload::text) public.gin_trgm_ops)"
    )
