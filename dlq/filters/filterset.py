"""The one filter of failed jobs, read once from a query string: list, statistics, export and operations all use it."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable
from functools import cached_property, reduce
from types import ModuleType
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import QueryDict

from dlq.filters.active import ActiveFilter, ActiveValue, without_value
from dlq.filters.addresses import COLUMNS, NOT_FILTERS, SIZE, STATUS, without_cursors
from dlq.filters.conditions import Condition
from dlq.filters.parameters import DlqParameters, further_parameters
from dlq.filters.searching import search, search_anywhere, search_words
from dlq.filters.status import OPEN
from dlq.models import BackfillDlq
from dlq.redaction.texts import masked
from dlq.table.indexes import TableState, table_state
from dlq.table.location import TABLE
from dlq.web.query_strings import query_string


class DlqFilterSet(DlqParameters):
    """Values of one parameter are OR-ed, different ones AND-ed, repeated `payload` AND-ed.

    An unknown parameter or an invalid value is an error, and then `qs` is empty: never all rows.
    """

    def __init__(
        self,
        data: QueryDict,
        queryset: QuerySet[BackfillDlq] | None = None,
        *,
        also_known: Iterable[str] = (),
        hide_recovered: bool = False,
        sees_all: bool = False,
    ) -> None:
        """`sees_all`: it is compared with what is masked for others (`dlq.web.permissions.sees_masked` says for whom).

        `hide_recovered`: where `status` is not given it is `open`. So do the list and what acts on or exports it."""
        if hide_recovered and not data.get(STATUS):
            data = data.copy()
            data[STATUS] = OPEN
        super().__init__(data, queryset if queryset is not None else BackfillDlq.objects.all())
        self.is_bound = True
        self.sees_all = sees_all
        self.also_known = NOT_FILTERS | set(also_known)
        self._add_columns()

    @classmethod
    def of_pairs(
        cls,
        pairs: Iterable[tuple[str, str]],
        queryset: QuerySet[BackfillDlq] | None = None,
        *,
        sees_all: bool = False,
    ) -> DlqFilterSet:
        """The filter from [name, value] pairs, as an operation keeps it."""
        data = QueryDict(mutable=True)
        for name, value in pairs:
            data.appendlist(name, value)
        return cls(data, queryset, sees_all=sees_all)

    def _add_columns(self) -> None:
        for name, added in further_parameters().items():
            added.model, added.parent = self._meta.model, self
            self.filters[name] = added

    @property
    def unknown(self) -> list[str]:
        return sorted(set(self.data) - set(self.filters) - self.also_known)

    def is_valid(self) -> bool:
        return not self.unknown and bool(self.form.is_valid())

    @property
    def qs(self) -> QuerySet[BackfillDlq]:
        return cast(QuerySet[BackfillDlq], super().qs if self.is_valid() else self.queryset.none())

    def filter_queryset(self, queryset: QuerySet[BackfillDlq]) -> QuerySet[BackfillDlq]:
        return queryset.filter(self._others, self._search_by_index or self._search)

    @property
    def condition(self) -> Q:
        """All parameters together, as a scan compares each entry with them."""
        return self._others & self._search

    @property
    def _others(self) -> Q:
        """All parameters but the search."""
        meanings = (
            condition.of(values, sees_all=self.sees_all)
            for name, condition, _texts, values in self.given
            if name != "q"
        )
        return reduce(operator.and_, meanings, Q())

    @property
    def _search(self) -> Q:
        searches = self._searches
        return self._mode.condition(searches, sees_all=self.sees_all) if searches else Q()

    @cached_property
    def _search_by_index(self) -> Q | None:
        """The same, written so that an index answers it; None where none does."""
        searches = self._searches
        return self._mode.by_index(searches, self.state, sees_all=self.sees_all) if searches else None

    @property
    def searched(self) -> list[search.Word]:
        """The different words that are searched for."""
        return list(dict.fromkeys(word for words in self._searches for word in words))

    @property
    def _searches(self) -> list[search.Search]:
        return [search.read(text) for name, _c, _t, texts in self.given if name == "q" for text in texts]

    @property
    def _mode(self) -> ModuleType:
        return search_words if self.search_mode == search.WORDS else search_anywhere

    @cached_property
    def state(self) -> TableState:
        """The table's size and indexes."""
        return table_state(TABLE)

    @property
    def search_mode(self) -> str:
        """How `q` is meant: as `q_by` says; else in whole words where the table has an index for those only."""
        if asked := self.data.get("q_by", "").strip():
            return str(asked)
        only_words = self.state.finds_words and not self.state.finds_parts_of_words
        return search.WORDS if only_words else search.ANYWHERE

    @property
    def finds_words_only(self) -> bool:
        """Whether a search does not look within words, without anybody having asked for that."""
        return "q" in self.in_force and not self.data.get("q_by", "").strip() and self.search_mode == search.WORDS

    @property
    def without_index(self) -> list[str]:
        """The parameters in force that no index answers: the rows have to be looked at one by one."""
        return [name for name, is_found in self._found_by_index().items() if not is_found]

    @property
    def with_index(self) -> list[str]:
        """The parameters in force that an index answers."""
        return [name for name, is_found in self._found_by_index().items() if is_found]

    def _found_by_index(self) -> dict[str, bool]:
        """Of the parameters that narrow down."""
        return {
            name: bool(self._search_by_index) if name == "q" else condition.is_found_by_index(self.state, values)
            for name, condition, _texts, values in self.given
            if not condition.is_wide(values)
        }

    @property
    def problems(self) -> list[str]:
        """Why nothing is shown, a sentence each; empty for a valid filter."""
        sentences = [f"There is no filter “{name}”." for name in self.unknown]
        for name, errors in self.form.errors.items():
            sentences += [f"{self.filters[name].label}: {error}" for error in errors]
        return sentences

    @cached_property
    def given(self) -> list[tuple[str, Condition, list[str], list[Any]]]:
        """Each parameter in force with its texts and what they were read as."""
        cleaned = self.form.cleaned_data if self.is_valid() else {}
        texts = {name: [text for text in self.data.getlist(name) if text.strip()] for name in self.filters}
        return [
            (name, condition, texts[name], cleaned[name])
            for name, condition in self.filters.items()
            if texts[name] and name in cleaned
        ]

    @property
    def absolute_pairs(self) -> list[tuple[str, str]]:
        """The filter in force with every relative or local time made absolute.

        A search is pinned to what it means now: an index that somebody makes or drops later must not change it.
        """
        pairs = [
            (name, condition.absolute(text, value))
            for name, condition, texts, values in self.given
            for text, value in zip(texts, values, strict=True)
        ]
        is_open = any(name == "q" for name, _text in pairs) and not any(name == "q_by" for name, _text in pairs)
        return [*pairs, ("q_by", self.search_mode)] if is_open else pairs

    @cached_property
    def active(self) -> list[ActiveFilter]:
        """The filter in force, in words."""
        return [
            ActiveFilter(
                name,
                condition.says,
                condition.joined_by,
                tuple(
                    ActiveValue(masked(condition.words(text, value)), text, without_value(self.data, name, text))
                    for text, value in zip(texts, values, strict=True)
                ),
            )
            for name, condition, texts, values in self.given
            if all(map(condition.is_in_force, texts))
        ]

    @property
    def hides_recovered(self) -> bool:
        return bool(self.data.getlist(STATUS) == [OPEN])

    @property
    def is_narrowed(self) -> bool:
        """Whether more is left out than recovered entries, which the list hides by itself."""
        return any(filter.name != STATUS or not self.hides_recovered for filter in self.active)

    @property
    def in_force(self) -> set[str]:
        """The names of the parameters that leave anything out, or may."""
        return {name for name, condition, texts, _values in self.given if all(map(condition.is_in_force, texts))}

    @property
    def shown_as(self) -> list[tuple[str, str]]:
        """The parameters that say how to show what matches, and stay when it is filtered otherwise."""
        return [(name, value) for name in ("o", SIZE, COLUMNS) for value in self.data.getlist(name) if value]

    def __str__(self) -> str:
        return "; ".join(map(str, self.active)) or "every failed job"

    def words_of(self, names: Collection[str]) -> str:
        """Some of the parameters in force, in words."""
        return " and ".join(f"“{active}”" for active in self.active if active.name in names)

    def narrowed(self, name: str, text: str) -> str:
        """The query string with this one value for the parameter, on the first page."""
        return query_string({name: text}, without_cursors(self.data))

    @property
    def query(self) -> str:
        """The filter's own parameters as a query string, without those that say how to show the list."""
        return query_string(dict.fromkeys(NOT_FILTERS), without_cursors(self.data)).removeprefix("?")
