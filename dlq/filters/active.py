"""The filter in force, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass


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
