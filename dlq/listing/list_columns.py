"""The columns of the list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dlq.filters.parameters import extra_parameter
from dlq.filters.payload_columns import payload_columns
from dlq.listing.matches import NOTHING
from dlq.models import BackfillDlq, FailurePattern
from dlq.outcomes.labels import HELP, SHORT, UNCERTAIN_HELP
from dlq.selection.rows import payload_alias
from dlq.table.columns import listed_columns
from dlq.table.extra_columns import extra_alias
from dlq.table.location import TABLE
from dlq.web.formatting import age, clock, queue_label

ListColumn = Callable[[BackfillDlq], Any]


@admin.display(description="Failed job", ordering="task_identifier")
def job(entry: BackfillDlq) -> SafeString:
    return format_html('{} <span class="dlq-id">#{}</span>', _marked(entry, entry.task_identifier), entry.pk)


@admin.display(description="Queue", ordering="queue_name")
def queue(entry: BackfillDlq) -> str | SafeString:
    if entry.queue_name:
        return _marked(entry, entry.queue_name)
    return format_html('<span class="dlq-quiet">{}</span>', queue_label(""))


@admin.display(description="Error")
def error(entry: BackfillDlq) -> str | SafeString:
    """With a warning where people should think before they requeue, and with what a search found elsewhere."""
    line = _marked(entry, str(getattr(entry, "error_line")))  # noqa: B009 (an annotation of the list's queryset)
    advice = getattr(entry, "pattern_advice", None)
    if advice in (FailurePattern.Advice.NO, FailurePattern.Advice.ASK):
        label = FailurePattern.Advice(advice).label
        line = format_html('<span class="dlq-advice dlq-advice-{}">{}</span> {}', advice, label, line)
    quotation = getattr(entry, "quotation", None)
    if quotation is None:
        return line
    found = _marked(entry, quotation.text)
    return format_html('<span class="dlq-found">{}: {}</span> {}', quotation.place, found, line)


def _marked(entry: BackfillDlq, text: str) -> SafeString:
    """With the words of the search marked."""
    return getattr(entry, "searched", NOTHING).marked(text)


@admin.display(description="Failures", ordering="failure_count")
def failures(entry: BackfillDlq) -> int:
    return entry.failure_count


@admin.display(description="Failed at", ordering="failed_at")
def failed(entry: BackfillDlq) -> SafeString:
    return format_html('{} <span class="dlq-quiet">{}</span>', clock(entry.failed_at), age(entry.failed_at))


@admin.display(description="Requeues", ordering="requeued_count")
def requeues(entry: BackfillDlq) -> int | str:
    """Of this row; what came back after requeues of its earlier lives is no job that nobody has touched, either."""
    if entry.requeued_count or not getattr(entry, "was_requeued"):  # noqa: B009
        return entry.requeued_count or "–"
    return format_html(
        '<span class="dlq-quiet" title="{}">{}</span>', "Requeued before it came back as this one", "earlier"
    )


@admin.display(description="Status")
def status(entry: BackfillDlq) -> SafeString:
    """Of the latest requeue; live where the changelist looked it up."""
    state = str(getattr(entry, "status"))  # noqa: B009
    shown = format_html(
        '<span class="dlq-status dlq-status-{}" title="{}">{}</span>', state, HELP.get(state, ""), SHORT[state]
    )
    if not getattr(entry, "is_uncertain"):  # noqa: B009
        return shown
    return format_html('{} <span class="dlq-mark" title="{}">uncertain</span>', shown, UNCERTAIN_HELP)


@admin.display(description="Notes")
def notes(entry: BackfillDlq) -> SafeString | str:
    if getattr(entry, "has_notes"):  # noqa: B009
        return format_html('<span class="dlq-mark" title="{0}">{0}</span>', "has notes")
    return "–"


@admin.display(description="Key", empty_value="–")
def key(entry: BackfillDlq) -> str | None:
    shown: str | None = entry.job_key
    return shown


@admin.display(description="Priority", ordering="priority")
def priority(entry: BackfillDlq) -> int:
    return entry.priority


@admin.display(description="Job", empty_value="–")
def job_id(entry: BackfillDlq) -> int | None:
    return entry.original_job_id


USUAL: tuple[ListColumn, ...] = (error, queue, failures, failed, requeues, status, notes)
ON_DEMAND: tuple[ListColumn, ...] = (key, priority, job_id)


def list_columns(chosen: Collection[str] = ()) -> list[ListColumn]:
    """The columns with the chosen names, in the list's order; the usual ones where none is chosen."""
    offered = offered_columns()
    wanted = set(chosen) & set(offered) or usual_columns()
    return [job, *(column for name, column in offered.items() if name in wanted)]


def usual_columns() -> set[str]:
    """The names of those that a list has by itself: also all that the settings name."""
    return set(offered_columns()) - {column.__name__ for column in ON_DEMAND}


def offered_columns() -> dict[str, ListColumn]:
    """All that one can choose, by the names that the address has."""
    paths = {path.parameter: _plain(path.name, payload_alias(number)) for number, path in enumerate(payload_columns())}
    extra = {
        extra_parameter(column.name): _plain(column.name, extra_alias(number))
        for number, column in enumerate(listed_columns(TABLE))
    }
    first, *others = USUAL
    return {
        first.__name__: first,
        **paths,
        **{column.__name__: column for column in others},
        **extra,
        **{column.__name__: column for column in ON_DEMAND},
    }


def _plain(heading: str, alias: str) -> ListColumn:
    @admin.display(description=heading, empty_value="–")
    def shown(entry: BackfillDlq) -> SafeString | None:
        value = getattr(entry, alias)
        if value is None:
            return None
        # Where a row is a card, no heading says what it is.
        return format_html('<span class="dlq-card-label">{}:</span> {}', heading, value)

    shown.__name__ = alias
    return shown
