from dlq.models.backfilldlq import BackfillDlq
from dlq.models.deletedentry import DeletedEntry
from dlq.models.entrynote import EntryNote
from dlq.models.operation import BulkOperation, OperationEntry
from dlq.models.progress import DutyProgress
from dlq.models.requeue import Requeue
from dlq.models.tablesnapshot import TableSnapshot

__all__ = [
    "BackfillDlq",
    "BulkOperation",
    "DeletedEntry",
    "DutyProgress",
    "EntryNote",
    "OperationEntry",
    "Requeue",
    "TableSnapshot",
]
