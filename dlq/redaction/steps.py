"""The rules as regular expressions, which Python and PostgreSQL read alike: replaced one after the other, they mask a text.

A document is masked by its keys and paths (`documents.sql`), and each of its texts by these. A secret may stand in a text in many
ways: JSON within a string within JSON, Rust's Debug form, `key=value`, a header, a query string. Wherever its end is in doubt,
more is masked rather than less.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property

from dlq.redaction.rules import STEMS, Rules
from dlq.redaction.stems import stems_of

BEGINS = "[masked: "
MASK = BEGINS + "{}]"
DEEPEST = 6
"""Strings within strings whose quotes are told apart."""
SHORT = 5
"""Letters. A shorter name counts only as a word of a key, since `ssn` is within `className`; a longer one wherever it is."""
SEPARATORS = "[ _.-]"
LETTERS = re.compile(r"[^ _.-]")
GAPS = re.compile(r"([ _.-]*)([^ _.-])")
FOUND = r"\2\3\4"
"""The groups of a name: one of them has it, the others are empty."""
SEPARATORS_OF_NAME = r"(?:\\?[ _.-])+"

GAP = r"[ \t]*"
ENDS_KEY = r"""\s"'\\:=,;&(){}\[\]<>|"""
REST = rf"[^{ENDS_KEY}]*"
"""Of a key behind the name that a rule has; behind a short one no word goes on."""
REST_OF_WORD = rf"[sS]?(?:[^{ENDS_KEY}a-z]{REST})?"
SEPARATOR = rf"""\\*["']?\)?{GAP}(?:=>|[:=]){GAP}"""
WRAP = r"(?:[A-Za-z_][A-Za-z0-9_:]*)?\("
"""What Rust's Debug writes around a value: Some(, Secret(."""
BARE = r"""[^\s"'\\,;&(){}\[\]<>|][^\s"'\\,;&(){}\[\]<>|]*"""
SHALLOW = r"""(?:[^\]\["'{}\\]|\\*"[^\]\["\\{}]*\\*")*"""
NESTED = rf"[\[{{](?:[^\]\[\"'{{}}\\]|\\*\"[^\]\[\"\\{{}}]*\\*\"|[\[{{]{SHALLOW}[\]}}])*[\]}}]"
CARD = (
    r"(?<![0-9a-fA-F.-])(?:[2-6][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}|3[47][0-9]{2}([ -]?)[0-9]{6}\2[0-9]{5}"
    r"|[2-6][0-9]{12,18})(?![0-9a-fA-F-])"
)
"""What may be one; its check digit decides. Within the digits and letters of a hash there is none."""
DIGITS = r"(?:^|[^0-9a-f.-])[2-6][0-9]{3}[ -]?[0-9]{4}[0-9 -]{5,11}(?:[^0-9a-fA-F-]|$)"
"""The quick look for one, in any case: what a hash begins with is none, or every five-hundredth hash would be looked at twice."""
CARD_LABEL = "card"
URL_LABEL = "login"
DEEP_LABEL = "too deep"
HEADERS = ("authorization", "cookie")
KEY = "<key>"
NEVER = r".\A"


@dataclass(frozen=True)
class Step:
    pattern: str
    replacement: str
    needs: str = ""
    """What a text must have for it: PostgreSQL takes a moment to read the expression, once a connection."""

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def written_with(self, key: str) -> list[str]:
        """For PostgreSQL. The expression of the keys is in nearly every step, and is sent once."""
        return [self.pattern.replace(key, KEY), self.replacement, self.needs]


PARSED = r"( [^A-Za-z0-9\s]| [A-Za-z_]{1,20}(?:[\s,.;()]|\Z))"
NO_TOKEN = Step(rf"(xpected [tT]oken):{PARSED}", "\\1<\x01\\2", "xpected ")
NO_TOKEN_ANY_MORE = Step("(xpected [tT]oken)<\x01", r"\1:", "xpected ")
"""What a parser says ("unexpected token: name") is no secret, but tells failures apart: it is set aside before the keys are
looked for, and put back."""


