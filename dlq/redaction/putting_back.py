"""A masked text that a person edited, with what was masked in its place again."""

from __future__ import annotations

import re

from dlq.redaction.steps import BEGINS
from dlq.redaction.texts import masked

MASKS = re.compile(re.escape(BEGINS) + r"[^\]]*\]")


class MasksChanged(Exception):
    """The masks are not all there as they were, so nobody can say what belongs where."""


def put_back(edited: str, original: str) -> str:
    """Raises MasksChanged unless the edited text has the masks of the original one, in their order.

    A text without a mask is a new one, in which nothing is to be put back.
    """
    shown = masked(original)
    if shown == original or not MASKS.search(edited):
        return edited
    pieces = _masked_pieces(shown, original)
    if pieces is None or MASKS.findall(edited) != MASKS.findall(shown):
        raise MasksChanged
    remaining = iter(pieces)
    return MASKS.sub(lambda _mask: next(remaining), edited)


def _masked_pieces(shown: str, original: str) -> list[str] | None:
    """What each mask stands for: the original text between the parts that both have. None where that is not certain."""
    parts = MASKS.split(shown)
    found = re.fullmatch("(.*?)".join(map(re.escape, parts)), original, re.DOTALL)
    if found is None:
        return None
    return list(found.groups())
