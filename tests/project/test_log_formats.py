"""The two forms of a line of the log."""

from __future__ import annotations

import json
import logging

from backfill_admin.log_lines import JsonLines, TextLines


def _record(message: str, *, exc_text: str | None = None) -> logging.LogRecord:
    error = ValueError("the password is hunter2")
    record = logging.LogRecord("dlq", logging.ERROR, "", 0, message, None, (ValueError, error, None))
    record.request_id = "r1"
    record.exc_text = exc_text
    return record


def test_a_message_begins_no_line_of_its_own() -> None:
    line = TextLines("{levelname} [{request_id}] {message}", style="{").format(
        _record("a\r\nERROR forged", exc_text="T")
    )
    assert line == "ERROR [r1] a\\r\\nERROR forged\nT"


def test_a_traceback_is_the_one_that_was_masked() -> None:
    line = JsonLines().format(_record("a\nb", exc_text="Traceback: [masked: password]"))
    assert "\n" not in line
    assert "hunter2" not in line
    said = json.loads(line)
    assert (said["message"], said["exception"], said["request_id"]) == ("a\nb", "Traceback: [masked: password]", "r1")
    assert "hunter2" in json.loads(JsonLines().format(_record("x")))["exception"]
