"""What an error says, however it was kept: a text, a JSON object in one of the usual shapes, or a list of either."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from dlq.patterns.fingerprint.tokens import looked_at
from dlq.patterns.fingerprint.unpacking.field_errors import errors_by_field, named_field
from dlq.patterns.fingerprint.unpacking.keys import plain_key, stack_lines, text_of
from dlq.patterns.fingerprint.unpacking.speaking import (
    ATTEMPTS,
    CAUSES,
    CLASSES,
    CODES,
    DEEPEST,
    MESSAGES,
    MOST_ITEMS,
    OF_DATA_TOO,
    STACKS,
    is_about_errors,
    named_states,
    speaks,
    wrapped,
)
from dlq.patterns.fingerprint.unpacking.unwrapping import unwrapped
from dlq.patterns.fingerprint.unpacking.web_page import without_web_page
from dlq.patterns.fingerprint.unpacking.xml_fault import xml_fault

MOST_OPENINGS = 4  # brackets at which a document in a text may begin

CLASS_NAME = re.compile(r"[A-Za-z_@][\w.:$\\/#-]{0,200}")
TELLING_NAME = re.compile(r"Error|Exception|Fault|Failure|Timeout|Abort|Panic|Refused|Reset")
OPENING = re.compile(r"\{|\[\s{0,20}\{")
ISSUE = re.compile(r"[A-Z]{3,30}(?:_[A-Z]{2,30}){0,8}")
"""PayPal's: {"issue": "INSTRUMENT_DECLINED"}."""
RUBY_NIL = re.compile(r":nil\b")
PAIR = re.compile(r'"([\w.-]{1,60})": (?:"((?:[^"\\]|\\.){1,12000})|([0-9]{1,9})\b)')


@dataclass
class Reading:
    """`messages` from the outermost to the root cause; `stack` is a text that may name exception and frames."""

    messages: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    stack: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.messages or self.classes or self.codes or self.stack)


def document(text: str) -> Any:
    """The JSON document; of one whose middle was left out, the texts and numbers that can be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {key: content or int(number) for key, content, number in PAIR.findall(text)}


def read(last_error: Any, failure_reason: str) -> Reading:
    """The error; the reason where the error says nothing. All texts are such that PostgreSQL can store them."""
    reading = Reading()
    _read(last_error, reading, 0)
    if reading.is_empty:
        _read(failure_reason, reading, 0)
    return Reading(
        messages=list(map(_storable, reading.messages)),
        classes=list(map(_storable, reading.classes)),
        codes=list(map(_storable, reading.codes)),
        stack=_storable(reading.stack),
    )


def _storable(text: str) -> str:
    """JSON within a text may have \\u0000, and half a surrogate pair where the text was cut."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _read(value: Any, reading: Reading, depth: int) -> None:
    if depth > DEEPEST or value is None:
        return
    if isinstance(value, str):
        _read_text(value, reading, depth)
    elif isinstance(value, dict):
        _read_object(value, reading, depth)
    elif isinstance(value, list):
        _read_list(value, reading, depth)
    elif isinstance(value, bool | int | float):
        reading.messages.append(str(value))


def _read_text(text: str, reading: Reading, depth: int) -> None:
    """A text may hold a JSON or XML document, alone or behind an introduction."""
    text = looked_at(text.strip())
    if not text:
        return
    said = unwrapped(text)
    if not isinstance(said, str):
        _read(said, reading, depth + 1)
        return
    text = without_web_page(said.strip())
    for opening in islice(OPENING.finditer(text), MOST_OPENINGS):
        inner, rest = _document(text, opening.start())
        if not isinstance(inner, dict | list) or not (speaks(inner) or wrapped(inner)):
            continue
        introduction = text[: opening.start()].rstrip(" :-,\n\"'`")
        if introduction:
            reading.messages.append(introduction)
        _read(inner, reading, depth + 1)
        if rest.strip(" \n\"'`.)"):
            # Frames behind it are known by their indentation.
            reading.messages.append(rest.rstrip(" \n\"'`").lstrip("\n\"'`)"))
        return
    if fault := xml_fault(text):
        reading.classes.append(fault[0])
        reading.messages.append(fault[1])
        return
    reading.messages.append(text)


