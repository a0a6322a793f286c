"""Failure patterns: what failures have in common, and what people wrote about it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from dlq.redaction.masked_columns import MaskedTextField


class FailurePattern(models.Model):
    """Failures of one task with the same fingerprint. It outlives its entries, with all that people wrote.

    Each row is a template, to which entries, sums and requeues point. A template that is `merged_into` another is a part of
    that one's pattern: the pointer is all that a merge changes, but for the counts and times, which the whole has.

    The counts and times are as of `ClassifierState.grouped_at`.
    """

    class State(models.TextChoices):
        NEW = "new", "new"
        KNOWN = "known", "known"
        MUTED = "muted", "muted"
        RESOLVED = "resolved", "resolved"
        RETURNED = "returned", "returned"

    class Advice(models.TextChoices):
        """Whether support staff may requeue it."""

        NONE = "", "no advice yet"
        YES = "yes", "safe to requeue"
        ASK = "ask", "ask before you requeue"
        NO = "no", "do not requeue"

    task_identifier = models.CharField("task", max_length=200)
    version = models.SmallIntegerField()
    """Of the rules that made the fingerprint."""
    fingerprint = models.CharField(max_length=32)
    title = MaskedTextField()
    sample_text = MaskedTextField()
    """The error of the entry that the pattern was made of, as much of it as was looked at."""
    sample_is_json = models.BooleanField()
    sample_reason = MaskedTextField()
    sample_entry_id = models.BigIntegerField()
    sample_values = ArrayField(models.TextField(), default=list, db_default=[])
    """Values of its job's payload that its error has: what the payload says is a value was read as one."""
    kind = ArrayField(models.TextField(), default=list, db_default=[])
    """Exception, codes and place: templates in which these differ are never merged by themselves."""
    words = MaskedTextField(default="", db_default="")
    """The message without what changes, for the comparison with other templates."""
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    queues = ArrayField(models.TextField(), default=list)
    """In which it was seen; at most MOST_QUEUES."""
    entry_count = models.BigIntegerField("failed jobs", default=0)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    """The pattern that this one is a part of."""
    whole_id = models.GeneratedField(
        expression=Coalesce("merged_into", "id"), output_field=models.BigIntegerField(), db_persist=True
    )
    """The pattern that this template belongs to, for SQL; the column follows the pointer by itself."""
    placed_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    """Who said where this template belongs; empty where the rules did. What people said the rules leave alone."""

    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    muted_until = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    assignee = models.CharField(max_length=150, blank=True, db_column="owner")
    """A name, kept when the user is gone."""
    advice = models.CharField(max_length=3, choices=Advice.choices, default=Advice.NONE, blank=True)
    advice_text = models.TextField(blank=True)
    runbook_url = models.URLField("runbook", max_length=1000, blank=True)
    notes = models.TextField(blank=True)
    edit_number = models.IntegerField(default=0)
    """Counts what people saved, so that the second of two who edit at once is told."""
    edited_by = models.CharField(max_length=150, blank=True)
    edited_at = models.DateTimeField(null=True)

    MOST_QUEUES = 20

    class Meta:
        verbose_name = "failure pattern"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("version", "fingerprint"), name="dlq_one_pattern_per_fingerprint"),
        )
        indexes = (
            models.Index(fields=("-entry_count", "id"), name="dlq_patterns_by_number"),
            models.Index(fields=("-first_seen", "id"), name="dlq_patterns_by_age"),
            models.Index(fields=("task_identifier",), name="dlq_patterns_of_task"),
            models.Index(fields=("whole_id",), name="dlq_templates_of_pattern"),
        )

    def __str__(self) -> str:
        return str(self.title)

    @property
    def whole(self) -> FailurePattern:
        """The pattern that this template belongs to."""
        return self.merged_into or self

    @property
    def is_set_apart(self) -> bool:
        """Whether people took it out of another pattern: the rules put nothing into it and it into nothing."""
        return bool(self.placed_by) and self.merged_into_id is None

    @property
    def is_muted(self) -> bool:
        return self.state == self.State.MUTED and bool(self.muted_until and self.muted_until > timezone.now())

    @property
    def runbook(self) -> str:
        """The address to link to: whatever else got into the column, by whatever way, is none."""
        return self.runbook_url if self.runbook_url.startswith(("http://", "https://")) else ""

    @property
    def has_advice(self) -> bool:
        return bool(self.advice or self.advice_text)


