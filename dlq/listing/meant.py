"""What somebody may have meant who searches: the task of nearly that name, the failed job of that number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from django.db.models import Q

from dlq.filters import DlqFilterSet
from dlq.filters.addresses import without_cursors
from dlq.filters.searching import search
from dlq.models import BackfillDlq
from dlq.monitoring.snapshot import newest_snapshot
from dlq.selection.suggestions import column_values
from dlq.table.location import TABLE
from dlq.web.query_strings import query_string

MOST = 3
LONGEST = 60
"""Characters: more are no name."""
ALIKE = 0.75
"""Of two names, as difflib measures it: one or two letters of ten are others."""

MOST_BY_NUMBER = 5
"""Entries that a number leads to: one by its own, and one each time that its job died."""


@dataclass(frozen=True)
class MeantTask:
    """A task, and the list with its filter in the place of the search. `count`: its failed jobs at `as_of`, where stored."""

    name: str
    query: str
    count: int | None
    as_of: datetime | None


def meant_tasks(filterset: DlqFilterSet) -> list[MeantTask]:
    """Those whose name has what was typed first, then those whose name is like it."""
    typed = _letters(" ".join(filterset.data.getlist("q")))
    if not 3 <= len(typed) <= LONGEST or not filterset.is_valid() or "task_identifier" in filterset.in_force:
        return []
    counts, as_of = _tasks()
    names = {_letters(name): name for name in counts}
    having = [letters for letters in names if typed in letters]
    alike = get_close_matches(typed, names, n=MOST, cutoff=ALIKE)
    return [
        MeantTask(name, _instead(filterset, name), counts[name], as_of)
        for name in (names[letters] for letters in [*dict.fromkeys([*having, *alike])][:MOST])
    ]


def _tasks() -> tuple[Mapping[str, int | None], datetime | None]:
    """The largest tasks with their numbers, as stored; without numbers, where nothing is stored."""
    if snapshot := newest_snapshot():
        return dict(snapshot.task_breakdown), snapshot.as_of
    return dict.fromkeys(column_values("task_identifier")), None


def _instead(filterset: DlqFilterSet, task: str) -> str:
    return query_string({"q": None, "q_by": None, "task_identifier": task}, without_cursors(filterset.data))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def entries_by_number(filterset: DlqFilterSet) -> list[BackfillDlq]:
    """Of a search for a number: the entries, or those of the jobs, that have it. Found wherever they are in the list."""
    number = search.Word(filterset.data.get("q", "").strip()).number
    if number is None or not filterset.state.has_many:
        return []
    wanted = Q(pk=number)
    if filterset.state.finds(TABLE.job_id_column):
        wanted |= Q(original_job_id=number)
    return list(BackfillDlq.objects.filter(wanted).only("task_identifier")[:MOST_BY_NUMBER])
