from dlq.models.backfilldlq import BackfillDlq
from dlq.models.deletedentry import DeletedEntry
from dlq.models.operation import BulkOperation, OperationEntry
from dlq.models.requeue import Requeue

__all__ = ["BackfillDlq", "BulkOperation", "DeletedEntry", "OperationEntry", "Requeue"]
