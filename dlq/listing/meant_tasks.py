"""Tasks that somebody may have meant who typed something like their name into the search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from dlq.filters import DlqFilterSet
from dlq.filters.addresses import without_cursors
from dlq.monitoring.snapshot import newest_snapshot
from dlq.selection.suggestions import column_values
from dlq.web.query_strings import query_string

MOST = 3
LONGEST = 60
"""Characters: more are no name."""
ALIKE = 0.75
"""Of two names, as difflib measures it: one or two letters of ten are others."""


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
