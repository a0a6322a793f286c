"""Requeue: puts the entries' jobs back into the queue. The entries stay, and tell what becomes of the jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from dlq.models import BulkOperation, Requeue
from dlq.operations.chunk import ChunkResult
from dlq.operations.kind import FollowUp, Kind
from dlq.operations.kinds.requeue.facts import facts_of
from dlq.operations.kinds.requeue.forms import RequeueForm
from dlq.operations.kinds.requeue.preflight import Preflight, preflight_of
from dlq.operations.kinds.requeue.recovered import TRASH_RECOVERED
from dlq.operations.kinds.requeue.requeueing import requeue_chunk
from dlq.operations.reasons import Wording


def _recall(_operation: BulkOperation, jobs: Counter[str]) -> str:
    # Of very many the state is not looked up: they may not have started.
    return "Recall what has not started" if jobs["waiting"] or jobs[Requeue.Outcome.UNSETTLED] else ""


def again(kind: str, label: str) -> FollowUp:
    """What an operation left goes into another one, of this kind."""

    def said(operation: BulkOperation, _jobs: Counter[str]) -> str:
        return label if operation.is_over and operation.skipped_count + operation.failed_count else ""

    return FollowUp("again", kind, said, lambda operation: [("left_by", str(operation.pk))], of_problems=True)


class RequeueKind(Kind):
    name = "requeue"
    permission = "dlq.requeue_backfilldlq"
    done = "requeued"
    verb = "requeue"
    action = "requeue_selected"
    action_label = "Requeue …"
    button = "Requeue"
    form = RequeueForm
    makes_jobs = True
    settles_first = True
    follow_ups: ClassVar[Sequence[FollowUp]] = (
        FollowUp("recall", "recall", _recall),
        TRASH_RECOVERED,
        again("requeue", "Requeue these again …"),
    )
    reasons = {
        "requeued_since": Wording("somebody requeued it after the confirmation page was shown"),
        "waiting": Wording(
            "already on its way: its job {about} waits to be run", "already on their way: waiting to be run"
        ),
        "running": Wording("already on its way: its job {about} is running", "already on their way: running"),
        "retrying": Wording(
            "already on its way: its job {about} failed and will be tried again",
            "already on their way: failed, and will be tried again",
        ),
        "has_run": Wording(
            "it has already run: its job {about} finished and did not come back",
            "have already run and did not come back",
        ),
        "returned": Wording(
            "it came back as failed job {about}, which stands for both",
            "came back as another failed job, which stands for both",
        ),
        "bad_priority": Wording("the queue takes priorities from -32768 to 32767 only"),
        "bad_max_attempts": Wording("the queue takes 1 to 32767 attempts only"),
        "empty_key": Wording("its key is an empty text, which the queue refuses"),
        "long_key": Wording("its key is longer than the 512 characters that the queue takes"),
        "long_task": Wording("its task's name is longer than the 128 characters that the queue takes"),
        "long_queue": Wording("its queue's name is longer than the 128 characters that the queue takes"),
        "same_key": Wording(
            "same key as failed job {about}, which failed later and stands for both",
            "share their key with another failed job, which failed later and stands for both",
        ),
        "key_waiting": Wording(
            "job {about} with the same key waits in the queue", "a job with the same key waits in the queue"
        ),
        "key_running": Wording("job {about} with the same key is running", "a job with the same key is running"),
        "key_exhausted": Wording(
            "job {about} with the same key has used up its attempts and is about to come here",
            "a job with the same key has used up its attempts and is about to come here",
        ),
        "key_of_other_task": Wording(
            "a job of another task, {about}, has the same key, and would be replaced",
            "a job of another task has the same key, and would be replaced",
        ),
        "key_taken": Wording("a job with the same key was added at the same moment"),
        "key_joins": Wording(
            "a job with the same key waits in the queue, and the queue would join both payloads, which are lists"
        ),
        "key_locked": Wording("the job with the same key was just being started, or moved here"),
    }

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        return requeue_chunk(operation, ids)

    def explanation(self) -> str:
        return "Each job goes back into its queue with the same payload and settings; the failed job stays here."

    def preflight(self, operation: BulkOperation, seen: Sequence[int]) -> Preflight:
        return preflight_of(operation, seen)

    def facts(self, operation: BulkOperation) -> list[tuple[str, str]]:
        return list(facts_of(operation))
