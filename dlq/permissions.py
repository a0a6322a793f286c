"""Who may do what: one permission for each thing people do with failed jobs."""

from __future__ import annotations

from django.http import HttpRequest

from dlq.models import BulkOperation

Kind = BulkOperation.Kind

PERMISSIONS: dict[str, str] = {
    Kind.REQUEUE: "dlq.requeue_backfilldlq",
    Kind.DELETE: "dlq.delete_backfilldlq",
    Kind.NOTE: "dlq.annotate_backfilldlq",
    Kind.RESTORE: "dlq.delete_backfilldlq",
    Kind.RECALL: "dlq.requeue_backfilldlq",
}
"""The permission that each kind of operation needs."""


def may(request: HttpRequest, kind: str) -> bool:
    return request.user.has_perm(PERMISSIONS[kind])
