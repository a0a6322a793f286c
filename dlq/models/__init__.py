from dlq.models.backfilldlq import BackfillDlq
from dlq.models.bulkoperation import BulkOperation, OperationEntry
from dlq.models.caretaking import DutyProgress, DutyRun
from dlq.models.chainlife import ChainLife
from dlq.models.deletedentry import DeletedEntry
from dlq.models.editrecord import EditRecord, PayloadEdit
from dlq.models.entrynote import EntryNote
from dlq.models.failurepattern import (
    ClassifierState,
    CoarseKey,
    EntryPattern,
    FailurePattern,
    PatternDecision,
    PatternHour,
    RequeuePattern,
)
from dlq.models.requeue import Requeue
from dlq.models.savedview import DefaultView, SavedView
from dlq.models.stored_numbers import TableSnapshot, TallyPart
from dlq.models.visit import Visit

__all__ = [
    "BackfillDlq",
    "BulkOperation",
    "ChainLife",
    "ClassifierState",
    "CoarseKey",
    "DefaultView",
    "DeletedEntry",
    "DutyProgress",
    "DutyRun",
    "EditRecord",
    "EntryNote",
    "EntryPattern",
    "FailurePattern",
    "OperationEntry",
    "PatternDecision",
    "PatternHour",
    "PayloadEdit",
    "Requeue",
    "RequeuePattern",
    "SavedView",
    "TableSnapshot",
    "TallyPart",
    "Visit",
]
