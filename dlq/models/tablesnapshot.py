"""The library's numbers of the whole table, kept because counting them reads all of it."""

from __future__ import annotations

from django.db import models


class TableSnapshot(models.Model):
    """What `dlq_stats` gave at `as_of`. Only the newest is kept."""

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
