"""Earlier lives of entries: what the same failure was before, as far as it is in the table."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from dlq.db.loader import inlined
from dlq.db.statements import rows, scalar
from dlq.models import BackfillDlq
from dlq.table.location import TABLE


def earlier_lives(ids: Iterable[int]) -> set[int]:
    """Of these entries, without themselves."""
    return {life for (life,) in rows(_statement(BackfillDlq.objects.filter(id__any_of=list(ids))))}


def count_earlier_lives(entries: QuerySet[BackfillDlq]) -> int:
    """Of all these entries, without themselves."""
    number: int = scalar(f"SELECT count(*) FROM ({_statement(entries)}) AS lives")  # noqa: S608 (a statement of ours)
    return number


def _statement(entries: QuerySet[BackfillDlq]) -> str:
    return TABLE.statement("outcomes/earlier_lives", entries=inlined(entries.values("id", "failed_at")))
