"""What an edit does to payloads: a whole document, or a list of paths to set, add or remove. JSON stays text all the way."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from dlq.models import BulkOperation
from dlq.operations.kinds.edit.json_text import BadJson, checked_json

Verb = Literal["replace", "set", "add", "remove"]

MOST_CHANGES = 50
DEEPEST = 32
"""Keys of a path, as in the payload filter."""
KEY = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s."=]+')
"""A key of a path; one with a dot, a space or another sign in it stands in quotes, as JSON writes it."""
VERBS: dict[str, Verb] = {"+": "add", "-": "remove"}
"""What a line begins with; nothing means set."""


class BadChanges(Exception):
    """What was typed can't be read; the text says where and why, for the person who typed it."""


@dataclass(frozen=True)
class PayloadChange:
    """One change of a payload. `value` is JSON text, exactly as it was typed; "" where something is removed."""

    verb: Verb
    path: tuple[str, ...]
    value: str = ""

    @property
    def in_words(self) -> str:
        done = {"replace": "The whole payload", "set": "Set", "add": "Add", "remove": "Remove"}[self.verb]
        return f"{done} {'.'.join(self.path)}".strip()


@dataclass(frozen=True)
class Edit:
    """All changes of an operation, and the digest of the payload that the person saw; "" where they are for many."""

    changes: tuple[PayloadChange, ...]
    seen: str = ""

    @classmethod
    def of(cls, operation: BulkOperation) -> Edit:
        stored = operation.payload_edit or {"changes": []}
        changes = tuple(PayloadChange(one["verb"], tuple(one["path"]), one["value"]) for one in stored["changes"])
        return cls(changes, stored.get("seen", ""))

    @property
    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def parameters(self) -> dict[str, Any]:
        """As the statements take it."""
        numbered = [{"n": number, **asdict(change)} for number, change in enumerate(self.changes, start=1)]
        return {"changes": json.dumps(numbered), "seen": self.seen}

    @property
    def fingerprint(self) -> str:
        """Tells whether what is sent is what was shown."""
        return hashlib.sha256(json.dumps(self.stored).encode()).hexdigest()


def document_edit(text: str, seen: str) -> Edit:
    """A whole payload in the place of the one that was seen. Raises BadChanges."""
    try:
        return Edit((PayloadChange("replace", (), checked_json(text)),), seen)
    except BadJson as problem:
        raise BadChanges(str(problem)) from None


def edit_of_lines(text: str) -> Edit:
    """One change a line: `order.currency = "EUR"`, `+ order.tax = 0.19`, `- order.legacy`. Raises BadChanges."""
    changes = [_change(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not changes:
        raise BadChanges("Write what is to be changed.")
    if len(changes) > MOST_CHANGES:
        raise BadChanges(f"These are {len(changes)} changes; at most {MOST_CHANGES} go at once.")
    return Edit(tuple(changes))


def _change(number: int, line: str) -> PayloadChange:
    start = len(line) - len(line.lstrip())
    verb = VERBS.get(line[start], "set")
    if verb != "set":
        start += 1 + len(line[start + 1 :]) - len(line[start + 1 :].lstrip())
    path, at = _path(number, line, start)
    rest = line[at:].lstrip()
    if verb == "remove":
        if rest:
            raise _problem(number, len(line) - len(rest), "what is removed takes a path and nothing else")
        return PayloadChange(verb, path)
    if not rest.startswith("="):
        raise _problem(number, at, 'a path and a value are needed, as in order.currency = "EUR"')
    value = rest[1:].strip()
    offset = len(line) - len(rest[1:].lstrip())
    if not value:
        raise _problem(number, len(line), "the value is missing; a text stands in double quotes, no value is null")
    try:
        return PayloadChange(verb, path, checked_json(value, line=number, column=offset + 1))
    except BadJson as problem:
        raise BadChanges(str(problem)) from None


def _path(number: int, line: str, at: int) -> tuple[tuple[str, ...], int]:
    """The path that begins there, and where it ends."""
    keys: list[str] = []
    while key := KEY.match(line, at):
        keys.append(_key(number, at, key[0]))
        at = key.end()
        if line[at : at + 1] != ".":
            break
        at += 1
    else:
        raise _problem(number, at, "here the name of a field is expected; one with signs in it stands in double quotes")
    if len(keys) > DEEPEST:
        raise _problem(number, at, f"a path has at most {DEEPEST} parts, this has {len(keys)}")
    return tuple(keys), at


def _key(number: int, at: int, text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        key = str(json.loads(text))
        key.encode()
    except ValueError:
        raise _problem(number, at, "this name in quotes is no JSON text") from None
    if "\x00" in key:
        raise _problem(number, at, "a name can’t contain the NUL character")
    return key


def _problem(number: int, at: int, why: str) -> BadChanges:
    return BadChanges(f"Line {number}, column {at + 1}: {why}.")
