"""What is logged is masked, too: PostgreSQL's errors quote rows, and tracebacks quote PostgreSQL's errors."""

from __future__ import annotations

import logging

from dlq.redaction.rules import BadRule
from dlq.redaction.texts import masked

LOGGERS = ("dlq", "django.request")
FORMATTER = logging.Formatter()


class Masking(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        try:
            record.msg, record.args = masked(record.getMessage()), ()
            if record.exc_info:
                record.exc_text = masked(record.exc_text or FORMATTER.formatException(record.exc_info))
        except BadRule:  # which the check at the start names
            record.msg, record.args, record.exc_info, record.exc_text = (
                "(not logged: DLQ_REDACT is wrong)",
                (),
                None,
                None,
            )
        return True


def mask_logs() -> None:
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, Masking) for one in logger.filters):
            logger.addFilter(Masking())
