"""Why an entry was left as it was, in words for support staff."""

from __future__ import annotations

REASONS = {
    "requeued_since": "somebody requeued it after the confirmation page was shown",
    "waiting": "already on its way: its job {about} waits to be run",
    "running": "already on its way: its job {about} is running",
    "retrying": "already on its way: its job {about} failed and will be tried again",
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
    "key_locked": "a worker was just starting the job with the same key",
    "gone": "it is no longer here, or failed again since the confirmation page was shown",
    "locked": "it was being changed by somebody else",
    "restore_conflict": "its id or its key is taken by another entry now",
    "restore_sequence": "its id lies above the table's counter, which would hand it out again",
    "restore_column": "the table has no column {about} any more, so the entry can't be put back whole",
}


def reason(code: str, about: object = None) -> str:
    """The sentence for a code; `about` is the job, entry or column it names."""
    return REASONS[code].format(about=about)
