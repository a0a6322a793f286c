"""Which part of the data was wrong, as validators and services say it beside the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

FIELDS = (
    "field",
    "fields",
    "path",
    "property",
    "param",
    "loc",
    "instancepath",
    "pointer",
    "fieldname",
    "apiname",
    "attribute",
    "attributenames",
    "expression",
    "column",
)
"""Keys that name it."""
MAPPING = re.compile(r"(?:\w*errors|violations|modelstate|fields|messages)")
"""Keys of an object that has what is wrong by field: {"errors": {"phone": ["is invalid"]}} of Rails, Laravel and ASP.NET."""
PATH = re.compile(r"[A-Za-z_][\w.\[\]-]{0,120}")
LOWER_NAME = re.compile(r"[a-z][a-z_.]{1,60}")
POSITION = re.compile(r"\[[0-9]{0,6}\]|[./][0-9]{1,6}(?=[./]|$)")
"""Of an item of a list: which one it is changes from case to case."""
WITHOUT_SUBJECT = re.compile(r"(?:is|must|should|can(?:not|'t)|may not|has|does not)\b")
MOST = 3


def named_field(by_key: Mapping[str, Any]) -> str:
    """The one that an object names, as {"field": "phone"} or {"loc": ["body", "phone"]}; "" where it names none."""
    for key in FIELDS:
        parts = by_key[key] if isinstance(by_key.get(key), list) else [by_key.get(key)]
        names = [without_positions(part) for part in parts if isinstance(part, str)]
        # A path with slashes may be a file's or an address's, unless the sentence wants a subject.
        if (
            names
            and all(PATH.fullmatch(name) for name in names)
            and not (
                key == "path"
                and "/" in "".join(map(str, parts))
                and not WITHOUT_SUBJECT.match(str(by_key.get("message")))
            )
        ):
            # A hyphen would make it look like a value.
            return ".".join(names).replace("-", "_")
    name = by_key.get("name")
    return name if isinstance(name, str) and LOWER_NAME.fullmatch(name) and {"error", "code"} & {*by_key} else ""


def errors_by_field(key: str, content: Any) -> list[str]:
    """A sentence for each field of an object that has them by name; none where it is no such object."""
    if isinstance(content, list) and all(isinstance(item, dict) and len(item) == 1 for item in content):
        content = {name: said for item in content[:MOST] for name, said in item.items()}
    if not (isinstance(content, dict) and content) or "message" in content:
        return []
    # What is called details may be anything else.
    if not (MAPPING.fullmatch(key) or (key == "details" and all(isinstance(said, list) for said in content.values()))):
        return []
    found = [(without_positions(name), _sentence(said)) for name, said in sorted(content.items())]
    if not all(PATH.fullmatch(name) and said for name, said in found):
        return []
    return list(dict.fromkeys(f'field "{name}": {said}' for name, said in found))[:MOST]


def without_positions(path: str) -> str:
    """As one name: items[0].sku, items.0.sku and the JSON pointer /items/0/sku are items.sku."""
    return POSITION.sub("", path).lstrip("$/#.").replace("/", ".")


def _sentence(said: Any) -> str:
    return next(_sentences(said), "").strip()


def _sentences(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, list):
        for one in said[:MOST]:
            yield from _sentences(one)
    elif isinstance(said, dict):
        yield from (said[key] for key in ("message", "msg", "description", "code") if isinstance(said.get(key), str))
