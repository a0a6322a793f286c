"""The rights that are not those of a kind of operation."""

from __future__ import annotations

from typing import Any

VIEW_ENTRIES = "dlq.view_backfilldlq"
"""To see failed jobs, and whatever shows their texts."""
VIEW_OPERATIONS = "dlq.view_bulkoperation"
ANNOTATE_ENTRIES = "dlq.annotate_backfilldlq"
"""To write about failed jobs and their patterns."""
EXPORT = "dlq.export_backfilldlq"
SHARE_VIEWS = "dlq.share_savedview"
SEE_MASKED = "dlq.see_redacted_backfilldlq"
"""To be shown on request what is masked, and to search in it."""


def sees_entries(user: Any) -> bool:
    """Whether this user may be shown texts of failed jobs, wherever they stand, and links to them."""
    return bool(user.has_perm(VIEW_ENTRIES))


def sees_masked(user: Any) -> bool:
    return bool(user.has_perm(SEE_MASKED))
