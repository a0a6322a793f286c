"""What is a value in the job's payload is a value in its error: the payload is the only witness that stands beside the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from dlq.patterns.fingerprint.evidence import SPEAKS, VALUE_BEFORE

MOST_VALUES = 500
LONGEST_VALUE = 200
MOST_WORDS = 8
"""Of a value that is looked for."""
SHORTEST = 2
COMMON_WORDS = frozenset(
    """
    ad al am an as at au be by ca da de di do du en es et go he id if il in is it la le lo me my na ne no of on or pa se si so
    to um un us we
    """.split()  # noqa: SIM905
)
"""Of several languages. Such a value is one where it is written in capitals, as the country IS, or where it stands as one."""

NAMES_A_KIND = {
    "type",
    "kind",
    "action",
    "event",
    "task",
    "job",
    "method",
    "mode",
    "status",
    "state",
    "level",
    "class",
    "name_of_field",
    "operation",
    "step",
    "stage",
    "reason",
    "field",
    "fields",
    "column",
    "columns",
    "table",
    "resource",
    "entity",
    "model",
    "channel",
    "target",
}
"""Keys whose values are names of the program's own: they tell failures apart."""
WORD = re.compile(r"[^\s\"'`(){}\[\],;:=<>|„“”‚‘’«»「」]+")
SAYS_A_NAME = re.compile(
    r"\b(?:field|column|constraint|key|property|attribute|reading|argument|parameter|relation|table|index|operation)\W{1,3}$",
    re.IGNORECASE,
)
STANDS_AS_VALUE = re.compile(rf"(?:[=:/\"'(\[]|\b(?:{VALUE_BEFORE.pattern})\W)$", re.IGNORECASE)
MASK = "<value>"


def payload_values(payload: Any) -> list[str]:
    """The payload's scalar values that could stand in a text, the longest first."""
    found = {text for text in _scalars(payload, "", 0) if SHORTEST <= len(text) <= LONGEST_VALUE}
    return sorted(found, key=lambda text: (-len(text), text))[:MOST_VALUES]


def _scalars(value: Any, key: str, depth: int) -> Iterator[str]:
    if depth > 6:
        return
    if isinstance(value, dict):
        for name, inner in list(value.items())[:MOST_VALUES]:
            yield from _scalars(inner, str(name), depth + 1)
    elif isinstance(value, list):
        for inner in value[:MOST_VALUES]:
            yield from _scalars(inner, key, depth + 1)
    elif isinstance(value, str) and key.lower() not in NAMES_A_KIND:
        yield " ".join(value.split())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def values_in(text: str, values: Collection[str]) -> list[str]:
    """Those that the text has, as whole words."""
    return sorted({text[start:end] for start, end in _found(text, values)})


def without_values(text: str, values: Collection[str]) -> str:
    """The text with the payload's values masked, but for those that it calls the name of a field."""
    parts: list[str] = []
    at = 0
    for start, end in _found(text, values):
        parts.extend((text[at:start], MASK))
        at = end
    return "".join((*parts, text[at:]))


def _found(text: str, values: Collection[str]) -> Iterator[tuple[int, int]]:
    if not values:
        return
    # The country IS is not the word "is".
    known = {*values, *(one.casefold() for one in values if not (one.isupper() and one.lower() in COMMON_WORDS))}
    longest = min(MOST_WORDS, max(len(WORD.findall(value)) for value in values))
    words = [(word.start(), word.end()) for word in WORD.finditer(text)]
    number = 0
    while number < len(words):
        start = words[number][0]
        for last in range(min(number + longest, len(words)) - 1, number - 1, -1):
            end = _end(text, start, words[last][1], known)
            if end and _may_be_meant(text[start:end], text[max(0, start - 16) : start]):
                yield start, end
                number = last
                break
        number += 1


def _may_be_meant(found: str, before: str) -> bool:
    """Whether it is the payload's value, and no word of the sentence that is written alike, nor the name of a field."""
    is_a_word = found in SPEAKS or (found in COMMON_WORDS and not STANDS_AS_VALUE.search(before))
    return not (is_a_word or SAYS_A_NAME.search(before))


def _end(text: str, start: int, end: int, known: Collection[str]) -> int:
    """Where the value ends that begins at `start`, without a full stop behind it; 0 if it is none."""
    found = text[start:end]
    if _is_known(found, known):
        return end
    bare = found.rstrip(".!?")
    return start + len(bare) if bare != found and _is_known(bare, known) else 0


def _is_known(found: str, known: Collection[str]) -> bool:
    return found in known or found.casefold() in known
