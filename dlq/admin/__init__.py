from typing import Any

from django.contrib import admin
from django.db.models import Model

from dlq.admin.bulk_operations import BulkOperationAdmin
from dlq.admin.failed_jobs import BackfillDlqAdmin
from dlq.admin.failure_patterns import FailurePatternAdmin
from dlq.admin.trashed_jobs import DeletedEntryAdmin
from dlq.models import BackfillDlq, BulkOperation, DeletedEntry, FailurePattern

__all__ = ["BackfillDlqAdmin", "BulkOperationAdmin", "DeletedEntryAdmin", "FailurePatternAdmin", "register_dlq"]

ADMINS: dict[type[Model], Any] = {
    BackfillDlq: BackfillDlqAdmin,
    FailurePattern: FailurePatternAdmin,
    BulkOperation: BulkOperationAdmin,
    DeletedEntry: DeletedEntryAdmin,
}


def register_dlq(site: admin.AdminSite) -> None:
    """Put the pages into this admin site, but for models that it has already. Django's own (`admin.site`) has them."""
    for model, model_admin in ADMINS.items():
        if not site.is_registered(model):
            site.register(model, model_admin)


register_dlq(admin.site)
