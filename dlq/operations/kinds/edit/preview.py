"""What an edit would make of some of its entries, shown before anybody says yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.bisection import unless_refused
from dlq.db.limits import in_time
from dlq.db.statements import array, rows
from dlq.operations.kinds.edit.changes import Edit
from dlq.operations.kinds.edit.editing import edit_statement
from dlq.web.text_diff import DiffLine, diff

SHOWN_CHARACTERS = 64 * 1024
"""Of each payload: what lies behind is edited, and not shown."""
SECONDS = 2.0


@dataclass(frozen=True)
class EditedSample:
    """One entry's payload before and after, masked; no lines where nothing changes or a path is not there."""

    entry_id: int
    lines: list[DiffLine]
    lacks_path: bool
    is_kept: bool
    """Something in it is masked for the person, so nothing is told of it."""
    is_changed: bool
    """Also where that is masked."""
    is_cut: bool


@dataclass(frozen=True)
class EditPreview:
    edit: Edit
    samples: list[EditedSample]

    @property
    def changes_nothing(self) -> bool:
        return not any(sample.is_changed for sample in self.samples)


def preview_of(edit: Edit, ids: Sequence[int], *, sees_all: bool) -> EditPreview:
    """Of these entries, in their order; without samples where they can't be looked up in time.

    `sees_all`: for somebody who may edit what is masked.
    """
    return EditPreview(edit, in_time(SECONDS, lambda: _samples(edit, ids, sees_all)) or [])


def _samples(edit: Edit, ids: Sequence[int], sees_all: bool) -> list[EditedSample]:
    parameters = {"ids": array(ids), "most": SHOWN_CHARACTERS, "sees_all": sees_all, **edit.parameters}
    found = unless_refused(lambda: rows(edit_statement("operations/kinds/edit/preview"), parameters))
    return [
        EditedSample(
            entry,
            diff(before, after) if is_changed else [],
            lacks_path=after is None,
            is_kept=is_kept,
            is_changed=is_changed,
            is_cut=bool(is_cut),
        )
        for entry, before, after, is_kept, is_changed, is_cut in found or ()
    ]
