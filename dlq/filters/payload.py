"""The `payload` filter: `customer_id=42`, `order.id=7`, `items[].sku=a`, `name="42"`, answered by JSON containment (`@>`)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db.models import F, JSONField, Q, TextField, Value
from django.db.models.fields.json import DataContains
from django.db.models.functions import Cast

from dlq.filters.payload_path import NoPath, Path, read_path, written_path

NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
BIGGEST_EXPONENT = 131_000
"""PostgreSQL's numeric has 131,072 digits before the point and 16,383 after it."""
SMALLEST_EXPONENT = -16_000
DEEPEST = 32
"""Keys of a path."""
LITERALS = ("true", "false", "null")


@dataclass(frozen=True)
class PayloadMatch:
    """Payloads that have one of `values` (JSON texts) at `path`."""

    path: Path
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> PayloadMatch:
        """Read `path=value`. A number also matches the same text as a string; a value in double quotes only the string."""
        try:
            keys, rest = read_path(text)
        except NoPath:
            keys, rest = (), ""
        if not rest:
            raise ValidationError(
                "“%(text)s” is no condition: write a path and a value, as in customer_id=42 or order.id=7.",
                params={"text": text},
            )
        value = rest[1:].strip()
        if len(keys) > DEEPEST:
            raise ValidationError(f"A path has at most {DEEPEST} keys, this has {len(keys)}.")
        if "\x00" in text or any("\x00" in key for key in keys if key):
            raise ValidationError("A payload can't contain the NUL character.")
        if len(value) >= 2 and value[0] == value[-1] == '"':
            return cls(keys, (json.dumps(value[1:-1]),))
        return cls(keys, _values(value))

    def condition(self, read: Callable[[str], F]) -> Q:
        """The Q over BackfillDlq."""
        condition = Q()
        for value in self.values:
            document = value
            for key in reversed(self.path):
                document = f"[{document}]" if key is None else f"{{{json.dumps(key)}: {document}}}"
            condition |= Q(DataContains(read("payload"), Cast(Value(document, TextField()), JSONField())))
        return condition


def written(path: Path, value: str) -> str | None:
    """The filter's text for a scalar (as JSON text) at a path of a payload; None where no text says that."""
    is_string = value.startswith('"')
    plain = json.loads(value) if is_string else value
    for text in (plain, f'"{plain}"') if is_string else (plain,):
        condition = f"{written_path(path)}={text}"
        try:
            match = PayloadMatch.parse(condition)
        except ValidationError:
            continue
        says = match.values == (json.dumps(plain),) if is_string else value in match.values
        if match.path == path and says:
            return condition
    return None


def written_as_read(path: Path, text: str) -> str | None:
    """The same for a scalar as it reads without quotes: what reads as a number may be the number or the text."""
    return written(path, _values(text)[0])


def _values(text: str) -> tuple[str, ...]:
    """The JSON texts that a value without quotes may mean."""
    as_text = json.dumps(text)
    return (text, as_text) if text in LITERALS or _is_number(text) else (as_text,)


def _is_number(text: str) -> bool:
    """Whether the text is a JSON number that PostgreSQL can hold."""
    if not NUMBER.fullmatch(text):
        return False
    try:
        number = Decimal(text)
    except InvalidOperation:  # its exponent is beyond any that Python has
        return False
    return number.as_tuple().exponent > SMALLEST_EXPONENT and number.adjusted() < BIGGEST_EXPONENT  # type: ignore[operator]
