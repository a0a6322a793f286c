"""When each of the caretaker's duties was done last, and with what success."""

from __future__ import annotations

from django.db import models

from dlq.redaction.masked_columns import MaskedTextField


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
