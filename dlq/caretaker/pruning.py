"""Deletes our own records once they are older than DLQ_KEEP_DAYS and of nothing that is still here.

What belongs to an entry in the table or in the trash stays, with its operations. The sums of what was done know nothing of it
(`dlq.models.stored_numbers`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dlq.conf import conf
from dlq.db.session import settings_for_block
from dlq.db.statements import database_now, dicts
from dlq.models import DutyProgress
from dlq.patterns.edits import MOST_EDITS
from dlq.table.location import TABLE

LOOKED_AT = 10_000
"""Records of each kind that a turn looks at without finding one to delete: what has to stay is not looked at each hour."""
THEIR_PATTERNS = "patterns AS (DELETE FROM dlq_requeuepattern WHERE requeue_id = ANY (ARRAY(SELECT id FROM past))),"
"""Each requeue goes with its pattern."""


def statements() -> dict[str, str]:
    """Which deletes the next slice, by kind of record; operations after the records that refer to them."""
    is_past = TABLE.statement("caretaker/is_past")
    requeues = TABLE.statement("caretaker/may_go_requeues", is_past=is_past)
    payload_edits = TABLE.statement("caretaker/may_go_payload_edits", is_past=is_past)
    return {
        "requeues": _prune("dlq_requeue", requeues, also=THEIR_PATTERNS),
        "payload edits": _prune("dlq_payloadedit", payload_edits),
        "chains": _prune("dlq_chainlife", TABLE.statement("caretaker/may_go_chains"), key="entry_id"),
        "results": _prune("dlq_operationentry", is_past),
        "notes": _prune("dlq_entrynote", is_past),
        "operations": TABLE.statement("caretaker/prune_operations"),
        "edits": _prune("dlq_editrecord", TABLE.statement("caretaker/may_go_edits")),
    }


def _prune(records: str, may_go: str, *, key: str = "id", also: str = "") -> str:
    return TABLE.statement("caretaker/prune", records=records, may_go=may_go, key=key, also=also)


def prune(budget: float) -> int:
    """Work for about so many seconds at most, which the kinds of records share. Returns how many records were deleted."""
    before = database_now() - timedelta(days=conf.KEEP_DAYS)
    kinds = statements()
    return sum(_go_round(kind, kinds[kind], before, budget / len(kinds)) for kind in kinds)


def _go_round(kind: str, statement: str, before: datetime, budget: float) -> int:
    """Continue by id from where the last turn ended, a chunk in a transaction, up to the first chunk that has nothing old."""
    deadline = time.monotonic() + budget
    pruned = looked_at = 0
    is_at_end = False
    while not is_at_end and looked_at < LOOKED_AT and time.monotonic() < deadline:
        with DutyProgress.locked(f"prune {kind}") as progress:
            if progress is None:
                break
            slice_ = _prune_slice(statement, {"after": progress.after, "before": before})
            is_at_end = not slice_["has_old"] or slice_["scanned"] < conf.CHUNK_SIZE
            progress.after = 0 if is_at_end else slice_["after"]
            progress.save(update_fields=("after",))
        pruned += slice_["pruned"]
        looked_at += 0 if slice_["pruned"] else slice_["scanned"]
    return pruned


def _prune_slice(statement: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    # Of tables that have just been filled the planner knows nothing, and reads them whole.
    with settings_for_block(enable_seqscan="off"):
        return dicts(statement, {**parameters, "limit": conf.CHUNK_SIZE, "kept": MOST_EDITS})[0]
