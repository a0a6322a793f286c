from dlq.admin.backfilldlq import BackfillDlqAdmin
from dlq.admin.bulkoperation import BulkOperationAdmin

__all__ = ["BackfillDlqAdmin", "BulkOperationAdmin"]
