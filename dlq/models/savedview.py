"""Views of the list that people keep: a filter with the order, the columns and the number of rows."""

from __future__ import annotations

from django.db import models


class SavedView(models.Model):
    """A view under a name; its owner's own, or for all who may see the list.

    Owners are names, as elsewhere: users may be in another database.
    """

    owner = models.CharField(max_length=200)
    name = models.CharField(max_length=60)
    query = models.TextField()
    """The query string of the list."""
    is_shared = models.BooleanField(default=False, db_default=False)

    class Meta:
        default_permissions = ()
        permissions = (("share_savedview", "Can share views of the list with everybody"),)
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="dlq_view_of_owner"),)

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view that a person's list opens with."""

    owner = models.CharField(max_length=200, primary_key=True)
    view = models.CharField(max_length=40)
    """The number of a saved view, or the key of a ready-made one."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.owner}: {self.view}"
