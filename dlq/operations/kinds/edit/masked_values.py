"""Values that somebody typed into payloads, as others read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dlq.db.statements import rows
from dlq.operations.kinds.edit.changes import PayloadChange
from dlq.redaction.masked_columns import masked_json
from dlq.table.location import TABLE


def masked_values(changes: Sequence[PayloadChange]) -> list[str]:
    """The value of each change: as it was typed, or masked where its path or its looks say so."""
    documents = [one for number, change in enumerate(changes) if change.value for one in _documents(number, change)]
    query = TABLE.statement("operations/kinds/edit/masked_values", masked=masked_json("one.whole"))
    masked: dict[int, str] = dict(rows(query, {"documents": json.dumps(documents)})) if documents else {}
    return [masked.get(number, change.value) for number, change in enumerate(changes)]


def _documents(number: int, change: PayloadChange) -> Iterator[dict[str, Any]]:
    """The value at its path, as JSON text, so that every digit stays."""
    forms: list[Callable[[str], bool]] = [lambda _key: False]
    if any(map(_is_number, change.path)):
        forms.append(_is_number)
    for is_place in forms:
        text, path = change.value, ["0" if is_place(key) else key for key in change.path]
        for key in reversed(change.path):
            text = f"[{text}]" if is_place(key) else f"{{{json.dumps(key)}: {text}}}"
        yield {"n": number, "path": path, "document": text}


def _is_number(key: str) -> bool:
    return key.removeprefix("-").isdecimal()
