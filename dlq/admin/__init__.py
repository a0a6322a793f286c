from dlq.admin.backfilldlq import BackfillDlqAdmin
from dlq.admin.bulkoperation import BulkOperationAdmin
from dlq.admin.deletedentry import DeletedEntryAdmin
from dlq.admin.failurepattern import FailurePatternAdmin

__all__ = ["BackfillDlqAdmin", "BulkOperationAdmin", "DeletedEntryAdmin", "FailurePatternAdmin"]