@dataclass(frozen=True)
class Steps:
    """`within_text` and `key` find a rule's name in a text and in a key. `hit` is the quick look first, `stems` and `digits` a
    quicker one: a text with something to mask has one of the stems, in any case, or what looks like the digits of a card."""

    within_text: str
    key: str
    hit: str
    stems: tuple[str, ...] | None
    """None where a rule has none: then only `hit` tells."""
    digits: str
    steps: tuple[Step, ...]
    paths: tuple[tuple[str, ...], ...]
    finds_cards: bool

    @cached_property
    def compiled_hit(self) -> re.Pattern[str]:
        return re.compile(self.hit, re.IGNORECASE)

    @cached_property
    def compiled_key(self) -> re.Pattern[str]:
        return re.compile(self.key)

    @cached_property
    def as_json(self) -> str:
        """For `dlq_redacted_json` and `dlq_redacted_text`."""
        return json.dumps(
            {
                "within": self.within_text,
                "key": self.key,
                "hit": self.hit,
                "steps": [step.written_with(self.within_text) for step in self.steps],
                "cards": CARD if self.finds_cards else None,
            }
        )


@cache
def steps_of(rules: Rules) -> Steps:
    names = _Names(rules.keys)
    values = tuple(Step(pattern, MASK.format(name).replace("\\", "\\\\")) for name, pattern in rules.values)
    texts = (NO_TOKEN, *_of_headers(rules), *_of_keys(names), NO_TOKEN_ANY_MORE) if rules.keys else ()
    hits = [re.sub(SEPARATORS_OF_NAME, f"{SEPARATORS}?", re.escape(name.lower())) for name in rules.keys]
    for _name, pattern in rules.values:
        hits += map(re.escape, STEMS[pattern]) if pattern in STEMS else [f"(?:{pattern})"]
    hits += [re.escape(_last_key(path)) for path in rules.paths]
    if rules.finds_cards:
        values += (Step(r"(://)[^\s/?#\"'<>\\]*@", r"\1" + MASK.format(URL_LABEL) + "@", "://"),)
        hits += ["://[^ /]*@", DIGITS]
    # A document within a text may write the letters of its keys as \u0070.
    hits += [r"\\u00"] if rules.keys else []
    return Steps(
        names.within_text,
        names.alone,
        "|".join(hits) or NEVER,
        stems_of(rules),
        DIGITS if rules.finds_cards else "",
        (*texts, *values),
        rules.paths,
        rules.finds_cards,
    )


