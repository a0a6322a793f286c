"""The states of a requeued job in words for support staff."""

from __future__ import annotations

from dlq.models import Requeue

Outcome = Requeue.Outcome

WORDS: dict[str, str] = {
    "waiting": "waiting",
    "running": "running now",
    "retrying": "failed, will be tried again",
    Outcome.RECOVERED: "finished, did not come back",
    Outcome.FAILED_AGAIN: "failed again",
    Outcome.LOST: "failed, and was lost",
    Outcome.UNKNOWN: "unknown: left the queue unseen",
    Outcome.GONE: "recalled or replaced",
    Outcome.UNSETTLED: "not known yet",
}
"""In full: for timelines and an operation's page."""

SHORT: dict[str, str] = {
    **WORDS,
    "new": "new",
    "requeued": "requeued",
    "running": "running",
    "retrying": "being retried",
    Outcome.RECOVERED: "recovered",
    Outcome.LOST: "lost",
    Outcome.UNKNOWN: "unknown",
    "superseded": "superseded",
}
"""For the list's column."""

HELP: dict[str, str] = {
    Outcome.RECOVERED: (
        "The job left the queue and did not come back here. A job that was removed from the queue by hand looks the same."
    ),
    Outcome.LOST: (
        "All attempts of the job had failed, and then the queue deleted it before it was moved here, as the library’s workers"
        " do when they start. It counts as a failure."
    ),
    Outcome.UNKNOWN: (
        "The job left the queue, and nobody looked in between: it may have succeeded, or failed for good and been deleted, as the"
        " library’s workers do when they start. It counts neither as recovered nor as failed."
    ),
    Outcome.GONE: "The requeue was recalled, or somebody replaced its job by a newer one with the same key.",
    "superseded": (
        "An earlier life of a failure: it was requeued, failed again and came back as another row, which stands for both."
    ),
}
UNCERTAIN_HELP = (
    "The library may have moved the job here while its last attempt still ran. That attempt may have succeeded: look before you"
    " requeue it."
)
