"""An operation right after the installation, when PostgreSQL has no statistics yet, looks its rows up by index all the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.database import sql, value
from tests.support.entries import add_entries, drop_unique_key_index
from tests.support.operations import operate

pytestmark = pytest.mark.django_db

ENTRIES = 2_000
MOST_READ = 20
"""Rows of dlq_requeue for each entry, with room: it is a handful, and hundreds where the lookup starts from the operation."""


def test_rows_read_grow_with_the_entries_when_nothing_was_analyzed(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 100
    drop_unique_key_index()
    sql("TRUNCATE dlq_requeue")  # also what is known of its size
    add_entries(ENTRIES, job_key=f"'k' || n % {ENTRIES // 2}")
    assert operate("requeue", pairs=[]).done_count == ENTRIES // 2
    read = value(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'dlq_requeue'"
    )
    assert read <= MOST_READ * ENTRIES
