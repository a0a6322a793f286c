"""Rust's Debug print (`{:?}`), which the library stores: `TaskError("…")`, `Os { code: 111, kind: ConnectionRefused }`.

From `derive(Debug)` and `std::fmt`: a name, then nothing, a tuple in parentheses or fields in braces; lists; texts with Rust's
escapes. What was cut off at the end is read as far as it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 12
TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>b?"(?P<inner>(?:[^"\\]|\\.)*)"?)
      | (?P<name>[A-Za-z_][\w]*(?:::[A-Za-z_<][\w<>]*)*)
      | (?P<number>-?[0-9][\w.:+-]*)
      | (?P<rest>\.\.\.?)
      | (?P<mark>[(){}\[\],:])
    )""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
PLAIN = {"n": "\n", "r": "\r", "t": "\t", "0": ""}
CLOSING = {"(": ")", "{": "}", "[": "]"}


@dataclass
class Variant:
    """A name with what it holds: values in order, or fields by name."""

    name: str
    values: list[Any] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)


class NotDebug(Exception):
    """The text is something else."""


def unescaped(inner: str) -> str:
    def plain(escape: re.Match[str]) -> str:
        code = escape[1] or escape[2]
        if code:
            number = int(code, 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
        return PLAIN.get(escape[3], escape[3])

    return ESCAPE.sub(plain, inner)


def parsed(text: str) -> Any:
    """What the whole text prints; NotDebug where it is no such print."""
    reader = _Reader(list(_tokens(text)))
    value = reader.value(0)
    if not isinstance(value, Variant) or not (value.values or value.fields) or reader.at < len(reader.tokens):
        raise NotDebug
    return value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        token = TOKEN.match(text, at)
        if token is None:
            raise NotDebug
        kind = str(token.lastgroup) if token.lastgroup != "inner" else "text"
        yield kind, token["inner"] if kind == "text" else token[0].strip()
        at = token.end()


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def _next(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ("mark", "")

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("mark", "")

    def value(self, depth: int) -> Any:
        if depth > DEEPEST:
            raise NotDebug
        kind, text = self._next()
        if kind == "text":
            return unescaped(text)
        if kind in ("number", "rest"):
            return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text
        if kind == "name":
            return self._variant(text, depth)
        if text in ("[", "(", "{"):
            return self._items(CLOSING[text], depth)
        raise NotDebug

    def _variant(self, name: str, depth: int) -> Any:
        opening = self._peek()[1] if self._peek()[0] == "mark" else ""
        if opening == "(":
            self._next()
            return Variant(name, values=self._items(")", depth))
        if opening == "{":
            self._next()
            return Variant(name, fields=self._fields(depth))
        return Variant(name)

    def _items(self, closing: str, depth: int) -> list[Any]:
        items: list[Any] = []
        while True:
            kind, text = self._peek()
            if kind == "mark" and text in (closing, ""):
                self._end()
                return items
            if kind == "mark" and text in (",", ":"):
                self._next()
                continue
            items.append(self.value(depth + 1))

    def _fields(self, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        while True:
            kind, text = self._next()
            if kind == "mark" and text in ("}", ""):
                self.at = min(self.at, len(self.tokens))
                return fields
            if (kind == "mark" and text == ",") or kind == "rest":
                continue
            if kind not in ("name", "text"):
                raise NotDebug
            if self._peek() == ("mark", ":"):
                self._next()
                fields[text] = self.value(depth + 1) if self._peek() != ("mark", "") else ""

    def _end(self) -> None:
        self.at = min(self.at + 1, len(self.tokens))
