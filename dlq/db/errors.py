"""What PostgreSQL says when it refuses."""

from __future__ import annotations


def first_line(error: BaseException) -> str:
    """The error's sentence, without the details and hints below it."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
