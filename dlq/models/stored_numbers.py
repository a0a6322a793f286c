"""Numbers that are kept: how much was ever done, and what is in the table, since counting it reads all of it."""

from __future__ import annotations

from django.db import models


class TallyPart(models.Model):
    """A part of a sum: what one statement added to it. A sum is that of all its parts.

    Two triggers (migration 0007) append the parts, a row for each statement and not for each row, in the transaction of what
    they count, whoever it is that changes the records: so a sum is exact at any moment and for any snapshot. Nobody waits for
    anybody, as it would be with one row for each sum that operations side by side all have to update. The caretaker folds the
    parts into one (`dlq.monitoring.tallies`), also in one transaction. Deleting records changes no sum.
    """

    class Name(models.TextChoices):
        DONE = "done", "entries that operations acted on, by kind"
        ENDED = "ended", "requeues that ended, by outcome"

    name = models.CharField(max_length=10, choices=Name.choices)
    label = models.CharField(max_length=20)
    """The kind of an operation, or an outcome."""
    number = models.BigIntegerField()
    """Below zero where an outcome changed to another one."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.label}: {self.number:+}"


class TableSnapshot(models.Model):
    """What `dlq_stats`, the library's numbers of the whole table, gave at `as_of`. Only the newest is kept."""

    as_of = models.DateTimeField()
    seconds = models.FloatField()
    """How long counting took."""
    total_jobs = models.BigIntegerField()
    unique_tasks = models.BigIntegerField()
    unique_queues = models.BigIntegerField()
    avg_failure_count = models.FloatField()
    total_requeued = models.BigIntegerField()
    oldest_failure = models.DateTimeField(null=True)
    newest_failure = models.DateTimeField(null=True)
    oldest_not_requeued = models.DateTimeField(null=True)
    task_breakdown = models.JSONField(default=list)
    """The tasks with the most entries, as [task, number] pairs: more of them than the library lists."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.total_jobs} at {self.as_of}"
