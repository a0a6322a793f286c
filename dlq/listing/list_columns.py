"""The columns of the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dlq.models import BackfillDlq, FailurePattern
from dlq.outcomes.labels import HELP, SHORT, UNCERTAIN_HELP
from dlq.table.columns import TableColumn, listed_columns
from dlq.table.extra_columns import extra_alias
from dlq.table.location import TABLE
from dlq.web.formatting import age, clock, queue_label

ListColumn = Callable[[BackfillDlq], Any]


@admin.display(description="Failed job", ordering="task_identifier")
def job(entry: BackfillDlq) -> SafeString:
    return format_html('{} <span class="dlq-id">#{}</span>', entry.task_identifier, entry.pk)


@admin.display(description="Queue", ordering="queue_name")
def queue(entry: BackfillDlq) -> str | SafeString:
    if entry.queue_name:
        return entry.queue_name
    return format_html('<span class="dlq-quiet">{}</span>', queue_label(""))


@admin.display(description="Error")
def error(entry: BackfillDlq) -> str | SafeString:
    """With a warning where people should think before they requeue."""
    line = str(getattr(entry, "error_line"))  # noqa: B009 (an annotation of the list's queryset)
    advice = getattr(entry, "pattern_advice", None)
    if advice not in (FailurePattern.Advice.NO, FailurePattern.Advice.ASK):
        return line
    label = FailurePattern.Advice(advice).label
    return format_html('<span class="dlq-advice dlq-advice-{}">{}</span> {}', advice, label, line)


@admin.display(description="Failures", ordering="failure_count")
def failures(entry: BackfillDlq) -> int:
    return entry.failure_count


@admin.display(description="Failed at", ordering="failed_at")
def failed(entry: BackfillDlq) -> SafeString:
    return format_html('{} <span class="dlq-quiet">{}</span>', clock(entry.failed_at), age(entry.failed_at))


@admin.display(description="Requeues", ordering="requeued_count")
def requeues(entry: BackfillDlq) -> int | str:
    return entry.requeued_count or "–"


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


COLUMNS: tuple[ListColumn, ...] = (job, error, queue, failures, failed, requeues, status, notes)


def list_columns() -> tuple[ListColumn, ...]:
    """The fixed columns and the extra ones that the settings name."""
    return (*COLUMNS, *(_extra_column(*numbered) for numbered in enumerate(listed_columns(TABLE))))


def _extra_column(number: int, column: TableColumn) -> ListColumn:
    @admin.display(description=column.name, empty_value="–")
    def shown(entry: BackfillDlq) -> Any:
        return getattr(entry, extra_alias(number))

    shown.__name__ = extra_alias(number)
    return shown
