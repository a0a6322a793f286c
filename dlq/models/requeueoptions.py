"""How an operation requeues: what the person chose on the confirmation page. Null keeps what the entry says."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

CANARY_MINUTES = 15


class RequeueOptions(models.Model):
    """The columns of an operation that only a requeue uses."""

    class KeyPolicy(models.TextChoices):
        """What a requeue does with an entry whose key a job in the queue already has."""

        SKIP = "skip", "skip the entry and report it"
        REPLACE = "replace", "replace the job that has the key"
        DROP = "drop", "requeue without the key"

    key_policy = models.CharField(max_length=20, choices=KeyPolicy.choices, default=KeyPolicy.SKIP)
    also_other_tasks = models.BooleanField(db_default=False)
    """Whether a job that is replaced may be one of another task."""
    also_on_their_way = models.BooleanField(default=False)
    """Also entries whose job of an earlier requeue still waits, runs or is tried again."""
    also_recovered = models.BooleanField(default=False)
    """Also entries whose job of an earlier requeue has run and did not come back."""
    run_at = models.DateTimeField(null=True)
    """When the jobs (with `spread`: the first of them) become due; null: at once."""
    spread = models.DurationField(null=True)
    """The period over which `expected` jobs become due one after the other."""
    next_run_at = models.DateTimeField(null=True)
    """Before this the next job is not due: jobs of later chunks come after those of earlier ones, also with a `run_at`.
    With `spread` the rest still comes at the same pace after a pause, not all at once."""
    priority = models.SmallIntegerField(null=True)
    queue_name = models.CharField(max_length=128, null=True)
    """"" is no queue: the jobs run beside each other."""
    max_attempts = models.SmallIntegerField(null=True)
    canary_size = models.IntegerField(null=True)
    """Requeue so many first, the oldest, and continue only when enough of them have succeeded."""
    canary_needed = models.IntegerField(null=True)
    canary_minutes = models.IntegerField(default=CANARY_MINUTES)
    """How long to wait for them, counted from when the last of them is due."""
    watching_since = models.DateTimeField(null=True)
    """When the first ones had been requeued. Set for good: it also says that the canary has been sent."""

    class Meta:
        abstract = True

    @property
    def step(self) -> timedelta:
        """The time between two jobs of a spread requeue."""
        expected: int | None = getattr(self, "expected", None)
        return self.spread / max(expected or 1, 1) if self.spread else timedelta()

    @property
    def canary_left(self) -> int | None:
        """How many of the first ones are still to be requeued; None where all are allowed."""
        if not self.canary_size or self.watching_since:
            return None
        done: int = getattr(self, "done_count", 0)
        return max(self.canary_size - done, 0)
