"""The formatter of texts that Python holds; PostgreSQL masks by the same steps (`dlq_redacted_text`)."""

from __future__ import annotations

import re
from typing import overload

from dlq.db.errors import first_line
from dlq.redaction.rules import configured
from dlq.redaction.steps import CARD, CARD_LABEL, MASK, Steps, steps_of

CARDS = re.compile(CARD)


@overload
def masked(text: str) -> str: ...
@overload
def masked(text: None) -> None: ...
def masked(text: str | None) -> str | None:
    """The text with a mask in the place of each secret."""
    return masked_by(steps_of(configured()), text) if text else text


def said_by(error: BaseException) -> str:
    """What PostgreSQL says when it refuses, which may quote what an entry has."""
    return masked(first_line(error))


def masked_by(steps: Steps, text: str) -> str:
    if not steps.compiled_hit.search(text):
        return text
    for step in steps.steps:
        if step.needs in text:
            text = step.compiled.sub(step.replacement, text)
    return CARDS.sub(_masked_card, text) if steps.finds_cards else text


def _masked_card(found: re.Match[str]) -> str:
    return MASK.format(CARD_LABEL) if is_card(found[0]) else found[0]


def is_card(text: str) -> bool:
    """Whether the last digit is what Luhn's algorithm makes of the others."""
    digits = [int(digit) for digit in reversed(text) if digit.isdigit()]
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
