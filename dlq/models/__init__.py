from dlq.models.backfilldlq import BackfillDlq
from dlq.models.deletedentry import DeletedEntry
from dlq.models.entrynote import EntryNote
from dlq.models.operation import BulkOperation, OperationEntry
from dlq.models.pattern import CoarseKey, EntryPattern, FailurePattern, PatternHour, RequeuePattern, SortingState
from dlq.models.progress import DutyProgress
from dlq.models.requeue import Requeue
from dlq.models.tablesnapshot import TableSnapshot

__all__ = [
    "BackfillDlq",
    "BulkOperation",
    "CoarseKey",
    "DeletedEntry",
    "DutyProgress",
    "EntryNote",
    "EntryPattern",
    "FailurePattern",
    "OperationEntry",
    "PatternHour",
    "Requeue",
    "RequeuePattern",
    "SortingState",
    "TableSnapshot",
]