def _document(text: str, start: int) -> tuple[Any, str]:
    try:
        inner, end = json.JSONDecoder().raw_decode(text, start)
        return inner, text[end:]
    except (ValueError, RecursionError):
        pass
    # As Ruby prints a document: {"errors"=>[{"message"=>"…", "path"=>nil}]}.
    return _document(RUBY_NIL.sub(":null", text[start:].replace('"=>', '":')), 0) if '"=>' in text else (None, "")


def _read_object(value: dict[str, Any], reading: Reading, depth: int) -> None:
    said = len(reading.messages)
    by_key = {plain_key(key): text_of(content) for key, content in value.items()}
    _read_sentence(by_key, reading)
    for key in CLASSES:
        name = by_key.get(key)
        if isinstance(name, str) and CLASS_NAME.fullmatch(name) and (key != "name" or TELLING_NAME.search(name)):
            reading.classes.append(name)
    # In {"error": "card_declined", "message": "…"} the error is a name.
    if isinstance(name := by_key.get("error"), str) and CLASS_NAME.fullmatch(name) and _message_key(by_key) != "error":
        reading.classes.append(name)
    reading.codes.extend(_codes(by_key))
    if reading.messages and (name := named_field(by_key)):
        reading.messages.append(f'field "{name}"')
    for key, content in by_key.items():
        reading.messages.extend(errors_by_field(key, content))
    for key in STACKS:
        if stack := stack_lines(by_key.get(key)):
            reading.stack = stack if not reading.stack else f"{reading.stack}\nCaused by: {stack}"
            break
    for key in CAUSES:
        if key in OF_DATA_TOO and not is_about_errors(by_key.get(key)):
            continue
        if isinstance(by_key.get(key), dict | list) or (key in ("cause", "causedby", "previous") and by_key.get(key)):
            _read(by_key[key], reading, depth + 1)
    if len(reading.messages) == said:
        for inner in wrapped(value):
            _read(inner, reading, depth + 1)
    if reading.codes and not (reading.messages or reading.classes or reading.stack):
        reading.messages.extend(named_states(value))
    if any(content or content == 0 for content in value.values()) and reading.is_empty:
        reading.messages.append(json.dumps(value, sort_keys=True, ensure_ascii=False))


def _message_key(by_key: dict[str, Any]) -> str | None:
    return next((key for key in MESSAGES if isinstance(by_key.get(key), str) and by_key[key].strip()), None)


def _read_sentence(by_key: dict[str, Any], reading: Reading) -> None:
    """The sentence, and before it the title where there is one."""
    if isinstance(title := by_key.get("title"), str):
        reading.messages.append(title)
    if (key := _message_key(by_key)) and key != "title":
        # Deep enough for a list of objects that the sentence holds.
        _read_text(by_key[key], reading, DEEPEST - 2)


def _codes(by_key: dict[str, Any]) -> Iterator[str]:
    if isinstance(issue := by_key.get("issue"), str) and ISSUE.fullmatch(issue):
        yield issue
    for key in CODES:
        code = by_key.get(key)
        if isinstance(code, str | int) and not isinstance(code, bool) and len(str(code)) <= 64:
            yield str(code)


def _read_list(items: list[Any], reading: Reading, depth: int) -> None:
    objects = [item for item in items if isinstance(item, dict)]
    if objects and all(ATTEMPTS & {plain_key(key) for key in item} for item in objects):
        _read(objects[-1], reading, depth + 1)
    elif items and all(isinstance(item, str) for item in items):
        _read_texts(items[:MOST_ITEMS], reading)
    else:
        for item in items[:MOST_ITEMS]:
            _read(item, reading, depth + 1)


def _read_texts(texts: Iterable[str], reading: Reading) -> None:
    """Lines of one text where they look like frames, else a chain of messages."""
    lines = [text for text in texts if text.strip()]
    if any(re.match(r"\s*(?:at |File \"|from |#\d|Traceback )", line) for line in lines):
        reading.messages.append("\n".join(lines))
    else:
        reading.messages.extend(dict.fromkeys(lines))
