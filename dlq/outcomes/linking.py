"""Links entries into chains: each with the entry from whose requeue its job came, as our own records tell."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from dlq.db.statements import array, database_now, dicts, execute, rows, scalar
from dlq.models import DutyProgress
from dlq.table.location import TABLE

DUTY = "link earlier requeues"
REQUEUES_A_STATEMENT = 5_000
LOCK = "SELECT pg_advisory_xact_lock(hashtext('dlq.chains'))"
"""Of two who link at once the second would call a chain by a life that is its first no more."""


def link_arrivals(since: Any) -> None:
    """Link what failed since then; in a transaction."""
    arrived = (
        "SELECT e.id, e.{job_id} AS job_id FROM {table} e WHERE e.failed_at >= %(since)s AND e.{job_id} IS NOT NULL"
    )
    _link(arrived.format(**TABLE.names), {"since": since})


def link_entries(ids: Iterable[int]) -> None:
    """Link these entries, whenever they failed: before one of them is deleted, say. In a transaction."""
    entries = "SELECT e.id, e.{job_id} AS job_id FROM {table} e WHERE e.id = ANY (%(ids)s) AND e.{job_id} IS NOT NULL"
    _link(entries.format(**TABLE.names), {"ids": array(ids)})


def _link(entries: str, parameters: Mapping[str, Any]) -> None:
    links = TABLE.statement("outcomes/new_links", entries=entries)
    # Mostly there are none, and then there is nothing to lock.
    if scalar(f"SELECT EXISTS ({links})", parameters):
        rows(LOCK)
        execute(TABLE.statement("outcomes/link_lives", links=links), parameters)


def link_earlier(deadline: float) -> None:
    """Link what came back before there were chains, once, as far as its requeues say: a slice of them in a transaction."""
    while time.monotonic() < deadline and not DutyProgress.objects.filter(pk=DUTY, reached__isnull=False).exists():
        with DutyProgress.locked(DUTY) as progress:
            if progress is None:
                return
            parameters = {"after": progress.after, "limit": REQUEUES_A_STATEMENT}
            (found,) = dicts(TABLE.statement("outcomes/stored_links"), parameters)
            if found["lives"]:
                stored = "SELECT * FROM unnest(%(lives)s::bigint[], %(before)s::bigint[]) AS stored (life, before)"
                rows(LOCK)
                execute(TABLE.statement("outcomes/link_lives", links=stored), found)
            progress.after = found["after"] or progress.after
            # What comes back from now on is linked when it arrives.
            progress.reached = database_now() if found["scanned"] < REQUEUES_A_STATEMENT else None
            progress.save(update_fields=("after", "reached"))
