"""The rules as a statement has them, and the quick look at a text that most texts end with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dlq.db.identifiers import literal
from dlq.redaction.rules import Rules, configured
from dlq.redaction.steps import steps_of

SPECIAL = re.compile(r"[\\%|]")


@dataclass(frozen=True)
class Written:
    """SQL literals; `stems` and `digits` are empty where the rules have none."""

    steps: str
    paths: str
    hit: str
    stems: str
    digits: str


@cache
def written(rules: Rules) -> Written:
    steps = steps_of(rules)
    paths = json.dumps([[*path, ".".join(path)] for path in rules.paths])
    return Written(
        f"{literal(steps.as_json)}::jsonb",
        f"{literal(paths)}::jsonb",
        literal(steps.hit),
        _patterns(steps.stems) if steps.stems else "",
        literal(steps.digits) if steps.digits else "",
    )


def may_have(text: str) -> str:
    """Whether the text (an expression) may have something to mask: quickly, and never "no" where it has.

    PostgreSQL makes a regular expression's automaton anew for each text, which takes many times as long as looking for a dozen
    words; so only what has one of them is looked at by the expression.
    """
    rules = written(configured())
    if not rules.stems:
        return f"{text} ~* {rules.hit}"
    digits = f"{text} ~ {rules.digits}" if rules.digits else "false"
    return (
        f'(CASE WHEN lower({text} COLLATE "C") LIKE ANY ({rules.stems}) THEN {text} ~* {rules.hit} ELSE {digits} END)'
    )


def _patterns(stems: Iterable[str]) -> str:
    """For LIKE; what is special there, or here, stands for any character. PostgreSQL makes the array while it plans.

    The per cents are made there, too: psycopg takes milliseconds for the thousand of them that a page's queries would have.
    """
    texts = (f"^{SPECIAL.sub('_', stem)}^" for stem in stems)
    return f"string_to_array(translate({literal('|'.join(texts))}, '^', chr(37)), '|')"
