"""The `payload` filter: `customer_id=42`, `order.id=7`, `name="42"`, answered by JSON containment (`@>`)."""

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

    path: tuple[str, ...]
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> PayloadMatch:
        """Read `path=value`. A number also matches the same text as a string; a value in double quotes only the string."""
        path, equals, value = (part.strip() for part in text.partition("="))
        keys = tuple(path.split("."))
        if not equals or not all(keys):
            raise ValidationError(
                "“%(text)s” is no condition: write a path and a value, as in customer_id=42 or order.id=7.",
                params={"text": text},
            )
        if len(keys) > DEEPEST:
            raise ValidationError(f"A path has at most {DEEPEST} keys, this has {len(keys)}.")
        if "\x00" in text:
            raise ValidationError("A payload can't contain the NUL character.")
        if len(value) >= 2 and value[0] == value[-1] == '"':
            return cls(keys, (json.dumps(value[1:-1]),))
        values: tuple[str, ...] = (json.dumps(value),)
        if value in LITERALS or _is_number(value):
            values = (value, *values)
        return cls(keys, values)

    def condition(self, read: Callable[[str], F]) -> Q:
        """The Q over BackfillDlq."""
        condition = Q()
        for value in self.values:
            document = value
            for key in reversed(self.path):
                document = f"{{{json.dumps(key)}: {document}}}"
            condition |= Q(DataContains(read("payload"), Cast(Value(document, TextField()), JSONField())))
        return condition


def _is_number(text: str) -> bool:
    """Whether the text is a JSON number that PostgreSQL can hold."""
    if not NUMBER.fullmatch(text):
        return False
    try:
        number = Decimal(text)
    except InvalidOperation:  # its exponent is beyond any that Python has
        return False
    return number.as_tuple().exponent > SMALLEST_EXPONENT and number.adjusted() < BIGGEST_EXPONENT  # type: ignore[operator]
