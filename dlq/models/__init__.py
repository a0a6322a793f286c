from dlq.models.backfilldlq import BackfillDlq
from dlq.models.bulkoperation import BulkOperation, OperationEntry
from dlq.models.caretaking import DutyProgress, DutyRun
from dlq.models.chainlife import ChainLife
from dlq.models.deletedentry import DeletedEntry
from dlq.models.editrecord import EditRecord
from dlq.models.entrynote import EntryNote
from dlq.models.failurepattern import (
    ClassifierState,
    CoarseKey,
    EntryPattern,
    FailurePattern,
    PatternHour,
    RequeuePattern,
)
from dlq.models.requeue import Requeue
from dlq.models.tablesnapshot import TableSnapshot
from dlq.models.tallypart import TallyPart
from dlq.models.visit import Visit

__all__ = [
    "BackfillDlq",
    "BulkOperation",
    "ChainLife",
    "ClassifierState",
    "CoarseKey",
    "DeletedEntry",
    "DutyProgress",
    "DutyRun",
    "EditRecord",
    "EntryNote",
    "EntryPattern",
    "FailurePattern",
    "OperationEntry",
    "PatternHour",
    "Requeue",
    "RequeuePattern",
    "TableSnapshot",
    "TallyPart",
    "Visit",
]
