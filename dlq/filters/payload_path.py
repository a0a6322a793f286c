"""A path within a payload as people write it: `order.id`, `items[].sku` (any of a list), `"a.b".c` (a key with such signs)."""

from __future__ import annotations

import json
import re

Path = tuple[str | None, ...]
"""Its keys. None: any element of a list."""
LIST = "[]"
KEY = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([^".=][^.=]*))((?:\[\]|\s)*)')
"""In quotes, as JSON writes it, or as it is; a list's mark behind one that is not in quotes is its own last part."""
PLAIN = re.compile(r'[^\s".=\[\]]+(?: [^\s".=\[\]]+)*')


class NoPath(ValueError):
    pass


def read_path(text: str) -> tuple[Path, str]:
    """The path that a text begins with, and the rest from the "=" on. Raises NoPath."""
    keys: list[str | None] = []
    at = 0
    while key := KEY.match(text, at):
        keys += _keys(*key.groups())
        at = key.end()
        if text[at : at + 1] != ".":
            break
        at += 1
    else:
        raise NoPath
    if text[at : at + 1] not in ("", "="):
        raise NoPath
    return tuple(keys), text[at:]


def written_path(path: Path) -> str:
    said = ""
    for key in path:
        if key is None:
            said += LIST
        else:
            said += "." * bool(said) + (key if PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False))
    return said


def _keys(quoted: str | None, plain: str | None, lists: str) -> list[str | None]:
    """One, and each list that it leads into; what begins with a list has no key before it."""
    name = (plain or "").rstrip()
    within = lists.count(LIST)
    while name.endswith(LIST):
        name, within = name.removesuffix(LIST).rstrip(), within + 1
    if quoted is None and not (name or within):
        raise NoPath
    if quoted is None:
        return [*([name] if name else []), *[None] * within]
    try:
        name = json.loads(quoted)
        name.encode()
    except ValueError:
        raise NoPath from None
    return [name, *[None] * within]
