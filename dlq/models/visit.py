"""Since when a person wants to be told what happened: what the start page begins with."""

from __future__ import annotations

from django.db import models


class Visit(models.Model):
    """One for each person. Names, as of actors: users may be in another database."""

    person = models.CharField(max_length=200, primary_key=True)
    logged_in_at = models.DateTimeField(null=True)
    logged_in_before_at = models.DateTimeField(null=True)
    """The log-in before that."""
    seen_at = models.DateTimeField(null=True)
    """When they last said that they had seen what was new."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.person
