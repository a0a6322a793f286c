"""How far the caretaker has come with each of its duties, and when each was done last, with what success."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models

from dlq.db.database import atomic
from dlq.redaction.masked_columns import MaskedTextField


class DutyProgress(models.Model):
    """How far one duty has come. The process that holds its row locked does the duty; others leave it to that one."""

    duty = models.CharField(max_length=40, primary_key=True)
    reached = models.DateTimeField(null=True)
    """Everything up to this time (by the database's clock) has been looked at."""
    after = models.BigIntegerField(default=0)
    """The highest id looked at, of a duty that goes round by ids; 0: it begins anew."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.duty

    @staticmethod
    @contextmanager
    def locked(duty: str) -> Iterator[DutyProgress | None]:
        """The duty's row, locked in a transaction; None while somebody else has it."""
        DutyProgress.objects.bulk_create([DutyProgress(pk=duty)], ignore_conflicts=True)
        with atomic():
            yield DutyProgress.objects.select_for_update(skip_locked=True).filter(pk=duty).first()


class DutyRun(models.Model):
    """The last run of one duty, by whichever caretaker did it. Written once it is over, successful runs now and then only."""

    duty = models.CharField(max_length=40, primary_key=True)
    began_at = models.DateTimeField()
    seconds = models.FloatField()
    """How long it took."""
    amount = models.BigIntegerField(default=0)
    """How much it did."""
    failures = models.IntegerField(default=0)
    """In a row, up to and with this run."""
    error = MaskedTextField(blank=True)
    """Of the last run that failed, also when it has succeeded since."""
    failed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    """When the caretaker that did it is going to do it again."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.duty
