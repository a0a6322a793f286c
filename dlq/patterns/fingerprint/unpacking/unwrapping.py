"""What is around an error: the library's prefix, Rust's Debug print, JSON within a text.

The library stores `TaskError("…")`, and puts `Permanent failure (non-retryable error): ` before it only where attempts were left.
"""

from __future__ import annotations

import json
import re
from typing import Any

from dlq.patterns.fingerprint.unpacking.rust_debug import NotDebug, Variant, parsed

PREFIX = re.compile(r"\s*(?:Permanent failure(?: \(non-retryable error\))?: )?")
ENVELOPES = {"TaskError", "TaskPanic", "TaskAborted", "Some", "Err", "Error"}
"""Names around an error that say nothing about it."""
PRINTED = re.compile(r"\s*(?:[A-Za-z_]\w*::){0,12}[A-Z]\w* ?[({]")
"""How a Debug print of something that holds something begins."""
PRINTED_AT_END = re.compile(r": (?=(?:[A-Za-z_]\w*::)*[A-Z]\w*(?:\(\"| \{ \w+:))")
BESIDE = {
    "detail", "hint", "where", "file", "line", "routine", "position", "internalposition", "internalquery", "backtrace", "stack",
    "location", "span", "source_code", "severity", "headers", "packages", "crates", "raw", "extensions", "url",
}  # fmt: skip
"""Fields that say where or with which data, and not why."""
CODE_FIELDS = {"code", "status", "statuscode", "status_code", "errno", "sqlstate", "exit_code", "exitcode", "number"}
NAMED_CODES = {"code", "status", "statuscode"}
"""Of a structure without fields: reqwest's Status(429, None)."""
MARKS = "\"'`"
SENTENCES = ("message", "msg", "error", "reason", "description")
SENTENCE = re.compile(r"\b[a-z]{2,30} (?:[a-z]{2,30}\b|[^ ]{1,30} [a-z]{2,30}\b)")
CAUSE_FIELDS = ("source", "cause", "error", "inner", "err")


def unwrapped(text: str) -> Any:
    """The text without what is around it; a document (as `reading` knows them) where it is Rust's print of a structure."""
    text = text[prefix.end() :] if (prefix := PREFIX.match(text)) else text
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return unwrapped(json.loads(text))
        except ValueError:
            pass
    if not PRINTED.match(text):
        return _at_end(text)
    try:
        return _document(parsed(text))
    except (NotDebug, RecursionError):
        return text


def _at_end(text: str) -> Any:
    if "\n" not in text and (start := PRINTED_AT_END.search(text)):
        try:
            return {"message": text[: start.start()], "cause": _document(parsed(text[start.end() :]))}
        except (NotDebug, RecursionError):
            pass
    return text


def _document(value: Any) -> Any:
    while isinstance(value, Variant) and value.name.split("::")[-1] in ENVELOPES and len(value.values) == 1:
        value = value.values[0]
    if isinstance(value, Variant) and value.name == "TaskPanic":
        return _panic(value)
    if isinstance(value, str):
        return unwrapped(value)
    return _structure(value) if isinstance(value, Variant) else value


def _panic(value: Variant) -> Any:
    """`TaskPanic(JoinError::Panic(Id(482), "…", ...))`: the task's id says nothing."""
    texts = [item for item in _flat(value) if isinstance(item, str) and item != "..."]
    return {"class": "panic", "message": texts[0]} if texts else {"message": "panic"}


def _flat(value: Any) -> list[Any]:
    if isinstance(value, Variant):
        return [inner for item in (*value.values, *value.fields.values()) for inner in _flat(item)]
    return [value]


def _structure(value: Variant) -> dict[str, Any]:
    """Names are classes, what is called a code is one, texts are messages; other numbers are what changes."""
    document: dict[str, Any] = {"class": value.name, "message": "", "code": "", "cause": None}
    said: list[str] = []
    causes: list[Any] = []
    for name, item in [*(("", item) for item in value.values), *value.fields.items()]:
        item = _some(item)
        plain = name.lower()
        if plain in BESIDE or item in ("...", "..", None, ""):
            continue
        if (plain or _last_part(value.name)) in (CODE_FIELDS if plain else NAMED_CODES) and isinstance(item, str | int):
            document["code"] = str(item)
        elif isinstance(item, Variant) and (item.values or item.fields):
            causes.append(_document(item))
        elif isinstance(item, Variant):
            said.append(f"{name} {item.name}".strip())
        elif isinstance(item, str):
            inner = unwrapped(item) if not name or plain in SENTENCES else item
            if isinstance(inner, dict):
                causes.append(inner)
            elif not name or plain in SENTENCES or (plain in CAUSE_FIELDS and SENTENCE.search(item)):
                said.insert(0, inner)
            else:
                said.append(f'{name} "{item.strip(MARKS)}"')
        elif isinstance(item, int) and not isinstance(item, bool):
            said.append(f"{name} {item}".strip() if name else "0000")
    if not said and not causes and not document["code"]:
        said.append(value.name)
    document["message"] = ", ".join(said)
    document["cause"] = causes[0] if len(causes) == 1 else causes
    return {key: content for key, content in document.items() if content}


def _last_part(name: str) -> str:
    return name.rsplit("::", 1)[-1].lower()


def _some(item: Any) -> Any:
    while isinstance(item, Variant) and item.name in ("Some", "Ok") and len(item.values) == 1:
        item = item.values[0]
    return None if isinstance(item, Variant) and item.name == "None" and not item.values else item
