"""The parameters that failed jobs can be filtered by: what each is called and means. How they work together: filterset.py."""

from __future__ import annotations

from datetime import datetime

import django_filters
from django.db.models import Q

from dlq.filters import fields, search
from dlq.filters.addresses import NOT_FILTERS
from dlq.filters.conditions import (
    Condition,
    MaskedCondition,
    PayloadCondition,
    QueueCondition,
    SearchCondition,
    SearchMode,
    WeekdayHourCondition,
    at_least,
    at_most,
    exactly,
    has_key,
    has_masked_key,
    has_notes,
    in_hour_of_week,
    in_queue,
    masked_payload_matches,
    payload_matches,
    was_requeued,
)
from dlq.filters.pattern import PatternCondition, PatternField, in_pattern
from dlq.filters.status import ANY, STATUSES, StatusCondition, has_status, left_by, requeued_by, returned_from
from dlq.filters.weekday_hour import WeekdayHourField
from dlq.models import BackfillDlq
from dlq.table.location import TABLE
from dlq.table.searched_text import WITHIN
from dlq.web.typed_times import EXAMPLES


def _failed(lookup: str, moment: datetime) -> Q:
    return Q(**{f"failed_at__{lookup}": moment})


class DlqParameters(django_filters.FilterSet):  # type: ignore[misc]
    q = SearchCondition(
        lambda _text: Q(),
        fields.Text(),
        label="Search",
        says="Contains",
        more=False,
        help_text="Words in error, reason, payload or key; or an entry's or a job's number. “A phrase” goes in quotes. "
        f"At most {search.MOST_WORDS} words; the first {WITHIN:,} characters of a failed job count.",
        placeholder="Search error, customer, key …",
    )
    q_by = SearchMode(
        lambda _mode: Q(),
        fields.OneOf(search.MODES),
        label="Search finds",
        says="Search finds",
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
    failed_after = Condition(
        lambda moment: _failed("gte", moment),
        fields.Moment(end_of_day=False),
        label="Failed from",
        says="Failed from",
        more=False,
        column="failed_at",
        help_text=f"A day, a time, or an age: {EXAMPLES}.",
        placeholder="From: 24h, a date",
    )
    failed_before = Condition(
        lambda moment: _failed("lte", moment),
        fields.Moment(end_of_day=True),
        label="Failed until",
        says="Failed until",
        more=False,
        column="failed_at",
        help_text=f"A day, a time, or an age: {EXAMPLES}.",
        placeholder="Until: 1h, a date",
    )
    payload = PayloadCondition(
        payload_matches,
        masked_payload_matches,
        fields.PayloadField(),
        label="Payload has",
        says="Payload has",
        help_text="Path and value: customer_id=42, order.id=7.",
        placeholder="customer_id=42",
    )
    weekday_hour = WeekdayHourCondition(
        in_hour_of_week,
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
    has_notes = Condition(has_notes, fields.YesNo(), label="Has notes", says="Has notes:")
    requeued_by = Condition(
        requeued_by,
        fields.Number(),
        label="Requeued by operation",
        says="Requeued by operation",
        column="id",
        help_text="Its number.",
    )
    returned_from = Condition(
        returned_from,
        fields.Number(),
        label="Came back from operation",
        says="Came back from operation",
        column="id",
        help_text="Its number: what its requeued jobs failed again as.",
    )
    left_by = Condition(
        left_by,
        fields.Number(),
        label="Skipped by operation",
        says="Skipped or failed in operation",
        column="id",
        help_text="Its number: what it skipped, or failed to act on.",
    )

    class Meta:
        model = BackfillDlq
        fields: list[str] = []


def extra_parameter(column: str) -> str:
    """The parameter of an extra column: its name, `col_<name>` where a filter or the list has that one already."""
    taken = column in DlqParameters.base_filters or column in NOT_FILTERS
    return f"col_{column}" if taken else column
