"""Why an entry was left as it was, in words for support staff."""

from __future__ import annotations

from dataclasses import dataclass

REASONS = {
    "requeued_since": "somebody requeued it after the confirmation page was shown",
    "waiting": "already on its way: its job {about} waits to be run",
    "running": "already on its way: its job {about} is running",
    "retrying": "already on its way: its job {about} failed and will be tried again",
    "has_run": "it has already run: its job {about} finished and did not come back",
    "returned": "it came back as entry {about}, which stands for both",
    "bad_priority": "the queue takes priorities from -32768 to 32767 only",
    "bad_max_attempts": "the queue takes 1 to 32767 attempts only",
    "empty_key": "its key is an empty text, which the queue refuses",
    "long_key": "its key is longer than the 512 characters that the queue takes",
    "long_task": "its task's name is longer than the 128 characters that the queue takes",
    "long_queue": "its queue's name is longer than the 128 characters that the queue takes",
    "same_key": "same key as entry {about}, which failed later and stands for both",
    "key_waiting": "job {about} with the same key waits in the queue",
    "key_running": "job {about} with the same key is running",
    "key_exhausted": "job {about} with the same key has used up its attempts and is about to come here",
    "key_taken": "a job with the same key was added at the same moment",
    "key_joins": "a job with the same key waits in the queue, and the queue would join both payloads, which are lists",
    "key_locked": "the job with the same key was just being started, or moved here",
    "gone": "it is no longer here, or failed again since the confirmation page was shown",
    "locked": "it was being changed by somebody else",
    "restore_conflict": "its id or its key is taken by another entry now",
    "restore_sequence": "its id lies above the table's counter, which would hand it out again",
    "restore_column": "the table has no column {about} any more, so the entry can't be put back whole",
    "not_in_trash": "it is not in the trash any more",
    "recall_none": "there is no requeue of it to take back",
    "recall_finished": "its job {about} has run already",
    "recall_returned": "its job {about} failed again",
    "recall_gone": "its job {about} was taken back or replaced before",
    "recall_started": "its job {about} is running, or has failed and will be tried again",
    "recall_replaced": "its job {about} took the place of a waiting one, which can't be brought back",
    "recall_entry": "the entry is no longer in the table, so its job {about} is all that is left of it",
    "refused": "the database refused it: {about}",
    "suppressed": "a trigger of the table's owner kept it as it was",
    "": "{about}",
}
"""The sentence for each code; `{about}` is the job, entry, column or words it names. The empty code is of older records."""

SUMMARIES = {
    "waiting": "already on their way: waiting to be run",
    "running": "already on their way: running",
    "retrying": "already on their way: failed, and will be tried again",
    "has_run": "have already run and did not come back",
    "returned": "came back as another entry, which stands for both",
    "same_key": "share their key with another entry, which failed later and stands for both",
    "key_waiting": "a job with the same key waits in the queue",
    "key_running": "a job with the same key is running",
    "key_exhausted": "a job with the same key has used up its attempts and is about to come here",
    "restore_column": "the table lacks a column that they had",
    "recall_finished": "have run already",
    "recall_returned": "failed again",
    "recall_gone": "were taken back or replaced before",
    "recall_started": "running, or failed and to be tried again",
    "recall_replaced": "took the place of a waiting job, which can't be brought back",
    "recall_entry": "the entry is no longer in the table",
    "refused": "the database refused them",
    "": "other reasons",
}
"""The codes whose sentence names something of one entry, worded for many."""


@dataclass(frozen=True)
class Reason:
    """Why one entry was skipped or failed. `about` is what the sentence names: a job, an entry, a column, an error."""

    code: str
    about: str = ""

    def __str__(self) -> str:
        return REASONS[self.code].format(about=self.about)


def summary(code: str) -> str:
    """The reason in words that fit many entries."""
    return SUMMARIES.get(code) or REASONS[code]
