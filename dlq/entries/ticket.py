"""What somebody pastes into a ticket about one failed job."""

from __future__ import annotations

from typing import Any

from dlq.web.formatting import clock, queue_label

LONGEST_ERROR = 2_000
"""Characters: a ticket wants the cause, and the link leads to the rest."""


def ticket_text(entry: Any, address: str, status: str) -> str:
    """Plain text with what is needed to find it again. The payload is left out: a ticket is read by others."""
    error = entry.error_plain or entry.failure_reason
    lines = (
        f"Failed job {entry.task_identifier} #{entry.pk}",
        address,
        f"Failed at {clock(entry.failed_at)} ({entry.failed_at:%Y-%m-%d %H:%M:%S} UTC), {entry.failure_count} failures",
        f"Queue: {queue_label(entry.queue_name)}. Key: {entry.job_key or 'none'}. Status: {status}.",
        "",
        error[:LONGEST_ERROR] + (" …" if len(error) > LONGEST_ERROR else ""),
    )
    return "\n".join(lines)
