"""Which part of the data was wrong, as validators and services say it beside the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

FIELDS = ("field", "path", "property", "param", "loc", "instancepath")
"""Keys that name it."""
FIELD = re.compile(r"[A-Za-z_][\w-]{0,60}")
MAPPING = re.compile(r"(?:\w*errors|violations|modelstate|fields|messages)")
"""Keys of an object that has what is wrong by field: {"errors": {"phone": ["is invalid"]}} of Rails, Laravel and ASP.NET."""
PATH = re.compile(r"\$?[A-Za-z_][\w.\[\]-]{0,80}")
POSITION = re.compile(r"\[[0-9]{0,6}\]|\.[0-9]{1,6}(?=\.|$)")
"""Of an item of a list: which one it is changes from case to case."""
MOST = 3


def named_field(by_key: Mapping[str, Any]) -> str:
    """The one that an object names, as {"field": "phone"} or {"loc": ["body", "phone"]}; "" where it names none."""
    for key in FIELDS:
        parts = by_key[key] if isinstance(by_key.get(key), list) else [by_key.get(key)]
        names = [part for part in parts if isinstance(part, str)]
        if names and all(FIELD.fullmatch(name) for name in names):
            return ".".join(names)
    return ""


def errors_by_field(key: str, content: Any) -> list[str]:
    """A sentence for each field of an object that has them by name; none where it is no such object."""
    if not (MAPPING.fullmatch(key) and isinstance(content, dict) and content):
        return []
    found = [(POSITION.sub("", name), _sentence(said)) for name, said in sorted(content.items())]
    if not all(PATH.fullmatch(name) and said for name, said in found):
        return []
    return list(dict.fromkeys(f'field "{name}": {said}' for name, said in found))[:MOST]


def _sentence(said: Any) -> str:
    return next(_sentences(said), "").strip()


def _sentences(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, list):
        for one in said[:MOST]:
            yield from _sentences(one)
    elif isinstance(said, dict):
        yield from (said[key] for key in ("message", "msg", "code") if isinstance(said.get(key), str))
