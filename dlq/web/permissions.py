"""The rights that are not those of a kind of operation."""

from __future__ import annotations

VIEW_ENTRIES = "dlq.view_backfilldlq"
"""To see failed jobs, and whatever shows their texts."""
VIEW_OPERATIONS = "dlq.view_bulkoperation"
EXPORT = "dlq.export_backfilldlq"