class _Names:
    """The names of keys as one expression with three groups, one of which is the name that was found.

    Without looking ahead or behind: PostgreSQL takes forty times as long to read an expression with that.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        is_long = {name: len(LETTERS.findall(name)) >= SHORT for name in names}
        long = [_any_case(name) for name in names if is_long[name]]
        short = [_any_case(name) for name in names if not is_long[name]]
        capital = [_any_case(name, capital=True) for name in names if not is_long[name]]
        self.found = [f"({'|'.join(several) or NEVER})" for several in (long, short, capital)]

    @property
    def within_text(self) -> str:
        long, short, capital = self.found
        return rf"(?:{long}{REST}|(?:\A|[^A-Za-z]){short}{REST_OF_WORD}|[a-z]{capital}{REST_OF_WORD})"

    @property
    def alone(self) -> str:
        """Of a text that is nothing but a key."""
        long, short, capital = self.found
        ends = r"[sS]?(?:[^a-z]|\Z)"
        return rf"{long}|(?:\A|[^A-Za-z]){short}{ends}|[a-z]{capital}{ends}"


def _of_keys(names: _Names) -> list[Step]:
    key = names.within_text
    before = f"({key}{SEPARATOR}(?:{WRAP})*)"
    mask = MASK.format(FOUND)
    kept = rf"(?!{re.escape(BEGINS)})"
    wrapped = rf"(?!(?:{WRAP})+\\*[\"'\[])"
    return [
        *(
            Step(rf"{before}({_quote(level)}){_rest_of_string(level)}", rf"\1\5{mask}\5", _plain_quote(level))
            for level in range(DEEPEST)
        ),
        Step(rf"{before}\\+\"{kept}[^\"]*(?:\"|\Z)", rf"\1'{mask}'", '\\"'),
        Step(rf"{before}'(?:[^'\\]|\\[^\r\n])*(?:'|\\?\Z)", rf"\1'{mask}'", "'"),
        Step(rf"{before}{kept}{NESTED}", rf"\1{mask}"),
        Step(rf"{before}{kept}[\[{{](?:.|\n)*", rf"\1{mask}"),
        Step(rf"({key}(?: [^<>]*)?>)[^<]+", rf"\1{mask}", "<"),
        Step(rf"(-{key} +){BARE}", rf"\1{mask}", "-"),
        Step(rf"{before}{wrapped}{BARE}", rf"\1{mask}"),
    ]


def may_be_of_a_mask(text: str, rules: Rules, *, as_words: bool) -> bool:
    """Whether masked texts may have this text where the table's own have not, so that no index of theirs leads to it.

    It lies within a mask, or over the edge of one. `as_words`: only its words are looked for, whatever is between them.
    """
    lowered = text.lower()
    labels = [name for name, _pattern in rules.values] + [".".join(path) for path in rules.paths]
    said = [f"{BEGINS}{label}".lower() for label in (*labels, CARD_LABEL, URL_LABEL, DEEP_LABEL)]
    if not as_words:
        return "[" in text or "]" in text or any(lowered in one for one in said)
    found, own = re.findall(r"\w+", lowered), {word for one in said for word in re.findall(r"\w+", one)}
    follows_a_key = len(found) > 1 and bool(steps_of(rules).compiled_key.search(found[0]))
    # Only the last word of a phrase may be the beginning of one.
    return follows_a_key or any(word.startswith(part) for part in found[-1:] for word in own) or bool(own & set(found))


def _last_key(path: tuple[str, ...]) -> str:
    """As a document has it; the rules see to it that there is one."""
    key: str = next(part for part in reversed(path) if part != "*")
    return str(json.dumps(key, ensure_ascii=False))


def _of_headers(rules: Rules) -> list[Step]:
    """Their values have blanks and semicolons."""
    names = "|".join(_any_case(name) for name in HEADERS if name in rules.keys)
    value = r"""(?![\[{("' \t])[^\r\n"\\]+"""
    return [Step(rf"(({names}):{GAP}){value}", r"\1" + MASK.format(r"\2"))] if names else []


def _plain_quote(level: int) -> str:
    return str("\\" * (2**level - 1)) + '"'


def _quote(level: int) -> str:
    """A quote within that many strings: each string escapes those of the one within it."""
    return rf"\\{{{2**level - 1}}}\"" if level else '"'


def _rest_of_string(level: int) -> str:
    """To the quote that ends it, to that of a string around it, which is left, or to the end."""
    one, two = 2**level - 1, 2 ** (level + 1)
    within = rf"[^\"\\]|\\+[^\"\\]|(?:\\{{{two}}})*\\{{{one + 1},{one + two - 1}}}\""
    return rf"(?:{within})*(?:(?:\\{{{two}}})*\\{{{one}}}\"|\\*\Z|(?=\\*\"))"


def _any_case(name: str, *, capital: bool = False) -> str:
    """With or without separators, too: api_key is found in X-Api-Key, apiKey and APIKEY. `capital`: as it is within camelCase."""
    parts: list[str] = []
    for gap, letter in GAPS.findall(name):
        parts += [f"{SEPARATORS}?"] if gap and parts else []
        parts += [re.escape(letter.upper()) if capital and not parts else _either_case(letter)]
    return "".join(parts)


def _either_case(letter: str) -> str:
    cases = dict.fromkeys(case for case in (letter.lower(), letter.upper()) if len(case) == 1)
    return f"[{''.join(cases)}]" if len(cases) > 1 else re.escape(letter)
