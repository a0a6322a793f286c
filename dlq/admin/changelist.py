"""The list without COUNT and OFFSET: one query fetches a page, by position in the order (keyset paging)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from dlq.db import in_time
from dlq.expressions import RowCompare
from dlq.filters import DlqFilterSet
from dlq.filters.outcomes import REQUEUED
from dlq.models import BackfillDlq
from dlq.services.outcomes import states_of_entries

if TYPE_CHECKING:
    from dlq.querysets import EntryQuerySet

LIVE_SECONDS = 1.0
"""What the list may spend on the jobs' states of this moment; beyond it the stored ones have to do."""
AFTER, BEFORE = "after", "before"
DEFAULT_ORDER = ("failed_at", True)


@dataclass(frozen=True)
class Order:
    """The column that the list is sorted by; the id breaks ties, in the same direction."""

    column: str
    descending: bool

    def apply(self, entries: QuerySet[BackfillDlq], *, reverse: bool) -> QuerySet[BackfillDlq]:
        sign = "-" if self.descending != reverse else ""
        return entries.order_by(*(f"{sign}{column}" for column in self.columns))

    def beyond(
        self, entries: QuerySet[BackfillDlq], cursor: tuple[Any, ...], *, reverse: bool
    ) -> QuerySet[BackfillDlq]:
        """Those that come behind the cursor's place (before it, if reverse), whether its row is still there or not."""
        return entries.filter(RowCompare(self.columns, "<" if self.descending != reverse else ">", cursor))

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if self.column == "id" else (self.column, "id")

    def cursor_of(self, entry: BackfillDlq) -> str:
        values = [getattr(entry, column) for column in self.columns]
        plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
        # Signed not for secrecy but so that nothing else has to be expected when it is read.
        return signing.dumps([self.column, *plain], salt="dlq.cursor", compress=True)

    def read(self, cursor: str) -> tuple[Any, ...] | None:
        """The place that a cursor names; None for one that can't be read or belongs to another order."""
        try:
            column, *values = signing.loads(cursor, salt="dlq.cursor")
        except signing.BadSignature:
            return None
        if column != self.column:
            return None
        if column == "failed_at":
            values[0] = datetime.fromisoformat(values[0])
        return tuple(values)


class EntryChangeList(ChangeList):
    """Django's changelist with our filter, our order and our pages. Actions and headers stay Django's."""

    filterset: DlqFilterSet

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[BackfillDlq]:
        self.filterset = DlqFilterSet(request.GET, self.root_queryset, hide_recovered=True)
        self.has_filters = self.has_active_filters = False
        self.filter_specs: list[Any] = []
        self.clear_all_filters_qs = "?"
        self.order = self._order()
        return self.filterset.qs

    def _order(self) -> Order:
        column_index, descending = next(iter(self.get_ordering_field_columns().items()), (None, ""))
        if column_index is None:
            return Order(*DEFAULT_ORDER)
        column = self.get_ordering_field(self.list_display[column_index])
        return Order(str(column), descending == "desc")

    def get_ordering_field_columns(self) -> dict[int, Literal["asc", "desc"]]:
        """The one column that `o` sorts by: an index serves one, and people sort by one."""
        first = self.params.get(ORDER_VAR, "").split(".")[0]
        number = first.removeprefix("-")
        known = number.isdecimal() and int(number) < len(self.list_display)
        if known and self.get_ordering_field(self.list_display[int(number)]):
            return {int(number): "desc" if first.startswith("-") else "asc"}
        return {}

    def get_results(self, request: HttpRequest) -> None:
        """Fetch one row more than a page, which tells whether there is a further page."""
        after, before = (self.order.read(request.GET.get(name, "")) for name in (AFTER, BEFORE))
        backwards = BEFORE in request.GET and (before is not None or request.GET[BEFORE] == "")
        entries = self.queryset
        offset = 0
        if cursor := before if backwards else after:
            entries = self.order.beyond(entries, cursor, reverse=backwards)
        elif not backwards:
            offset = max(self.page_num - 1, 0) * self.list_per_page
        ordered = self.order.apply(entries, reverse=backwards)
        found = list(_for_list(ordered)[offset : offset + self.list_per_page + 1])
        more = len(found) > self.list_per_page
        page = found[: self.list_per_page]
        if backwards:
            page.reverse()
        _look_up_status(page)
        self.result_list = page
        self.has_next = more if not backwards else cursor is not None
        self.has_previous = more if backwards else bool(cursor or offset)
        self.multi_page = self.has_next or self.has_previous
        # What Django's templates compare with the page's length: more rows match than are shown.
        self.result_count = len(page) + self.multi_page
        self.full_result_count = None
        self.show_full_result_count = self.can_show_all = False
        self.show_admin_actions = bool(page)

    def _link(self, **cursor: str | None) -> str:
        return self.get_query_string({AFTER: None, BEFORE: None, **cursor})

    @property
    def first_page(self) -> str:
        return self._link()

    @property
    def last_page(self) -> str:
        return self._link(before="")

    @property
    def next_page(self) -> str:
        return self._link(after=self.order.cursor_of(self.result_list[-1])) if self.result_list else self._link()

    @property
    def previous_page(self) -> str:
        return self._link(before=self.order.cursor_of(self.result_list[0])) if self.result_list else self._link()

    def get_query_string(self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None) -> str:
        """Django's removes by prefix and would keep the cursor in the links of the headers."""
        kept = {
            name: values for name, values in self.filter_params.items() if name not in {AFTER, BEFORE, *(remove or ())}
        }
        for name, value in (new_params or {}).items():
            if value is None:
                kept.pop(name, None)
            else:
                kept[name] = value
        return "?" + urlencode(sorted(kept.items()), doseq=True)


def _for_list(entries: QuerySet[BackfillDlq]) -> EntryQuerySet:
    return cast("EntryQuerySet", entries).for_list()


def _look_up_status(page: Sequence[Any]) -> None:
    """Of the page's requeued jobs that are not settled: their state now, where the database tells it quickly."""
    unsettled = [entry for entry in page if entry.status == REQUEUED]
    if not unsettled:
        return
    for state in (in_time(LIVE_SECONDS, lambda: states_of_entries([entry.pk for entry in unsettled])) or {}).values():
        entry = next(entry for entry in unsettled if entry.pk == state.entry_id)
        if entry.last_requeued_at is None or state.requeued_at >= entry.last_requeued_at:
            entry.status = state.state
