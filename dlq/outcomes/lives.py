"""The lives of chains: which entries are one failure with others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from dlq.db.loader import inlined
from dlq.db.statements import array, rows, scalar
from dlq.models import BackfillDlq, ChainLife
from dlq.table.location import TABLE


def earlier_lives(ids: Iterable[int]) -> set[int]:
    """In the table, of these entries, without themselves."""
    entries = "SELECT e.id, e.failed_at FROM {table} e WHERE e.id = ANY (%(ids)s)".format(**TABLE.names)
    return {life for (life,) in rows(TABLE.statement("outcomes/earlier_lives", entries=entries), {"ids": array(ids)})}


def count_earlier_lives(entries: QuerySet[BackfillDlq]) -> int:
    """In the table, of all these entries, without themselves."""
    chosen = inlined(entries.values("id", "failed_at"))
    number: int = scalar(f"SELECT count(*) FROM ({TABLE.statement('outcomes/earlier_lives', entries=chosen)}) AS lives")
    return number


def other_lives(entries: Sequence[int]) -> list[int]:
    """The other lives of these entries' chains, wherever they are."""
    chains = ChainLife.objects.filter(entry_id__any_of=list(entries)).values("chain")
    others = ChainLife.objects.filter(chain__in=chains).order_by("entry_id").values_list("entry_id", flat=True)
    return [life for life in others if life not in set(entries)]
