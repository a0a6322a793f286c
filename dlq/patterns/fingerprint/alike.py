"""Which templates of one task are one pattern: those that differ in one stretch that is a value and no name.

What says "this is a name" keeps two apart from the first case on: a word before it (field, column, constraint), the shape of
an identifier. What says "this is a value" joins the first few: a word before it (shop, product, file), a place that held a
masked value elsewhere, runs of capitalised words. What has nothing of either joins where it keeps changing. All templates
are looked at at once, so the order in which they came does not matter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlq.patterns.fingerprint.cut_off import with_wholes
from dlq.patterns.fingerprint.evidence import (
    NAME_BEFORE,
    VALUE_BEFORE,
    Words,
    ends_value,
    is_name,
    looks_like_value,
    may_be_value,
)
from dlq.patterns.fingerprint.tokens import MASKED

LONGEST_STRETCH = 8
"""Words of a value."""
MOST_WORDS = 120
"""Of a template that is compared; a longer one stays as it is."""
MOST_TEMPLATES = 2_000
"""Of one exception, code and place."""
ROUNDS = 5
"""Stretches in one template that may be found, one after the other."""
ANNOUNCED = 3
"""Different values that a stretch needs behind a word that announces one."""
CAPITALISED = 3
"""Different values that a stretch of capitalised runs needs."""
PLAIN = 13
"""Different values that anything else needs: closed sets of up to twelve names stay apart."""
SHORT = 3
"""Words of a value that has nothing but its place to say so."""
FIXED = 2
"""Words that have to be the same around a stretch."""

WORD = re.compile(r"<\*>|\w+(?:[-_.'’@+]\w+)*|[^\w\s]")
QUOTES = "\"'`„“”‚‘’«»「」"

BETWEEN = "\x1f"
MOST_STRETCHES = 6
"""Of a form that others are compared with as a whole."""


@dataclass(frozen=True)
class Template:
    """What a fingerprint says, for comparison: `kind` are exception, codes and place, which never join."""

    kind: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class _Stretch:
    before: Words
    after: Words
    members: tuple[tuple[Words, Words], ...]
    """Each template with what it has there."""


def patterns_of(templates: Sequence[Template]) -> list[int]:
    """For each template the number of the first one that it is one pattern with."""
    first = list(range(len(templates)))
    by_kind: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, template in enumerate(templates):
        by_kind[template.kind].append(number)
    forms: list[Words] = [()] * len(templates)
    for numbers in by_kind.values():
        leaders: dict[Words, int] = {}
        for number, form in zip(numbers, _forms([templates[number].words for number in numbers]), strict=True):
            forms[number] = form
            first[number] = leaders.setdefault(form, number)
    return with_wholes([template.kind for template in templates], forms, first)


def _forms(texts: list[str]) -> list[Words]:
    """Each text with the stretches that are values masked."""
    forms = [tuple(WORD.findall(text)) for text in texts]
    if len(forms) > MOST_TEMPLATES:
        return forms
    learned: set[Words] = set()
    for _round in range(ROUNDS):
        general = _generalised(set(forms))
        if not general:
            break
        learned.update(general.values())
        forms = [general.get(form, form) for form in forms]
    absorbed = _absorbed(set(forms), (learned & set(forms)) | set(filter(_holds_values, forms)))
    return [absorbed.get(form, form) for form in forms]


def _holds_values(form: Words) -> bool:
    """Whether it came with several masked values, none of them in the place of a name."""
    places = [at for at, word in enumerate(form) if word == MASKED]
    return len(places) > 1 and not any(NAME_BEFORE.fullmatch(announcing(form[:at])) for at in places)


def _absorbed(forms: set[Words], generals: set[Words]) -> dict[Words, Words]:
    """Forms that have values in all stretches of a general one at once."""
    found: dict[Words, Words] = {}
    having: dict[str, set[Words]] = defaultdict(set)
    for form in forms:
        for word in form:
            having[word.lower()].add(form)
    for general in sorted(generals, key=lambda form: (len(form), form)):
        if general in found or general.count(MASKED) > MOST_STRETCHES:
            continue
        expression = _expression(general)
        alike = sorted((having[word.lower()] for word in general if word != MASKED), key=len)
        for form in set.intersection(*alike) - found.keys() - {general} if alike else ():
            match = expression.fullmatch(BETWEEN.join(form))
            if match and all(_fits(tuple(value.split(BETWEEN))) for value in match.groups()):
                found[form] = general
    return found


def _expression(general: Words) -> re.Pattern[str]:
    word = f"[^{BETWEEN}]+"
    value = f"({word}(?:{BETWEEN}{word}){{0,{LONGEST_STRETCH - 1}}}?)"
    return re.compile(BETWEEN.join(value if part == MASKED else re.escape(part) for part in general), re.IGNORECASE)


def _fits(value: Words) -> bool:
    return may_be_value(value) and (len(value) <= SHORT or looks_like_value(value)) and not is_name(value)


def _generalised(forms: set[Words]) -> dict[Words, Words]:
    found: dict[Words, tuple[tuple[int, int], Words]] = {}
    for stretch in _stretches(forms):
        joined = _joined(stretch)
        for form, value in joined:
            # Most values, then the narrowest stretch.
            rank = (len(joined), -len(value))
            if form not in found or rank > found[form][0]:
                found[form] = (rank, _collapsed((*stretch.before, MASKED, *stretch.after)))
    return {form: general for form, (_rank, general) in found.items()}


def _collapsed(words: Words) -> Words:
    """Masks beside each other are one."""
    return tuple(word for at, word in enumerate(words) if not (word == MASKED and at and words[at - 1] == MASKED))


def _stretches(forms: set[Words]) -> Iterator[_Stretch]:
    places: dict[tuple[int, str, int], list[tuple[Words, int, int]]] = defaultdict(list)
    for form in sorted(forms):
        if len(form) > MOST_WORDS:
            continue
        begins = _hashes(form)
        ends = _hashes(form[::-1])
        for start in range(len(form)):
            for end in range(start + 1, min(start + LONGEST_STRETCH, len(form)) + 1):
                # "3 items" was made "3 item", and "<*> contains" likewise.
                after = form[end].lower().rstrip("s") if end < len(form) else ""
                places[begins[start], after, ends[max(len(form) - end - 1, 0)]].append((form, start, end))
    for members in places.values():
        if len(members) > 1:
            form, start, end = members[0]
            values = tuple((other, other[begin:stop]) for other, begin, stop in members)
            # Where all begin or end alike a narrower stretch has them, too.
            if len({value[0] for _form, value in values}) > 1 and len({value[-1] for _form, value in values}) > 1:
                yield _Stretch(form[:start], form[end:], values)


def _hashes(words: Words) -> list[int]:
    """Of the first 0, 1, 2 … words, in lower case."""
    found = [0]
    for word in words:
        found.append(hash((found[-1], word.lower())))
    return found


def _joined(stretch: _Stretch) -> list[tuple[Words, Words]]:
    """Those of its members that are one pattern."""
    before = announcing(stretch.before)
    fixed = sum(word[:1].isalpha() for word in (*stretch.before, *stretch.after))
    if NAME_BEFORE.fullmatch(before):
        return []
    is_announced = bool(VALUE_BEFORE.fullmatch(before))
    if fixed < FIXED and not (is_announced and fixed):
        return []
    members = [(form, value) for form, value in stretch.members if may_be_value(value)]
    different = {tuple(word.lower() for word in value) for _form, value in members}
    held = any(MASKED in value and not any(word[0].isalpha() for word in value) for value in different)
    is_quoted = bool(stretch.before and stretch.after and stretch.before[-1] in QUOTES and stretch.after[0] in QUOTES)
    if len(different) < 2:
        return []
    looks = [value for _form, value in members if looks_like_value(value)]
    if (held or (is_announced and len(different) >= ANNOUNCED)) and stretch.after:
        short = [
            (form, value)
            for form, value in members
            if len(value) <= 2 or looks_like_value(value) or ends_value(stretch.after[0])
        ]
        return [(form, value) for form, value in short if not is_name(value) or held]
    if held or is_announced or is_quoted:
        likely = [(form, value) for form, value in members if looks_like_value(value) or (held and _fits(value))]
        enough = 2 if held else ANNOUNCED
        return likely if len(likely) >= enough else (members if len(different) >= PLAIN else [])
    if len(looks) >= CAPITALISED and sum(len(value) > 1 for value in looks) >= 2:
        return [(form, value) for form, value in members if looks_like_value(value)]
    if len(different) >= PLAIN:
        return [(form, value) for form, value in members if len(value) <= 3 and not is_name(value)]
    return []


def announcing(before: Words) -> str:
    """The word before a stretch; the one before the whole of a dotted name whose last part it is."""
    at = len(before) - 1
    while at >= 0 and not before[at][0].isalnum() and before[at] != MASKED:
        at -= 1
        while at > 0 and before[at] == ".":
            at -= 1
            while at > 0 and before[at][0] in QUOTES:
                at -= 1
            # A part of the dotted name.
            at -= 1
    return before[at] if at >= 0 else ""