class EntryPattern(models.Model):
    """Into which pattern an entry was grouped, as it was when it failed at `failed_at`.

    No foreign keys in the database: the entry's row may vanish by others' hands, and a pattern is never deleted.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    pattern = models.ForeignKey(FailurePattern, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    failed_at = models.DateTimeField()
    version = models.SmallIntegerField()
    is_counted = models.BooleanField(default=True, db_default=True)
    """Whether the counts have it. They leave out what recovered and earlier lives of chains, as far as that was met."""

    class Meta:
        default_permissions = ()
        indexes = (
            models.Index(fields=("pattern", "failed_at"), name="dlq_entries_of_pattern"),
            # For the statistics of a period. Not BRIN: pages that entries left are filled again by others' times.
            models.Index(fields=("failed_at",), name="dlq_entries_by_time"),
        )

    def __str__(self) -> str:
        return f"entry {self.entry_id}: pattern {self.pattern_id}"


class CoarseKey(models.Model):
    """The answer that is remembered for a coarse key; only a cache, whatever is missing is worked out again."""

    key = models.UUIDField(primary_key=True)
    pattern = models.ForeignKey(FailurePattern, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.key}: pattern {self.pattern_id}"


class PatternHour(models.Model):
    """How many of a pattern's entries failed in one hour (UTC): EntryPattern summed up, kept in step with it."""

    pattern = models.ForeignKey(FailurePattern, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    hour = models.DateTimeField()
    entries = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("pattern", "hour"), name="dlq_one_number_per_hour"),)

    def __str__(self) -> str:
        return f"pattern {self.pattern_id}, {self.hour}: {self.entries}"


class RequeuePattern(models.Model):
    """The pattern that an entry had when it was requeued: it tells whether requeueing helps, also when the entry is gone."""

    requeue_id = models.BigIntegerField(primary_key=True)
    pattern = models.ForeignKey(FailurePattern, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=("pattern", "-requeue_id"), name="dlq_requeues_of_pattern"),)

    def __str__(self) -> str:
        return f"requeue {self.requeue_id}: pattern {self.pattern_id}"


class PatternDecision(models.Model):
    """A merge or a split, with what it takes to undo it. It only adds to what the templates' pointers say."""

    class Kind(models.TextChoices):
        MERGE = "merge", "merged"
        SPLIT = "split", "split"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    whole = models.ForeignKey(FailurePattern, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    """The pattern that took the other one in, or that was split."""
    part = models.ForeignKey(FailurePattern, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    """The one that became a part, or that was split off."""
    placed_before = models.JSONField()
    """Who had placed each of the templates that were moved, or set apart, before: {template: placed_by}."""
    written_before = models.JSONField(null=True)
    """What was written about the whole before a merge joined it with what was written about the part."""
    written_after = models.JSONField(null=True)
    actor = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    undone_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} of {self.whole_id} and {self.part_id}, by {self.actor}"


class ClassifierState(models.Model):
    """How far the classifier has come: one row, locked by the process that groups."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.SmallIntegerField()
    newest_through = models.DateTimeField(null=True)
    """All entries that failed up to then were met, but for those that were committed later."""
    late_after = models.DateTimeField(null=True)
    late_after_id = models.BigIntegerField(default=-(2**63))
    """How far the look for those committed late has come within the last minutes; null: it begins anew."""
    sweep_below = models.BigIntegerField(null=True)
    """The sweep over all entries goes down by id, again and again; null: it begins anew."""
    has_swept = models.BooleanField(default=False)
    """Whether one sweep was completed by the present rules: until then older entries lack a pattern."""
    orphans_after = models.BigIntegerField(default=0)
    requeues_after = models.BigIntegerField(default=0)
    grouped_at = models.DateTimeField(null=True, db_column="sorted_at")

    class Meta:
        default_permissions = ()
        db_table = "dlq_sortingstate"

    def __str__(self) -> str:
        return f"grouped at {self.grouped_at}"
