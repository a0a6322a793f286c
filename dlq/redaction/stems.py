"""Plain texts that tell in a moment that there is nothing to mask: whatever a rule finds has one of its stems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from dlq.redaction.rules import STEMS, Rules

SEPARATORS = re.compile(r"[ _.-]+")
PLAIN = re.compile(r"[A-Za-z0-9 _:/@#&=,;<>~!\"'-]+(?![?*{+])")
"""The beginning of a pattern that stands for itself."""
ASCII = re.compile(r"[\x20-\x7e]+")
"""Letters whose lower case every database knows."""
SHORTEST = 2


def stems_of(rules: Rules) -> tuple[str, ...] | None:
    """In lower case. None where a rule has none, such as a pattern that begins with a choice."""
    stems = [_longest(SEPARATORS.split(key)) for key in rules.keys]
    for _name, pattern in rules.values:
        stems += STEMS.get(pattern, [_beginning(pattern)])
    # As a document has it: written as JSON.
    stems += [_longest(json.dumps(key, ensure_ascii=False) for key in path if key != "*") for path in rules.paths]
    if rules.finds_cards:
        stems.append("://")
    if rules.keys:
        # A document within a text may write the letters of its keys as \u0070.
        stems.append(r"\u00")
    if any(len(stem) < SHORTEST for stem in stems):
        return None
    wanted = dict.fromkeys(stems)
    return tuple(stem for stem in wanted if not any(other in stem for other in wanted if other != stem))


def _beginning(pattern: str) -> str:
    found = None if "|" in pattern else PLAIN.match(pattern)
    return found[0].lower() if found else ""


def _longest(parts: Iterable[str]) -> str:
    return max((run for part in parts for run in ASCII.findall(part)), key=len, default="").lower()
