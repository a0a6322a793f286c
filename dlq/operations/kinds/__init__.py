"""The registry of the kinds of operations. A further kind is one more folder here and one more line in KINDS."""

from __future__ import annotations

from django.utils.text import capfirst

from dlq.models import BulkOperation
from dlq.operations.kind import Kind
from dlq.operations.kinds.delete import DeleteKind
from dlq.operations.kinds.edit import EditKind
from dlq.operations.kinds.note import NoteKind
from dlq.operations.kinds.put_back import PutBackKind
from dlq.operations.kinds.recall import RecallKind
from dlq.operations.kinds.requeue import RequeueKind
from dlq.operations.kinds.restore import RestoreKind
from dlq.operations.reasons import COMMON, Reason, Wording

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (RequeueKind(), EditKind(), DeleteKind(), NoteKind(), RestoreKind(), RecallKind(), PutBackKind())
}
"""By name, in the order in which the list offers them."""


class UnknownKind(Exception):
    """The operation is of a kind that this version does not have."""


def kind_of(operation: BulkOperation) -> Kind:
    """Raises UnknownKind."""
    try:
        return KINDS[operation.kind]
    except KeyError:
        raise UnknownKind(f"This version knows no operation “{operation.kind}”.") from None


def event_of(kind: str) -> str:
    """What the history of an entry calls an operation of this kind."""
    return capfirst(KINDS[kind].event) if kind in KINDS and KINDS[kind].event else done_to(kind)


def done_to(kind: str) -> str:
    """What an operation of this kind did with an entry, as the beginning of a sentence: "Requeued"."""
    return capfirst(KINDS[kind].done if kind in KINDS else f"{kind} done")


def in_words(reason: Reason) -> str:
    """Why one entry was left as it was."""
    return _wording(reason.code).one.format(about=reason.about)


def summary(code: str) -> str:
    """The reason in words that fit many entries."""
    wording = _wording(code)
    return wording.many or wording.one


def wordings() -> dict[str, Wording]:
    """Of every code that some kind gives."""
    return COMMON | {code: wording for kind in KINDS.values() for code, wording in kind.reasons.items()}


def _wording(code: str) -> Wording:
    for known in (COMMON, *(kind.reasons for kind in KINDS.values())):
        if code in known:
            return known[code]
    return Wording(f"for a reason that this version does not know ({code})")
