"""What people did: an operation on one or many entries, and what it did with each."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from dlq.db.bigint import LEAST_ID
from dlq.models.requeueoptions import RequeueOptions
from dlq.redaction.masked_columns import MaskedTextField

DRIVER_SEEN_FOR = timedelta(seconds=15)
"""An operation that nobody advanced for so long has no driver: its page is closed and no caretaker runs."""


def kind_in_words(kind: str) -> str:
    """A kind's name as people say it: "put back"."""
    return kind.replace("_", " ")


class BulkOperation(RequeueOptions):
    """Something done to many entries (a requeue, a delete, …), frozen when its confirmation page was shown.

    It acts on the entries that match `filter` (or are in `entry_ids`), with an id up to `max_id`, failed up to
    `frozen_at`; a restore or a recall acts on what the operation that it `undoes` did. `cursor` is the highest id done (null:
    none is): the work continues behind it, by any driver.

    The records of single entries refer to it without a constraint in the database: an operation is deleted only after all
    of them (`dlq.caretaker.pruning`), and PostgreSQL would look it up anew for each of a million rows.
    """

    class State(models.TextChoices):
        RUNNING = "running", "running"
        WATCHING = "watching", "watching the first ones"
        PAUSED = "paused", "paused"
        CANCELLED = "cancelled", "cancelled"
        DONE = "done", "done"

    UNDER_WAY = (State.RUNNING, State.WATCHING)
    """The states in which there is something for a driver to do."""

    confirmation = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    """Of the confirmation page: a page posted twice names the same operation."""
    kind = models.CharField(max_length=20)
    """The name of one of `dlq.operations.kinds.KINDS`."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.RUNNING)
    state_reason = models.TextField(blank=True)
    """Why it is paused or cancelled, or what it waits for, in a sentence with the name of the person who did it."""
    filter = models.JSONField(default=list)
    """The list's filter as [name, value] pairs, times absolute; in force where `entry_ids` is null."""
    sees_all = models.BooleanField(default=False, db_default=False)
    """Whether whoever confirmed it may see what is masked: the filter looks into that, and payloads that have it are edited."""
    entry_ids = ArrayField(models.BigIntegerField(), null=True)
    max_id = models.BigIntegerField()
    frozen_at = models.DateTimeField()
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    """The delete that a restore undoes, the requeue that a recall undoes."""
    actor = models.CharField(max_length=200)
    """Who: a name, kept when the user is gone; `os:<user>` for the command line."""
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    """Appended to the notes of each entry the operation acts on."""
    replace_notes = models.BooleanField(default=False)
    """Of a note: it takes the place of what the notes said. What they said is kept in the entry's history."""
    leaves_earlier_lives = models.BooleanField(default=False, db_default=False)
    """Of a delete: earlier lives of what it deletes stay, and stand again."""
    payload_edit = models.JSONField(null=True)
    """Of an edit: what it does to payloads, as `dlq.operations.kinds.edit.changes` reads it. JSON in it is text: exact."""
    against_advice = models.BooleanField(default=False, db_default=False)
    """Whether a pattern's advice was not to do it, and the person did it all the same; `reason` says why."""
    expected = models.BigIntegerField(null=True)
    """The number that the confirmation page showed; null where it did not know it."""
    cursor = models.BigIntegerField(null=True)
    done_count = models.BigIntegerField("done", default=0)
    skipped_count = models.BigIntegerField("skipped", default=0)
    failed_count = models.BigIntegerField("failed", default=0)
    along_count = models.BigIntegerField(default=0, db_default=0)
    """Of those done: earlier lives of others, which a delete took along. Who confirmed it counted the others."""
    work_seconds = models.FloatField(default=0.0)
    """Time that its chunks took, pauses left out."""
    created_at = models.DateTimeField(auto_now_add=True)
    advanced_at = models.DateTimeField(null=True)
    """When somebody last worked on it or looked after it."""
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = "operation"
        default_permissions = ("view",)
        indexes = (
            models.Index(
                fields=("id",), name="dlq_operation_under_way", condition=models.Q(state__in=("running", "watching"))
            ),
            models.Index(fields=("created_at",), name="dlq_operation_when"),
        )

    def __str__(self) -> str:
        return f"{self.kind_in_words} #{self.pk}"

    @property
    def kind_in_words(self) -> str:
        return kind_in_words(self.kind)

    @property
    def stamped_note(self) -> str:
        """The note as it is appended: with the time (UTC) and the name of the person who wrote it."""
        return f"{self.created_at:%Y-%m-%d %H:%M} UTC, {self.actor}: {self.note}"

    @property
    def failures_done(self) -> int:
        """Of the failed jobs that were counted before it began: an earlier life that went along is the same failure."""
        return self.done_count - self.along_count

    @property
    def handled_count(self) -> int:
        return self.failures_done + self.skipped_count + self.failed_count

    @property
    def next_id(self) -> int:
        """The lowest id that is not done yet; one more than there are where the last of all is done."""
        return LEAST_ID if self.cursor is None else self.cursor + 1

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.CANCELLED)

    @property
    def waits_for_a_driver(self) -> bool:
        last = self.advanced_at or self.created_at
        return self.is_under_way and timezone.now() - last > DRIVER_SEEN_FOR


class OperationEntry(models.Model):
    """What an operation did with one entry, where no other record says it.

    A requeued entry has a `Requeue`, a noted one an `EntryNote`, a deleted one a `DeletedEntry` as long as it is in the
    trash; this tells of what left the trash, of recalls, and of everything skipped or failed, with the reason.
    """

    class Result(models.TextChoices):
        DONE = "done", "done"
        SKIPPED = "skipped", "skipped"
        FAILED = "failed", "failed"

    operation = models.ForeignKey(
        BulkOperation, on_delete=models.CASCADE, related_name="entries", db_index=False, db_constraint=False
    )
    entry_id = models.BigIntegerField()
    result = models.CharField(max_length=10, choices=Result.choices)
    code = models.CharField(max_length=40, blank=True)
    """Why it was left as it was: a code that the operation's kind gives (`dlq.operations.reasons`)."""
    about = MaskedTextField(blank=True)
    """What the reason's sentence names: a job, an entry, a column, the database's words."""
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("operation", "entry_id"), name="dlq_one_result_per_entry"),)
        indexes = (models.Index(fields=("entry_id",), name="dlq_result_of_entry"),)

    def __str__(self) -> str:
        return f"entry {self.entry_id}: {self.result}"
