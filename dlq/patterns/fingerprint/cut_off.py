"""Templates that lack what others have: a traceback that was cut off has no place, a message without its class no exception."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dlq.patterns.fingerprint.evidence import Words

FEWEST_WORDS = 3
"""Of a message that says enough to know it by."""

Kind = tuple[str, ...]
"""Exception, codes and place."""
CODES_OF_KIND = 1
"""Where in it the codes are, which are never lacking."""


def with_wholes(kinds: Sequence[Kind], forms: Sequence[Words], first: Sequence[int]) -> list[int]:
    """For each template the number of the first one that it is one pattern with.

    As `first` says, and besides: those that say the same as a single other pattern, and lack only its exception or its place, are
    one with it.
    """
    saying: dict[Words, dict[Kind, int]] = defaultdict(dict)
    for number, (kind, form) in enumerate(zip(kinds, forms, strict=True)):
        if sum(word[:1].isalpha() for word in form) >= FEWEST_WORDS:
            saying[tuple(word.lower() for word in form)].setdefault(kind, first[number])
    joined: dict[int, int] = {}
    for kinds_of in saying.values():
        for kind, number in kinds_of.items():
            more = [other for other in kinds_of if _lacks_of(kind, other)]
            wholes = {kinds_of[one] for one in more if not any(_lacks_of(one, other) for other in more)}
            if len(wholes) == 1:
                joined[number] = wholes.pop()
    return _earliest([_last(number, joined) for number in first])


def _lacks_of(kind: Kind, whole: Kind) -> bool:
    parts = enumerate(zip(kind, whole, strict=True))
    return kind != whole and all(own == other or (own == "" and at != CODES_OF_KIND) for at, (own, other) in parts)


def _last(number: int, joined: dict[int, int]) -> int:
    # What is joined always lacks more than what it is joined with, so this ends.
    while number in joined:
        number = joined[number]
    return number


def _earliest(first: list[int]) -> list[int]:
    """Each pattern called by its first template."""
    names: dict[int, int] = {}
    return [names.setdefault(number, at) for at, number in enumerate(first)]
