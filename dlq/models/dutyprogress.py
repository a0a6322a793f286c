"""How far the caretaker has come with each of its duties."""

from __future__ import annotations

from django.db import models


class DutyProgress(models.Model):
    """How far one duty has come. The process that holds its row locked does the duty; others leave it to that one."""

    duty = models.CharField(max_length=40, primary_key=True)
    reached = models.DateTimeField(null=True)
    """Everything up to this time (by the database's clock) has been looked at."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.duty
