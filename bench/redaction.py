"""What masking costs: list, entry and export with the default rules as multiples of the same without any."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection
from django.test import override_settings

from bench.figures import Figure, milliseconds
from bench.timing import medians
from bench.visitor import LIST, Visitor
from dlq.export.copying import csv_lines, json_lines
from dlq.models import BackfillDlq
from dlq.redaction.candidates import masking_index
from dlq.redaction.rules import NONE
from dlq.table.index_advice import Surroundings, statements_for
from dlq.table.location import TABLE

ROUNDS = 15
MOST = 1.15
RULES: dict[str, tuple[str, ...]] = {"without": (NONE,), "with": ()}


def measure() -> list[Figure]:
    visitor = Visitor()
    newest = visitor.listed_ids()[0]
    pages: dict[str, Callable[[], object]] = {
        "list": lambda: visitor.get(LIST),
        "entry": lambda: visitor.get(f"{LIST}{newest}/change/"),
    }
    figures = _compared(pages, bounded=True)
    figures += _compared({f"export, no index: {name}": call for name, call in _exports()}, bounded=False)
    with connection.cursor() as cursor:
        for statement in statements_for(TABLE, masking_index(TABLE), Surroundings.of(TABLE)):
            cursor.execute(statement)
    return figures + _compared({f"export, masking index: {name}": call for name, call in _exports()}, bounded=True)


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
