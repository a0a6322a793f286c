"""Two texts compared line by line, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3
"""Equal lines that are shown around a change."""
MOST_LINES = 4_000
"""Of either text: of more, comparing takes seconds where hardly a line is the same."""


@dataclass(frozen=True)
class DiffLine:
    """`kind` is "same", "old", "new" or "left out"; of those left out the text says how many there are."""

    kind: str
    text: str


def diff(before: str, after: str) -> list[DiffLine]:
    """Empty where they are the same."""
    return [] if before == after else list(_lines(before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]))


def _lines(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    end = 0
    # autojunk would take frequent lines, such as brackets, for noise; it bounds the work where there are very many of them.
    groups = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > 1_000).get_grouped_opcodes(CONTEXT)
    for group in groups:
        first = group[0][1]
        yield from _left_out(first - end)
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (DiffLine("same", line) for line in old[old_from:old_to])
            else:
                yield from (DiffLine("old", line) for line in old[old_from:old_to])
                yield from (DiffLine("new", line) for line in new[new_from:new_to])
        end = group[-1][2]
    yield from _left_out(len(old) - end)


def _left_out(number: int) -> Iterator[DiffLine]:
    if number:
        yield DiffLine("left out", f"{number:,} line{'' if number == 1 else 's'} the same")
