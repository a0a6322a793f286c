"""Where texts of one pattern, or of two that look alike, differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from dlq.patterns.fingerprint.alike import FIXED, LONGEST_STRETCH, WORD, announcing
from dlq.patterns.fingerprint.evidence import NAME_BEFORE, Words, is_name
from dlq.patterns.fingerprint.tokens import MASKED


@dataclass(frozen=True)
class Difference:
    """What all texts begin and end with, and what each has between; the blanks are those of the first."""

    before: str
    values: tuple[str, ...]
    after: str

    @property
    def masked(self) -> str:
        """What all have, with a mask where they differ."""
        return f"{self.before}{MASKED}{self.after}"


def difference(texts: Sequence[str]) -> Difference:
    """The narrowest stretch of words in which these (at least one) differ."""
    spans = [[match.span() for match in WORD.finditer(text)] for text in texts]
    words = [[text[start:end].lower() for start, end in of_text] for text, of_text in zip(texts, spans, strict=True)]
    begin = _alike(words)
    shortest = min(map(len, words))
    end = min(_alike([of_text[::-1] for of_text in words]), shortest - begin)
    values = []
    for text, of_text in zip(texts, spans, strict=True):
        stretch = of_text[begin : len(of_text) - end]
        values.append(text[stretch[0][0] : stretch[-1][1]] if stretch else "")
    first, of_first = texts[0], spans[0]
    stretch = of_first[begin : len(of_first) - end]
    # Where the first has nothing there, its blank is before the mask.
    end_of_before = of_first[begin][0] if begin < len(of_first) else len(first)
    start_of_after = stretch[-1][1] if stretch else end_of_before
    return Difference(first[:end_of_before], tuple(values), first[start_of_after:])


def looks_alike(one: str, other: str) -> Difference | None:
    """How two differ that may well be one pattern: in one short stretch, and nothing says that it is a name."""
    found = difference((one, other))
    stretches: list[Words] = [tuple(WORD.findall(value)) for value in found.values]
    before = tuple(WORD.findall(found.before))
    fixed = sum(word[:1].isalpha() for word in (*before, *WORD.findall(found.after)))
    if (
        fixed < FIXED
        or max(map(len, stretches)) > LONGEST_STRETCH
        or NAME_BEFORE.fullmatch(announcing(before))
        or any(map(is_name, stretches))
    ):
        return None
    return found


def _alike(texts: Sequence[Sequence[str]]) -> int:
    """How many words all of them begin with."""
    return sum(1 for _same in takewhile(lambda column: len(set(column)) == 1, zip(*texts, strict=False)))
