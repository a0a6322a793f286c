"""Chains: entries that are one failure, since each of them is what a requeued job of another one came back as."""

from __future__ import annotations

from django.db import models


class ChainLife(models.Model):
    """That an entry is a life of a chain, as our own records of requeues tell. Entries in no chain have no row.

    Which life stands for all is not stored: of those that are in the table the one that failed last. Where it vanishes, by
    whose hands ever, the one before stands again. No foreign keys: the entry's row may vanish at any time.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    chain = models.BigIntegerField()
    """The entry of the first life, as far as is known."""
    created_at = models.DateTimeField()
    """When the link was found."""

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=("chain", "entry_id"), name="dlq_lives_of_chain"),)

    def __str__(self) -> str:
        return f"entry {self.entry_id} of chain {self.chain}"
