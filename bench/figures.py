"""Measured figures, and the table of them that ends a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table. `bound` is in words; `holds` is None where nothing is promised."""

    name: str
    measured: str
    ratio: str
    bound: str = ""
    holds: bool | None = None


def table(figures: Sequence[Figure]) -> str:
    """Aligned for a terminal, and at the same time a Markdown table."""
    head = ("figure", "measured", "ratio", "bound", "")
    lines = [head, *((f.name, f.measured, f.ratio, f.bound, _verdict(f)) for f in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    printed = [_row(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([printed[0], _row("-" * width for width in widths), *printed[1:]])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _verdict(figure: Figure) -> str:
    return {None: "", True: "holds", False: "BROKEN"}[figure.holds]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"
