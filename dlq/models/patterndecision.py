"""What people decided about which failures are one pattern."""

from __future__ import annotations

from django.db import models

from dlq.models.failurepattern import FailurePattern


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
