"""The parameters that failed jobs can be filtered by: what each is called and means. How they work together: filterset.py."""

from __future__ import annotations

from collections.abc import Callable

import django_filters
from django.db.models import Q

from dlq.filters import fields
from dlq.filters.addresses import NOT_FILTERS
from dlq.filters.conditions import (
    Condition,
    MaskedCondition,
    NarrowingPayload,
    NotesCondition,
    QueueCondition,
    SearchCondition,
    SearchMode,
    WeekdayHourCondition,
    at_least,
    at_most,
    exactly,
    extra_column,
    has_key,
    has_masked_key,
    has_notes,
    in_queue,
)
from dlq.filters.pattern import AssigneeCondition, PatternCondition, PatternField, assigned_to, in_pattern
from dlq.filters.payload_columns import payload_columns
from dlq.filters.searching import search
from dlq.filters.status import (
    ANY,
    STATUSES,
    StatusCondition,
    has_status,
    left_by,
    requeued_by,
    returned_from,
    was_requeued,
)
from dlq.filters.weekday_hour import WeekdayHourField
from dlq.models import BackfillDlq
from dlq.table.columns import listed_columns
from dlq.table.location import TABLE
from dlq.table.searched_text import WITHIN
from dlq.web.typed_times import EXAMPLES


def _failed(label: str, lookup: str, placeholder: str, *, end_of_day: bool) -> Condition:
    return Condition(
        lambda moment: Q(**{f"failed_at__{lookup}": moment}),
        fields.Moment(end_of_day=end_of_day),
        label=label,
        more=False,
        column="failed_at",
        help_text=f"A day, a time, or an age: {EXAMPLES}.",
        placeholder=placeholder,
    )


def _of_operation(condition: Callable[[int], Q], label: str, *, says: str = "", help_text: str) -> Condition:
    return Condition(condition, fields.Number(), label=label, says=says, column="id", help_text=help_text)


class DlqParameters(django_filters.FilterSet):  # type: ignore[misc]
    q = SearchCondition(
        lambda _text: Q(),
        fields.Text(),
        label="Search",
        says="Contains",
        more=False,
        help_text="Words in task, queue, error, reason, payload, key or notes; or the number of a failed job or of its job, "
        "also as #42. “A phrase” goes in quotes. "
        f"At most {search.MOST_WORDS} words; the first {WITHIN:,} characters of a failed job count.",
        placeholder="Search task, error, customer, #id …",
    )
    q_by = SearchMode(
        lambda _mode: Q(),
        fields.OneOf(search.MODES),
        label="Search finds",
        help_text="What the words of a search are compared with.",
    )
    task_identifier = exactly("task_identifier", label="Task", placeholder="Task", more=False)
    queue_name = QueueCondition(
        in_queue,
        fields.Text(),
        label="Queue",
        says="Queue is",
        more=False,
        column="queue_name",
        help_text="- means: in no queue.",
        placeholder="Queue, - for none",
    )
    failed_after = _failed("Failed from", "gte", "From: 24h, a date", end_of_day=False)
    failed_before = _failed("Failed until", "lte", "Until: 1h, a date", end_of_day=True)
    payload = NarrowingPayload(
        fields.PayloadField(),
        label="Payload has",
        help_text="Path and value: customer_id=42, order.id=7.",
        placeholder="customer_id=42",
    )
    weekday_hour = WeekdayHourCondition(
        lambda hour: hour.condition,
        WeekdayHourField(),
        label="Hour of the week",
        says="Failed on",
        help_text="A day and an hour on your clock: tue-09 is Tuesdays from 9 to 10.",
        placeholder="tue-09",
    )
    pattern = PatternCondition(
        in_pattern,
        PatternField(),
        label="Pattern",
        says="Pattern is",
        help_text="The number of a failure pattern; - means: not grouped yet.",
        placeholder="12",
    )
    assignee = AssigneeCondition(
        assigned_to,
        fields.Text(),
        label="Assignee",
        says="Pattern is assigned to",
        help_text="Whose failure pattern it is in.",
    )
    status = StatusCondition(
        has_status,
        fields.OneOf(STATUSES, initial=ANY),
        label="Status",
        says="Status:",
        more=False,
        help_text="What became of it, as far as it is stored.",
    )
    job_key = MaskedCondition(has_key, has_masked_key, fields.Text(), label="Key", says="Key is", column="job_key")
    original_job_id = exactly("original_job_id", fields.Number(), label="Job id", column=TABLE.job_id_column)
    failure_count_min = at_least("failure_count", label="Failures, at least", says="Failures at least")
    priority_min = at_least("priority", label="Priority from", says="Priority from")
    priority_max = at_most("priority", label="Priority to", says="Priority to")
    requeued = Condition(was_requeued, fields.YesNo(), label="Requeued before", says="Requeued before:")
    has_notes = NotesCondition(has_notes, fields.YesNo(), label="Has notes", says="Has notes:")
    requeued_by = _of_operation(requeued_by, "Requeued by operation", help_text="Its number.")
    returned_from = _of_operation(
        returned_from, "Came back from operation", help_text="Its number: what its requeued jobs failed again as."
    )
    left_by = _of_operation(
        left_by,
        "Skipped by operation",
        says="Skipped or failed in operation",
        help_text="Its number: what it skipped, or failed to act on.",
    )

    class Meta:
        model = BackfillDlq
        fields: list[str] = []


def extra_parameter(column: str) -> str:
    """The parameter of an extra column: its name, `col_<name>` where a filter or the list has that one already."""
    taken = column in DlqParameters.base_filters or column in NOT_FILTERS
    return f"col_{column}" if taken else column


def further_parameters() -> dict[str, Condition]:
    """Those of the extra columns and of the paths of payloads that the settings name."""
    extra = {extra_parameter(column.name): extra_column(column) for column in listed_columns(TABLE)}
    return extra | {path.parameter: path.filter for path in payload_columns()}
