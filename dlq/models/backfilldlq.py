"""An entry of the dead letter queue: a thin view of a table that the `backfill` library owns."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db import models

from dlq.redaction.masked_columns import MaskedCharField, MaskedJSONField, MaskedTextField
from dlq.table.location import TABLE

LONGEST_INTEGER = 4_000
"""Digits; Python's own limit is a little above."""


class RawJson(str):
    """The text of a JSON document that Python can't read: it is nested too deeply."""


class ExactDecoder(json.JSONDecoder):
    """Reads 10.00 as Decimal("10.00"): a float would lose digits. An integer of more digits than Python reads is one, too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, parse_int=_integer, **options)

    def decode(self, s: str, *options: Any) -> Any:
        try:
            return super().decode(s, *options)
        except RecursionError:
            return RawJson(s)


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= LONGEST_INTEGER else Decimal(digits)


class BackfillDlq(models.Model):
    """One failed job. docs/table.md explains the columns. What may hold a secret is read masked, wherever a query names it."""

    id = models.BigAutoField(primary_key=True)
    original_job_id = models.BigIntegerField("job id", null=True, db_column=TABLE.job_id_column)
    task_identifier = models.CharField("task", max_length=200)
    payload = MaskedJSONField(decoder=ExactDecoder)
    queue_name = models.CharField("queue", max_length=100, default="default")
    priority = models.IntegerField(default=0)
    job_key = MaskedCharField("key", max_length=200, null=True)
    max_attempts = models.IntegerField(null=True)
    failure_reason = MaskedTextField()
    failure_count = models.IntegerField("failures", default=1)
    last_error = MaskedJSONField(null=True, decoder=ExactDecoder)
    original_created_at = models.DateTimeField("created at", null=True)
    original_run_at = models.DateTimeField("due at", null=True)
    failed_at = models.DateTimeField()
    requeued_count = models.IntegerField("requeues", default=0)
    last_requeued_at = models.DateTimeField(null=True)
    notes = MaskedTextField(null=True)

    class Meta:
        managed = False
        db_table = TABLE.db_table
        ordering = ("-failed_at", "-id")
        verbose_name = "failed job"
        verbose_name_plural = "failed jobs"
        default_permissions = ("view", "delete")
        permissions = (
            ("annotate_backfilldlq", "Can write notes on failed jobs"),
            ("requeue_backfilldlq", "Can requeue failed jobs"),
            ("export_backfilldlq", "Can export failed jobs"),
            ("see_redacted_backfilldlq", "Can see what is masked in failed jobs"),
        )

    def __str__(self) -> str:
        return f"{self.task_identifier} #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refused: the row is written in SQL.

        Saving the instance would print the payload again (10.00 becomes 10.0) and overwrite counts raised meanwhile.
        """
        raise TypeError("A dead letter entry is not saved through its model; use dlq.client.")
