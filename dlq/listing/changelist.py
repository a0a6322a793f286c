"""The list without COUNT and OFFSET: one query fetches a page, by position in the order (keyset paging)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from dlq.db.bigint import entry_number
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet, search
from dlq.filters.fields import Moment
from dlq.filters.status import REQUEUED
from dlq.models import BackfillDlq
from dlq.outcomes.job_states import states_of_entries
from dlq.selection.keyset import Cursor, Keyset
from dlq.selection.page import fetch_page, may_scan, scans_first
from dlq.table.location import TABLE
from dlq.web.permissions import sees_masked

LIVE_SECONDS = 1.0
"""What the list may spend on the jobs' states of this moment; beyond it the stored ones have to do."""
AFTER, BEFORE, AT, SCAN_FURTHER = "after", "before", "at", "far"
"""The parameters of a page: after a row, before a row, at a time; and to scan from there for all the time that a page has."""
DEFAULT_KEYSET = Keyset("failed_at", descending=True)
MOST_PAGES = 1_000_000
"""What `p` counts to, which only people write: the links say after or before which row."""
MOST_BY_NUMBER = 5
"""Entries that a number leads to: one by its own, and one each time that its job died."""


class EntryChangeList(ChangeList):
    """Django's changelist with our filter, our keyset and our pages. Actions and headers stay Django's."""

    filterset: DlqFilterSet

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[BackfillDlq]:
        self.filterset = DlqFilterSet(
            request.GET, self.root_queryset, hide_recovered=True, sees_all=sees_masked(request.user)
        )
        self.request_data = request.GET
        self.has_filters = self.has_active_filters = False
        self.filter_specs: list[Any] = []
        self.clear_all_filters_qs = "?"
        self.sortable_by = self.sortable = self._sortable()
        self.keyset = self._keyset()
        return self.filterset.qs

    def _keyset(self) -> Keyset:
        column_index, direction = next(iter(self.get_ordering_field_columns().items()), (None, ""))
        if column_index is None:
            return DEFAULT_KEYSET
        column = self.get_ordering_field(self.list_display[column_index])
        return Keyset(str(column), direction == "desc")

    def get_ordering_field_columns(self) -> dict[int, Literal["asc", "desc"]]:
        """The one column that `o` sorts by: an index serves one, and people sort by one."""
        number, descending = self._asked_column()
        if number is None or self.list_display[number] not in self.sortable:
            return {}
        return {number: "desc" if descending else "asc"}

    def _asked_column(self) -> tuple[int | None, bool]:
        first = self.params.get(ORDER_VAR, "").split(".")[0]
        number = first.removeprefix("-")
        known = number.isdecimal() and int(number) < len(self.list_display)
        if known and self.get_ordering_field(self.list_display[int(number)]):
            return int(number), first.startswith("-")
        return None, False

    def _sortable(self) -> list[Any]:
        """The columns that an index gives in order; all of them where the table is small enough to be sorted on the spot."""
        state = self.filterset.state
        return [
            shown
            for shown in self.list_display
            if (column := self.get_ordering_field(shown))
            and (not state.is_large or column == DEFAULT_KEYSET.column or state.gives_order(str(column), "id"))
        ]

    @property
    def unsortable(self) -> list[str]:
        """The headings of columns that could be sorted by if the table were smaller or had an index on them."""
        return [
            str(label_for_field(shown, self.model, self.model_admin))
            for shown in self.list_display
            if self.get_ordering_field(shown) and shown not in self.sortable
        ]

    @property
    def refused_order(self) -> str | None:
        """The heading of the column that the address asks to sort by, where that is not offered."""
        number, _descending = self._asked_column()
        if number is None or self.list_display[number] in self.sortable:
            return None
        return str(label_for_field(self.list_display[number], self.model, self.model_admin))

    def get_results(self, request: HttpRequest) -> None:
        """One row more than a page is fetched, which tells whether there is a further page. A page before a cursor is
        fetched in the opposite order."""
        cursor, backwards = self._cursor(request)
        skip = 0 if cursor or backwards else min(max(self.page_num - 1, 0), MOST_PAGES) * self.list_per_page
        keyset = self.keyset.reversed if backwards else self.keyset
        page = fetch_page(
            self.filterset, keyset, cursor, self.list_per_page, skip=skip, takes_all_time=SCAN_FURTHER in request.GET
        )
        self.result_list = list(page.entries)[::-1] if backwards else list(page.entries)
        _look_up_status(self.result_list)
        self.stopped = page.stopped
        self.searches_backwards = backwards
        self.is_first_page = cursor is None
        onward, behind = page.more, bool(cursor or skip)
        self.has_next, self.has_previous = (behind, onward) if backwards else (onward, behind)
        self.multi_page = self.has_next or self.has_previous or page.stopped is not None
        # What Django's templates compare with the page's length: more rows match than are shown.
        self.result_count = len(self.result_list) + self.multi_page
        self.full_result_count = None
        self.show_full_result_count = self.can_show_all = False
        self.show_admin_actions = bool(self.result_list)

    def _cursor(self, request: HttpRequest) -> tuple[Cursor | None, bool]:
        """Where the page begins (None: at the beginning), and whether it lies before that cursor."""
        self.at, self.at_problem = request.GET.get(AT, "").strip(), ""
        if self.at and not self.is_by_time:
            self.at_problem = "it needs the list in the order of time."
        elif self.at:
            try:
                return self.keyset.cursor_at(Moment(end_of_day=self.keyset.descending).clean(self.at)), False
            except ValidationError as error:
                self.at_problem = error.messages[0]
        after, before = (self._cursor_in(request.GET.get(name, "")) for name in (AFTER, BEFORE))
        backwards = BEFORE in request.GET and (before is not None or request.GET[BEFORE] == "")
        return (before if backwards else after), backwards

    def _cursor_in(self, text: str) -> Cursor | None:
        """What the links of a page say, or the number of an entry that is still there."""
        number = entry_number(text)
        if number is None:
            return self.keyset.decode(text)
        entry = BackfillDlq.objects.only(*self.keyset.columns).filter(pk=number).first()
        return self.keyset.cursor_of(entry) if entry else None

    @property
    def is_by_time(self) -> bool:
        return self.keyset.column == DEFAULT_KEYSET.column

    @property
    def looks_towards_newer(self) -> bool:
        return self.keyset.descending == self.searches_backwards

    @property
    def slow_filters(self) -> str:
        """The filters in force that no index answers, in words."""
        return self.filterset.words_of(self.filterset.without_index)

    @property
    def anywhere(self) -> str:
        """The same search, within words too."""
        return self.filterset.narrowed("q_by", search.ANYWHERE)

    @property
    def entries_by_number(self) -> list[BackfillDlq]:
        """Of a search for a number: the entries, or those of the jobs, that have it. Found wherever they are in the list."""
        number = search.number(self.filterset.data.get("q", ""))
        if number is None or not self.filterset.state.has_many:
            return []
        wanted = Q(pk=number)
        if self.filterset.state.finds(TABLE.job_id_column):
            wanted |= Q(original_job_id=number)
        return list(BackfillDlq.objects.filter(wanted).only("task_identifier")[:MOST_BY_NUMBER])

    @property
    def kept_parameters(self) -> list[tuple[str, str]]:
        """What a form that leads elsewhere in the same list has to carry along."""
        here = {AFTER, BEFORE, AT, SCAN_FURTHER, "p", "e"}
        return [(name, value) for name, values in self.request_data.lists() if name not in here for value in values]

    @property
    def counts_by_itself(self) -> bool:
        """Whether counting what matches is cheap enough to be done unasked."""
        return not (may_scan(self.filterset, DEFAULT_KEYSET) and scans_first(self.filterset))

    def _link(self, **cursor: str | None) -> str:
        return self.get_query_string({AFTER: None, BEFORE: None, AT: None, SCAN_FURTHER: None, **cursor})

    @property
    def first_page(self) -> str:
        return self._link()

    @property
    def last_page(self) -> str:
        return self._link(before="")

    @property
    def next_page(self) -> str:
        return self._link(after=self._edge(-1)) if self.result_list else self._link()

    @property
    def previous_page(self) -> str:
        return self._link(before=self._edge(0)) if self.result_list else self._link()

    @property
    def further(self) -> str:
        """Where a scan that stopped is resumed, with all the time that a page has."""
        stopped = self.stopped
        if stopped is None or stopped.cursor is None:
            return self._link()
        cursor = self.keyset.encode(stopped.cursor)
        return self._link(before=cursor, far="1") if self.searches_backwards else self._link(after=cursor, far="1")

    def _edge(self, row: int) -> str:
        return self.keyset.encode(self.keyset.cursor_of(self.result_list[row]))

    def get_query_string(self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None) -> str:
        """Django's removes by prefix and would keep the cursor in the links of the headers."""
        kept = {
            name: values
            for name, values in self.filter_params.items()
            if name not in {AFTER, BEFORE, AT, SCAN_FURTHER, *(remove or ())}
        }
        for name, value in (new_params or {}).items():
            if value is None:
                kept.pop(name, None)
            else:
                kept[name] = value
        return "?" + urlencode(sorted(kept.items()), doseq=True)


def _look_up_status(page: Sequence[Any]) -> None:
    """Of the page's requeued jobs that are not settled: their state now, where the database tells it quickly."""
    unsettled = [entry for entry in page if entry.status == REQUEUED]
    if not unsettled:
        return
    for state in (in_time(LIVE_SECONDS, lambda: states_of_entries([entry.pk for entry in unsettled])) or {}).values():
        entry = next(entry for entry in unsettled if entry.pk == state.entry_id)
        if entry.last_requeued_at is None or state.requeued_at >= entry.last_requeued_at:
            entry.status = state.state
