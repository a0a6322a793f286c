"""A page of the list: straight from an index where one leads there, else by a walk that says how far it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import Q

from dlq.conf import conf
from dlq.db import in_time
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq
from dlq.querysets import EntryQuerySet
from dlq.services.order import Order, Place
from dlq.services.walk import Walk

BY_TIME = {"failed_after", "failed_before"}
"""The filters that only say where in the list's order to begin and to end."""
WALK_SECONDS = 0.5
"""How long the first answer may take; who asks to search further back waits for up to DLQ_STATEMENT_TIMEOUT."""
INDEX_SHARE = 0.5
"""Of DLQ_STATEMENT_TIMEOUT, for the index; the rest is for the walk that follows where it did not answer."""


@dataclass(frozen=True)
class Page:
    """`entries` in the order that was asked for. `more`: there are further ones. `stopped`: the walk that did not finish."""

    entries: Sequence[BackfillDlq]
    more: bool
    stopped: Walk | None = None


def fetch_page(
    filterset: DlqFilterSet, order: Order, place: Place | None, size: int, *, skip: int = 0, far: bool = False
) -> Page:
    """The next `size` entries behind the place. `far`: take all the time that a page has."""
    seconds = conf.STATEMENT_TIMEOUT if far else min(WALK_SECONDS, conf.STATEMENT_TIMEOUT / 2)
    if skip or not filterset.is_valid() or not may_walk(filterset, order):
        return _page(_direct(filterset, order, place, size + 1, skip), size)
    walk = Walk(filterset.condition, filterset.state, order, place)
    if looks_first(filterset):
        # A word that many entries have fills the page at once, while an index would collect all that have it.
        walk.first_look(size + 1)
    if len(walk.found) <= size and not walk.at_end and (walk.looked_at == 0 or _some_index_helps(filterset)):
        rest = in_time(
            conf.STATEMENT_TIMEOUT * INDEX_SHARE,
            lambda: _direct(filterset, order, walk.place, size + 1 - len(walk.found)),
        )
        if rest is not None:
            return _page([*walk.found, *rest], size)
    walk.look(size + 1, seconds)
    done = walk.at_end or len(walk.found) > size
    return _page(walk.found, size, None if done else walk)


def may_walk(filterset: DlqFilterSet, order: Order) -> bool:
    """Whether the list's order leads through a large table by index, and there is something to look for."""
    state = filterset.state
    is_filtered = bool(filterset.in_force - BY_TIME)
    return order.column == "failed_at" and state.has_many and state.finds("failed_at") and is_filtered


def looks_first(filterset: DlqFilterSet) -> bool:
    """Whether to look at the next entries before an index is asked: PostgreSQL can't tell beforehand how many match."""
    return bool(filterset.without_index) or bool(filterset.in_force & {"q", "payload"})


def _some_index_helps(filterset: DlqFilterSet) -> bool:
    return bool(set(filterset.with_index) - BY_TIME)


def _direct(
    filterset: DlqFilterSet, order: Order, place: Place | None, wanted: int, skip: int = 0
) -> list[BackfillDlq]:
    beyond = order.beyond(place) if place else Q()
    entries = cast(EntryQuerySet, order.apply(filterset.qs.filter(beyond))).for_list()
    with order.by_index(filterset.state):
        return list(entries[skip : skip + wanted])


def _page(entries: Sequence[BackfillDlq], size: int, stopped: Walk | None = None) -> Page:
    return Page(entries[:size], len(entries) > size, stopped)
