"""A page of the list: straight from an index where one leads there, else by a scan that says how far it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from dlq.conf import conf
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq
from dlq.selection.keyset import Cursor, Keyset
from dlq.selection.rows import for_list
from dlq.selection.scan import Scan
from dlq.selection.scan_places import admit_scan

BY_TIME = {"failed_after", "failed_before"}
"""The filters that only say where in the list's order to begin and to end."""
SCAN_SECONDS = 0.5
"""How long the first answer may take; who asks to search further back waits for up to DLQ_STATEMENT_TIMEOUT."""
INDEX_SHARE = 0.5
"""Of DLQ_STATEMENT_TIMEOUT, for the index; the rest is for the scan that follows where it did not answer."""


@dataclass(frozen=True)
class Page:
    """`entries` in the order that was asked for. `more`: there are further ones. `stopped`: the scan that did not finish."""

    entries: Sequence[BackfillDlq]
    more: bool
    stopped: Scan | None = None


def fetch_page(
    filterset: DlqFilterSet,
    keyset: Keyset,
    cursor: Cursor | None,
    size: int,
    *,
    skip: int = 0,
    takes_all_time: bool = False,
) -> Page:
    """The next `size` entries after the cursor. `takes_all_time`: scan for as long as a page may take. Raises Busy."""
    admit_scan(filterset)
    seconds = conf.STATEMENT_TIMEOUT if takes_all_time else min(SCAN_SECONDS, conf.STATEMENT_TIMEOUT / 2)
    if skip or not filterset.is_valid() or not may_scan(filterset, keyset):
        return _page(_by_index(filterset, keyset, cursor, size + 1, skip), size)
    scan = Scan(filterset.condition, filterset.state, keyset, cursor)
    if scans_first(filterset):
        # A word that many entries have fills the page at once, while an index would collect all that have it.
        scan.first_slice(size + 1)
    if len(scan.found) <= size and not scan.at_end and (scan.scanned == 0 or _some_index_helps(filterset)):
        rest = in_time(
            conf.STATEMENT_TIMEOUT * INDEX_SHARE,
            lambda: _by_index(filterset, keyset, scan.cursor, size + 1 - len(scan.found)),
        )
        if rest is not None:
            return _page([*scan.found, *rest], size)
    admit_scan(filterset, answered=False)
    scan.run(size + 1, seconds)
    done = scan.at_end or len(scan.found) > size
    return _page(scan.found, size, None if done else scan)


def may_scan(filterset: DlqFilterSet, keyset: Keyset) -> bool:
    """Whether the list's order leads through a large table by index, and there is something to look for."""
    state = filterset.state
    is_filtered = bool(filterset.in_force - BY_TIME)
    return keyset.column == "failed_at" and state.has_many and state.finds("failed_at") and is_filtered


def scans_first(filterset: DlqFilterSet) -> bool:
    """Whether to look at the next entries before an index is asked: PostgreSQL can't tell beforehand how many match."""
    return bool(filterset.without_index) or bool(filterset.in_force & {"q", "payload"})


def _some_index_helps(filterset: DlqFilterSet) -> bool:
    return bool(set(filterset.with_index) - BY_TIME)


def _by_index(
    filterset: DlqFilterSet, keyset: Keyset, cursor: Cursor | None, wanted: int, skip: int = 0
) -> list[BackfillDlq]:
    following = keyset.after(cursor) if cursor else Q()
    entries = for_list(keyset.sort(filterset.qs.filter(following)))
    with keyset.by_index(filterset.state):
        return list(entries[skip : skip + wanted])


def _page(entries: Sequence[BackfillDlq], size: int, stopped: Scan | None = None) -> Page:
    return Page(entries[:size], len(entries) > size, stopped)
