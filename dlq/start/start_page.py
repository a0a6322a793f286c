"""What the start page shows. Parts that take too long are left out, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from dlq.caretaker.health import Health, health
from dlq.db.limits import in_time
from dlq.db.statements import database_now
from dlq.filters.fields import Moment
from dlq.filters.status import NEW, ONCE, OPEN
from dlq.models import BulkOperation, FailurePattern, Requeue
from dlq.monitoring.alerts import Alert
from dlq.monitoring.banner import current_alerts
from dlq.monitoring.snapshot import newest_snapshot
from dlq.operations.access import seen_operations
from dlq.pattern_pages.pattern_list import UNATTENDED, Choice
from dlq.start.arrivals import MOST, Arrivals, Cause, arrivals
from dlq.start.visits import Since, since
from dlq.web.formatting import age, utc_text
from dlq.web.permissions import VIEW_OPERATIONS
from dlq.web.query_strings import query_string
from dlq.web.site_addresses import address_of

Outcome = Requeue.Outcome

PART_SECONDS = 2.0
SHOWN, HANDED_OVER = 8, 200
"""The latest operations that the page names, and those that the text to hand over has."""
SINCE = Moment(end_of_day=False)


@dataclass(frozen=True)
class Figure:
    """A number of the page with what it leads to. `value` is "?" where it could not be found in time."""

    label: str
    value: str
    link: str
    is_bad: bool = False


@dataclass(frozen=True)
class StartPage:
    since: Since
    now: datetime
    problem: str
    """Why what was typed as the moment is none, in a sentence."""
    is_all: bool
    """Whether everything that failed since was counted."""
    figures: Sequence[Figure]
    alerts: Sequence[tuple[Alert, str]]
    causes: Sequence[tuple[Cause, str, str]]
    """Each with the list of its failures, and of those that did not recover."""
    operations: Sequence[BulkOperation]
    """Under way, or begun since, those of others and one's own: the latest HANDED_OVER, the last one first."""
    number_of_operations: int
    health: Health

    @property
    def named_operations(self) -> Sequence[BulkOperation]:
        return self.operations[:SHOWN]

    @property
    def other_operations(self) -> int:
        """How many there are besides."""
        return max(self.number_of_operations - SHOWN, 0)

    @property
    def not_handed_over(self) -> int:
        return self.number_of_operations - len(self.operations)

    @property
    def since_text(self) -> str:
        """The moment as its viewer types it."""
        return SINCE.box(self.since_iso)

    @property
    def since_iso(self) -> str:
        """As it means the same to everybody."""
        return utc_text(self.since.moment)


def start_page(request: HttpRequest) -> StartPage:
    """For somebody who may see failed jobs."""
    now = database_now()
    beginning, problem = _beginning(request, now)
    window = {"failed_after": utc_text(beginning.moment), "failed_before": utc_text(now)}
    arrived = in_time(PART_SECONDS, lambda: arrivals(beginning.moment, now))
    operations = _operations(request.user, beginning.moment)
    return StartPage(
        since=beginning,
        now=now,
        problem=problem,
        is_all=bool(arrived and arrived.is_all),
        figures=[
            *_arrived(arrived, window),
            *_patterns(),
            *_operated(operations, request.user),
            *_oldest(now),
        ],
        alerts=current_alerts(),
        causes=[
            (
                cause,
                _list(of_cause := {**window, "status": ONCE, "pattern": _number(cause)}),
                _list({**of_cause, "status": OPEN}),
            )
            for cause in (arrived.causes if arrived else ())
        ],
        operations=list(operations[:HANDED_OVER]),
        number_of_operations=operations.count(),
        health=health(now),
    )


def _beginning(request: HttpRequest, now: datetime) -> tuple[Since, str]:
    """What the address asks for, else what the person was told last."""
    text = request.GET.get("since", "").strip()
    mine = since(request.user.get_username(), now)
    if not text:
        return mine, ""
    try:
        return Since(SINCE.clean(text), ""), ""
    except ValidationError as error:
        return mine, " ".join(error.messages)


def _arrived(arrived: Arrivals | None, window: dict[str, str]) -> Iterator[Figure]:
    for label, status, count, is_rare in (
        ("New", NEW, arrived and arrived.new, False),
        ("Failed again", Outcome.FAILED_AGAIN, arrived and arrived.failed_again, False),
        ("Recalled or replaced", Outcome.GONE, arrived and arrived.gone, True),
        ("Lost", Outcome.LOST, arrived and arrived.lost, True),
    ):
        if is_rare and not count:
            continue
        value = "?" if arrived is None else f"{count:,}" if arrived.is_all else f"{count:,} of the last {MOST:,}"
        yield Figure(label, value, _list({**window, "status": status}), is_bad=bool(count))


def _number(cause: Cause) -> str:
    return str(cause.pattern.pk) if cause.pattern else "-"


def _patterns() -> Iterator[Figure]:
    for label, state in (
        ("Patterns returned", FailurePattern.State.RETURNED),
        ("Patterns without advice or assignee", UNATTENDED),
    ):
        count = Choice(state=state).all_patterns.count()
        link = address_of("dlq_failurepattern_changelist") + query_string({"state": state})
        yield Figure(label, f"{count:,}", link, is_bad=bool(count) and state == FailurePattern.State.RETURNED)


def _operations(user: Any, moment: datetime) -> QuerySet[BulkOperation]:
    of_interest = Q(created_at__gte=moment) | Q(state__in=BulkOperation.UNDER_WAY)
    return seen_operations(user).filter(of_interest).order_by("-id")


def _operated(operations: QuerySet[BulkOperation], user: Any) -> Iterator[Figure]:
    if not user.has_perm(VIEW_OPERATIONS):
        return
    address = address_of("dlq_bulkoperation_changelist")
    under_way = operations.filter(state__in=BulkOperation.UNDER_WAY).count()
    others = operations.exclude(actor=user.get_username()).count()
    yield Figure("Operations under way", f"{under_way:,}", address + query_string({"state__exact": "running"}))
    yield Figure("Operations of others", f"{others:,}", address)


def _oldest(now: datetime) -> Iterator[Figure]:
    """As the stored numbers have it."""
    snapshot = newest_snapshot()
    oldest = snapshot.oldest_not_requeued if snapshot else None
    if oldest:
        link = _list({"requeued": "no", "failed_before": utc_text(oldest)})
        yield Figure("Oldest that nobody requeued", age(oldest, now), link)


def _list(parameters: dict[str, str]) -> str:
    return address_of("dlq_backfilldlq_changelist") + query_string(parameters)
