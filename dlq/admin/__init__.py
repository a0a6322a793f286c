from dlq.admin.bulk_operations import BulkOperationAdmin
from dlq.admin.failed_jobs import BackfillDlqAdmin
from dlq.admin.failure_patterns import FailurePatternAdmin
from dlq.admin.trashed_jobs import DeletedEntryAdmin

__all__ = ["BackfillDlqAdmin", "BulkOperationAdmin", "DeletedEntryAdmin", "FailurePatternAdmin"]
