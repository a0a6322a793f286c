"""A list in an error is as long as the case has it: what is said again of each item is said once."""

from __future__ import annotations

import re

from dlq.patterns.fingerprint.tokens import MASKED

LONGEST_BLOCK = 24
"""Words that may come again."""
MASKS = re.compile(rf"{re.escape(MASKED)}(?:[\s,;:/|+&>→-]{{0,4}}(?:and |or )?{re.escape(MASKED)})+")
COUNTED = re.compile(
    rf"({re.escape(MASKED)} (?:[a-z_]{{2,20}} )?(?!does|this|has|was|less|status|process|access|address)[a-z]{{3,20}}?)s\b"
)
"""1 attempt, 3 attempts."""
MANY = re.compile(rf"({re.escape(MASKED)} [a-z]{{2,18}})ies\b")
"""1 entry, 3 entries."""
LISTED = re.compile(
    rf"\b([a-z]{{1,20}}?(?:(?:ss|x|ch|sh)(?=es)|[a-rt-z](?<![ui])(?=s)))(?:es|s)(?=:? {re.escape(MASKED)})"
)
"""address: x, addresses: x, y."""
ITEM = re.compile(rf"(?<=[:\]])(?=\[{re.escape(MASKED)}\]: )")
"""Where an item begins of a list that numbers them, as Elasticsearch does: …; ][62]: index …"""
EMPTY = re.compile(r"(?<=[\s:=])(?:\[\]|\{\})")


def said_once(text: str) -> str:
    """The masked text without what depends on how many there were."""
    text = MASKS.sub(MASKED, EMPTY.sub(f"[{MASKED}]", text))
    text = LISTED.sub(r"\1", COUNTED.sub(r"\1", MANY.sub(r"\1y", text)))
    return " ".join(_without_blocks_again(ITEM.sub(" ", text).split()))


def _without_blocks_again(words: list[str]) -> list[str]:
    """Of the same words one after the other, but for what is around them, the last."""
    plain = [word.strip("[](){},;") for word in words]
    kept: list[str] = []
    at = 0
    while at < len(words):
        size = _repeated(plain, at)
        if not size:
            kept.append(words[at])
            at += 1
            continue
        end = at + size
        while plain[end : end + size] == plain[at : at + size]:
            end += size
        # Brackets around the list are kept, too.
        kept.extend((words[at], *words[end - size + 1 : end]) if size > 1 else (words[end - 1],))
        at = end
    return kept


def _repeated(words: list[str], at: int) -> int:
    """How many words from there on come again at once; 0 if none do."""
    for size in range(1, min(LONGEST_BLOCK, (len(words) - at) // 2) + 1):
        if words[at] == words[at + size] and words[at : at + size] == words[at + size : at + 2 * size]:
            return size
    return 0
