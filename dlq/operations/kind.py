"""The protocol of a kind of operation: what one says and does. Each kind is a folder of `operations/kinds/`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from dlq.models import BulkOperation
from dlq.operations.batch import Batch, BatchFinder, next_batch
from dlq.operations.chunk import ChunkResult
from dlq.operations.forms import ConfirmForm
from dlq.operations.reasons import Wording
from dlq.table.writable import why_refused
from dlq.web.permissions import sees_entries


@dataclass(frozen=True)
class FollowUp:
    """A button on an operation's page by which another operation begins."""

    name: str
    """Of the button, as it is posted."""
    begins: str
    """The name of the other operation's kind, whose permission it needs."""
    label: Callable[[BulkOperation, Counter[str]], str]
    """What the button says, given the operation and how many of its jobs are in which state; "" where it is not offered."""
    filter: Callable[[BulkOperation], list[tuple[str, str]]] | None = None
    """What the confirmation page selects. None: it undoes what this operation did, at once."""
    of_problems: bool = False
    """Whether it is about what the operation skipped or failed to do, and is shown there."""
    beside: Callable[[BulkOperation], str] = lambda _operation: ""
    """Markup beside the button, for those who may see entries."""


class Kind(ABC):
    """One kind of operation. What has no default here every kind must say."""

    name: ClassVar[str]
    """As it is stored, and as people call it: "requeue"."""
    permission: ClassVar[str]
    done: ClassVar[str]
    """What it did with an entry: "requeued"."""
    event: ClassVar[str] = ""
    """What an entry's history calls that, where it is called otherwise."""

    # Of those that are started from a confirmation page.
    verb: ClassVar[str] = ""
    """What is about to be done with the entries: "requeue"."""
    action: ClassVar[str] = ""
    """The name of the list's action; empty for a kind that is not started from the list."""
    action_label: ClassVar[str] = ""
    button: ClassVar[str] = ""
    """What the confirmation page's button says."""
    button_before_number: ClassVar[str] = ""
    """What it says before the number of several, where that is not the same."""
    is_destructive: ClassVar[bool] = False
    form: ClassVar[type[ConfirmForm]] = ConfirmForm
    preflight_template: ClassVar[str] = "dlq/operations/preflight.html"
    """Shows what `preflight` found."""
    preview_template: ClassVar[str] = ""
    """Shows the `preview`, of a kind that has one."""

    # Of its page and its records.
    reasons: ClassVar[Mapping[str, Wording]] = {}
    """Why it leaves entries as they were, beside what any kind may meet (`reasons.COMMON`)."""
    follow_ups: ClassVar[Sequence[FollowUp]] = ()
    makes_jobs: ClassVar[bool] = False
    """Whether its result is told by what becomes of its requeues' jobs."""

    # Of its work.
    settles_first: ClassVar[bool] = False
    """Whether it needs to know, at its beginning, which entries came back as others."""

    @abstractmethod
    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        """Do it with one chunk of locked entries, in the chunk's own transaction. Each id is accounted for."""

    def next_batch(self, operation: BulkOperation, finder: BatchFinder) -> Batch:
        """The next entries, locked: those of the table that the operation is about."""
        return next_batch(operation, finder)

    def may(self, user: Any) -> bool:
        """Whether this user may start, drive, pause and cancel it: nobody where nothing can be changed."""
        return bool(user.has_perm(self.permission)) and not why_refused(user)

    def may_confirm(self, user: Any) -> bool:
        """Whether this user may be shown its confirmation page, which shows entries, and send it."""
        return self.may(user) and sees_entries(user)

    def explanation(self) -> str:
        """A sentence for the confirmation page: what it means for the entries."""
        return ""

    def form_for(self, operation: BulkOperation, count: int | None, data: Any = None) -> ConfirmForm:
        """The form of the confirmation page for this operation, not begun yet; `data` is what was sent."""
        return self.form(count, data)

    def preview(self, operation: BulkOperation, samples: Sequence[int]) -> Any:
        """What would become of these entries, shown before the yes; None: nothing to show (yet)."""
        return None

    def preflight(self, operation: BulkOperation, seen: Sequence[int]) -> Any:
        """What the operation would meet, looked up for its confirmation page; None: nothing to say.

        `seen`: the ids that the page's overview saw, see Overview.
        """
        return None

    def facts(self, operation: BulkOperation) -> list[tuple[str, str]]:
        """The options that were chosen, as label and text, for the operation's page."""
        return []

    def together(self, entry_ids: Sequence[int]) -> Sequence[int]:
        """Of a kind that undoes others: the chosen entries, and those that it takes back with them."""
        return entry_ids

    def to_undo(self, operation: BulkOperation | None) -> int:
        """Of a kind that undoes others: how many entries there are to undo of that operation."""
        return 0
