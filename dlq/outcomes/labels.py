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
    Outcome.GONE: "recalled",
    "superseded": "superseded",
}
"""For the list's column."""

SUPERSEDED_HELP = (
    "An earlier life of a failure: it was requeued, failed again and came back as another row, which stands for both."
)
RECOVERED_HELP = (
    "The job left the queue and did not come back here. A job that was removed from the queue by hand looks the same."
)
