"""A table that counts as large: the thresholds are lowered, so that a few hundred entries will do."""

from __future__ import annotations

import pytest

from dlq.selection import page, scan
from dlq.table import indexes
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from tests.support.database import sql

BELOW = indexes.MANY
SLICE = 50
"""Entries that a scan looks at in one go here."""


def make_large(monkeypatch: pytest.MonkeyPatch, *, seconds: float = 0.0) -> None:
    """As from now on. A scan looks at one slice and then has no time left, unless it gets some `seconds`."""
    monkeypatch.setattr(indexes, "LARGE", 0)
    monkeypatch.setattr(indexes, "MANY", 0)
    monkeypatch.setattr(scan, "FIRST_SLICE", SLICE)
    monkeypatch.setattr(page, "SCAN_SECONDS", seconds)
    analyze()


def analyze() -> None:
    """The estimated number of rows is of the last ANALYZE, and stays when the test's transaction is undone."""
    sql(f"ANALYZE {TABLE.regclass}")
    assert table_state(TABLE).estimated_rows < BELOW, "later tests would take the table for a large one"
