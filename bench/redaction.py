"""What masking costs: list, entry and export with the default rules as multiples of the same without any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from django.test import override_settings

from bench.figures import Figure, milliseconds
from bench.timing import medians
from bench.visitor import LIST, Visitor
from dlq.db.identifiers import quoted
from dlq.db.statements import execute
from dlq.export.copying import csv_lines, json_lines
from dlq.models import BackfillDlq
from dlq.redaction.candidates import masking_index, masking_indexes
from dlq.redaction.rules import NONE
from dlq.table.index_advice import index_name
from dlq.table.init import init_dlq
from dlq.table.location import TABLE, DlqTable

ROUNDS = 15
MOST = 1.15
WRITTEN = 10_000
"""Rows."""
RULES: dict[str, tuple[str, ...]] = {"without": (NONE,), "with": ()}


def measure() -> list[Figure]:
    visitor = Visitor()
    newest = visitor.listed_ids()[0]
    pages: dict[str, Callable[[], object]] = {
        "list": lambda: visitor.get(LIST),
        "entry": lambda: visitor.get(f"{LIST}{newest}/change/"),
    }
    figures = _compared(pages, bounded=True)
    figures += _compared({f"export: {name}": call for name, call in _exports()}, bounded=True)
    figures += _writing()
    # As on a table that the library made, until init_dlq has run.
    execute(f"DROP INDEX {_index()}")
    figures += _compared({f"export, without the index: {name}": call for name, call in _exports()}, bounded=False)
    init_dlq(TABLE, more=masking_indexes)
    return figures


def _index() -> str:
    return f"{quoted(TABLE.schema)}.{quoted(index_name(TABLE, masking_index(TABLE).suffix))}"


def _writing() -> list[Figure]:
    """What the index costs those who write: the same rows into two new tables."""
    tables = {name: replace(TABLE, name=f"backfill_dlq_{name}") for name in ("plain", "indexed")}
    init_dlq(tables["plain"])
    init_dlq(tables["indexed"], more=masking_indexes)
    calls = {name: lambda table=table: _copy_to(table) for name, table in tables.items()}
    times = medians(calls, ROUNDS)
    for table in tables.values():
        execute(f"DROP TABLE {table.db_table}")
    plain, indexed = times["plain"] / WRITTEN, times["indexed"] / WRITTEN
    measured = f"{indexed * 1e6:.0f} microseconds ({plain * 1e6:.0f} without the masking index)"
    return [Figure("writing a failed job, 10,000 at once", measured, f"{indexed / plain:.2f} x")]


def _copy_to(table: DlqTable) -> None:
    execute(f"TRUNCATE {table.db_table}")
    execute(f"INSERT INTO {table.db_table} SELECT * FROM {TABLE.db_table} ORDER BY id LIMIT {WRITTEN}")


def _exports() -> Iterator[tuple[str, Callable[[], object]]]:
    for name, lines in (("csv", csv_lines), ("jsonl", json_lines)):
        yield name, lambda lines=lines: sum(map(len, lines(BackfillDlq.objects.order_by())))  # type: ignore[misc]


def _compared(calls: dict[str, Callable[[], object]], *, bounded: bool) -> list[Figure]:
    """All of them in turns, so that a busy moment meets both alike."""
    times = medians(
        {f"{name}, {rules} rules": _under(RULES[rules], call) for name, call in calls.items() for rules in RULES},
        ROUNDS,
    )
    figures = []
    for name in calls:
        masked, plain = times[f"{name}, with rules"], times[f"{name}, without rules"]
        ratio = masked / plain
        figures.append(
            Figure(
                f"masked {name}",
                f"{milliseconds(masked)} ({milliseconds(plain)} without)",
                f"{ratio:.2f} x",
                f"at most {MOST} x" if bounded else "",
                ratio <= MOST if bounded else None,
            )
        )
    return figures


def _under(rules: tuple[str, ...], call: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with override_settings(DLQ_REDACT=rules):
            return call()

    return run
