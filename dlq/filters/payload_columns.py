"""Paths within the payload that DLQ_PAYLOAD_COLUMNS names: shown as columns, offered as filters and in the breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import F, Func, TextField, Value

from dlq.conf import conf
from dlq.filters.conditions import Condition, PayloadCondition
from dlq.filters.fields import PayloadField
from dlq.filters.payload import PayloadMatch


@dataclass(frozen=True)
class PayloadColumn:
    """One of these paths, as the setting writes it."""

    name: str

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))

    @property
    def parameter(self) -> str:
        return f"payload.{self.name}"

    @property
    def text(self) -> Func:
        """The value there: a text without its quotes."""
        return _at_path(self, "#>>")

    @property
    def document(self) -> Func:
        """The value as JSON text."""
        return _at_path(self, "#>")

    @property
    def filter(self) -> Condition:
        return PayloadCondition(PayloadField(before=f"{self.name}="), label=self.name, says=f"{self.name} is")

    @property
    def problem(self) -> str:
        """Why it can't be used; "" where it can."""
        try:
            match = PayloadMatch.parse(f"{self.name}=0")
        except ValidationError as error:
            return error.messages[0]
        return "" if match.path == self.path else "It is no path."


def payload_columns() -> Sequence[PayloadColumn]:
    return [PayloadColumn(name) for name in conf.PAYLOAD_COLUMNS]


def payload_column_problems() -> list[str]:
    """What is wrong with the setting, a sentence each."""
    names = conf.PAYLOAD_COLUMNS
    if isinstance(names, str) or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return ["DLQ_PAYLOAD_COLUMNS must be a list of paths within the payload."]
    return [f"DLQ_PAYLOAD_COLUMNS names “{path.name}”. {path.problem}" for path in payload_columns() if path.problem]


def _at_path(column: PayloadColumn, operator: str) -> Func:
    keys = ('"{}"'.format(key.replace("\\", "\\\\").replace('"', '\\"')) for key in column.path)
    path = Value(f"{{{','.join(keys)}}}", output_field=TextField())
    return Func(
        F("payload"),
        path,
        template="((%(expressions)s::text[])::text)",
        arg_joiner=f" {operator} ",
        output_field=TextField(),
    )
