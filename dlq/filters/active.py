"""The filter in force, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from dlq.filters.addresses import STATUS, without_cursors
from dlq.filters.status import ANY
from dlq.web.query_strings import query_string


@dataclass(frozen=True)
class ActiveValue:
    """One value of the filter in force: in words, and the query string without it."""

    words: str
    text: str
    query_without: str


@dataclass(frozen=True)
class ActiveFilter:
    """One parameter of the filter in force."""

    name: str
    says: str
    joined_by: str
    values: tuple[ActiveValue, ...]

    def __str__(self) -> str:
        return f"{self.says} " + f" {self.joined_by} ".join(value.words for value in self.values)


def without_value(data: QueryDict, name: str, text: str) -> str:
    """The query string with one value removed, back on the first page."""
    others = [other for other in data.getlist(name) if other != text]
    return query_string({name: others or (ANY if name == STATUS else None)}, without_cursors(data))
