"""The views of the list that a person can choose from: ready-made ones, their own, and those that others share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from dlq.db.admission import unless_busy
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.filters.status import FAILED_AGAIN, OPEN
from dlq.models import DefaultView, SavedView
from dlq.web.permissions import SHARE_VIEWS, sees_masked

OFTEN = 5
"""Failures from which on a job failed often."""
MOST = 50
"""Views of a person; as many of others are offered."""
COUNTED_TO = 1_000
SECONDS = 0.2
"""For one view's number, which nobody asked for."""


@dataclass(frozen=True)
class ListView:
    """`key` tells it from the others. `owner` is "" for a ready-made one."""

    key: str
    name: str
    query: str
    owner: str = ""
    is_shared: bool = False
    may_delete: bool = False
    sees_all: bool = False
    """Whether it is counted for somebody who may see what is masked."""

    @property
    def count(self) -> str:
        """How many match it, up to a limit; "" where that is not told quickly."""
        filterset = DlqFilterSet(QueryDict(self.query), hide_recovered=True, sees_all=self.sees_all)
        if not filterset.is_valid() or (filterset.state.has_many and filterset.without_index):
            return ""
        limited = filterset.qs.order_by()[: COUNTED_TO + 1]
        number = unless_busy(lambda: in_time(SECONDS, limited.count))
        if number is None:
            return ""
        return f"{number:,}" if number <= COUNTED_TO else f"{COUNTED_TO:,}+"


def ready_made(user: Any) -> list[ListView]:
    views: dict[str, tuple[str, dict[str, str]]] = {
        "all": ("All failed jobs", {"status": OPEN}),
        "hour": ("Last hour", {"failed_after": "1h"}),
        "often": ("Failed often, last 24 h", {"failed_after": "24h", "failure_count_min": str(OFTEN)}),
        "never": ("Never requeued", {"requeued": "no"}),
        "again": ("Failed again", {"status": FAILED_AGAIN}),
        "unnoted": ("No notes", {"has_notes": "no"}),
        "mine": ("Mine: of patterns assigned to me", {"assignee": user.get_username()}),
    }
    return [ListView(key, name, urlencode(query)) for key, (name, query) in views.items()]


def views_for(user: Any) -> list[ListView]:
    return [*ready_made(user), *_saved(user)]


def _saved(user: Any) -> Iterator[ListView]:
    owner = user.get_username()
    offered = SavedView.objects.filter(Q(owner=owner) | Q(is_shared=True)).order_by("name", "pk")
    for view in offered[: 2 * MOST]:
        may_delete = view.owner == owner or user.has_perm(SHARE_VIEWS)
        yield ListView(str(view.pk), view.name, view.query, view.owner, view.is_shared, may_delete, sees_masked(user))


def default_query(user: Any) -> str:
    """The query string that this person's list opens with; "" for the whole list."""
    chosen = default_key(user)
    return next((view.query for view in views_for(user) if view.key == chosen), "") if chosen else ""


def default_key(user: Any) -> str:
    return DefaultView.objects.filter(owner=user.get_username()).values_list("view", flat=True).first() or ""
