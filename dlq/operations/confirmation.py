"""What a confirmation page freezes, and the signed token that carries it until the person says yes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from dlq.db.bigint import LEAST_ID
from dlq.db.statements import dicts
from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation
from dlq.table.location import TABLE

SALT = "dlq.confirmation"
VALID_FOR = timedelta(days=1)
"""Long enough for a page left open over a shift; what it shows is old by then."""
MOST_TICKED = 500
"""Rows that can be ticked at once; they travel in the token, and a page has no more."""


class BadConfirmation(Exception):
    """The token can't be used; the text says why, for the person who sent it."""


@dataclass(frozen=True)
class Confirmation:
    """A selection, frozen when its confirmation page is shown: a filter or ticked ids, and the bounds."""

    key: str
    user_id: int
    kind: str
    filter: list[list[str]]
    entry_ids: list[int] | None
    max_id: int
    frozen_at: str
    """ISO 8601, by the database's clock."""
    count: int | None = None
    """The number that the page shows; None where it does not know it."""
    sees_all: bool = False
    first_id: int = LEAST_ID
    """The lowest id that was ticked, or that matched. The work is done between it and `max_id`: the rest is not read."""

    @classmethod
    def of(
        cls, kind: str, user_id: int, *, filterset: DlqFilterSet | None = None, entry_ids: Sequence[int] | None = None
    ) -> Confirmation:
        """Freeze now: everything that matches the filter, or the ticked entries."""
        bounds = dicts(TABLE.statement("operations/bounds"))[0]
        return cls(
            key=uuid.uuid4().hex,
            user_id=user_id,
            kind=kind,
            filter=[list(pair) for pair in filterset.absolute_pairs] if filterset else [],
            entry_ids=None if entry_ids is None else sorted(set(entry_ids)),
            sees_all=bool(filterset and filterset.sees_all),
            max_id=bounds["max_id"] or 0,
            first_id=min(entry_ids) if entry_ids else LEAST_ID,
            frozen_at=bounds["frozen_at"].isoformat(),
        )

    def counted(self, count: int | None, ids: tuple[int, int] | None = None) -> Confirmation:
        """With the number that matched, and the lowest and highest of their ids, as far as they are known."""
        first_id, max_id = ids or (self.first_id, self.max_id)
        # Of ticked entries each gets an answer, also those below that are gone.
        first_id = self.first_id if self.entry_ids is not None else first_id
        return replace(self, count=count, first_id=first_id, max_id=max_id)

    @property
    def token(self) -> str:
        return signing.dumps(asdict(self), salt=SALT, compress=True)

    @classmethod
    def read(cls, token: str, user_id: int) -> Confirmation:
        """The confirmation that the token carries. Raises BadConfirmation unless it is this user's, unaltered and fresh."""
        try:
            confirmation = cls(**signing.loads(token, salt=SALT, max_age=VALID_FOR))
        except signing.SignatureExpired:
            raise BadConfirmation(
                "This confirmation page is older than a day. Nothing was done: please start again."
            ) from None
        except (signing.BadSignature, TypeError, ValueError):
            raise BadConfirmation("This confirmation can't be read. Nothing was done: please start again.") from None
        if confirmation.user_id != user_id:
            raise BadConfirmation("This confirmation page was shown to somebody else. Nothing was done.")
        return confirmation

    def as_operation(self, **details: Any) -> BulkOperation:
        """The operation it would begin, not saved."""
        return BulkOperation(
            confirmation=uuid.UUID(self.key),
            kind=self.kind,
            filter=self.filter,
            sees_all=self.sees_all,
            entry_ids=self.entry_ids,
            max_id=self.max_id,
            frozen_at=datetime.fromisoformat(self.frozen_at),
            expected=self.count,
            cursor=None if self.first_id == LEAST_ID else self.first_id - 1,
            **details,
        )


def begin(confirmation: Confirmation, **details: Any) -> tuple[BulkOperation, bool]:
    """The confirmation's operation, and whether this call began it: the same page posted twice begins it once."""
    operation = confirmation.as_operation(**details)
    made = {
        field.attname: getattr(operation, field.attname)
        for field in BulkOperation._meta.concrete_fields
        if field.name not in ("id", "confirmation", "created_at")
    }
    return BulkOperation.objects.get_or_create(confirmation=operation.confirmation, defaults=made)
