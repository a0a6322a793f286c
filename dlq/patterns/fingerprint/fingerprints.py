"""The fingerprint of a failure: task, exception, codes, place in the application and what the message says each time."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from dlq.patterns.fingerprint.codes import codes_in, telling
from dlq.patterns.fingerprint.placeholders import parameterized
from dlq.patterns.fingerprint.reading import Reading, document, read
from dlq.patterns.fingerprint.tokens import LETTER, MASKED, NAME, looked_at, with_digits_masked
from dlq.patterns.fingerprint.tracebacks import GO_PLACE, Traceback, traceback

VERSION = 1
"""Raised when the rules change: all entries are then grouped anew, and what people said moves along."""

logger = logging.getLogger("dlq")

UNREADABLE = "This error could not be read"
LONGEST_MESSAGE = 500
"""Characters of the normalised message that count: what differs only behind them is the same."""
LONGEST_TITLE = 160
MOST_LINES = 8
"""Messages of a chain of causes."""

CARRIER = re.compile(
    r"(?:^|[.:\\/$])(?:Error|Exception|RuntimeError|RuntimeException|StandardError|panic|Throwable|Failure|InternalError)$"
    r"|Operational|Connection|Connect|HTTP|Http|IO|OSError|Socket|SSL|Tls|Network|Request|Response|Api|API|Client|Server|Database"
    r"|DB|Db|SQL|Sql|Smtp|SMTP|Timeout|Transport|Aws|S3|Stripe|Card|Service|Remote|Rpc|Grpc|Query|Programming|Integrity|System"
    r"|PDO|Redis|Mongo|Amqp|Fetch|Axios|Statement|Persistence|Data|Adapter|URLError|Subprocess|Process"
)
"""Exceptions that carry what somebody else said (a server, the system, a library), or that say nothing by their name."""

NOT_THE_MESSAGE = re.compile(
    r"^(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|WHERE|PARAMETERS|LINE \d+):|^\s*\^|^note: |^\s*at |^\s+from |^\[SQL"
    r"|^\[parameters|^\(Background on|^Stack backtrace|^stack backtrace|^Backtrace:|^Stack trace:|^#\d"
    r"|^\s+\d+: |^goroutine |^Traceback |^---"
)
SAYS_NOTHING = re.compile(r"(?:[\w.]{0,60}[./\\:])?(?:Error|Exception|Throwable|StandardError|RuntimeException|error)")
"""A class that only says that something went wrong."""
LEADING_CLASS = re.compile(
    r"(?:(?:Uncaught|Unhandled|Fatal error:|PHP Fatal error:)\s{1,3}){0,2}"
    r"(?P<class>(?:[A-Za-z_]\w{0,99}(?:\.|::|\\)){0,12}[A-Za-z_][\w$]{0,99}(?:Error|Exception|Failure|Fault|Timeout|Invalid|NotFound|Requests))(?:\s\(0x[0-9a-fA-F]{1,16}\))?(?::\s{1,3}|$)"
    r"|(?P<plain>Error|Exception):\s{1,3}"
)
BACKTRACE_HEAD = re.compile(r"[Ss]tack (?:back)?trace|Location:")
CAUSE_LINE = re.compile(r"^\s+\d+: |^\s*Caused by:\s*|^\s*\[cause\]:\s*")
NAME_WITH_DIGIT = re.compile(NAME)
PLACEHOLDER = re.compile(r"<(?:[a-z]{2,12}|\*)>")
RUN = re.compile(rf"(?:{LETTER}|:|<(?:[a-z]{{2,12}}|\*)>)+")
REPEATED = re.compile(rf"{re.escape(MASKED)}(?:[\s,;:/|+&-]{{0,4}}(?:and |or )?{re.escape(MASKED)})+")


@dataclass(frozen=True)
class Fingerprint:
    """What makes failures the same pattern, each part in words. Equal digests (of one version) are one pattern."""

    task: str
    exception: str
    codes: tuple[str, ...]
    place: str
    message: str
    """Masked: changing parts are all alike. Empty where exception and place say enough."""
    template: str
    """The message with its changing parts named by kind; of the case that was read."""

    @property
    def digest(self) -> str:
        parts = (self.task, self.exception, " ".join(self.codes), self.place, self.message)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    @property
    def title(self) -> str:
        """One line by which people call it."""
        text = self.template if self.exception in self.template else f"{self.exception}: {self.template}".strip(": ")
        line = " ".join(text.split()) or self.place or "No error text"
        return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"

    @property
    def why(self) -> list[tuple[str, str]]:
        """The parts that were compared."""
        parts = (
            ("Task", self.task),
            ("Exception", self.exception),
            ("Code", ", ".join(self.codes)),
            ("Place in the application", self.place),
            ("Message, without what changes", self.message),
        )
        return [(label, value) for label, value in parts if value]


def fingerprint_of_text(task: str, text: str, failure_reason: str, *, is_json: bool) -> Fingerprint:
    """Of an error as the classifier fetches it: `text` is what was looked at, a JSON document's print if `is_json`.

    Never raises: whatever the rules can't read has the fingerprint UNREADABLE, one for each task.
    """
    try:
        return fingerprint(task, document(text) if is_json else text, failure_reason)
    except Exception:
        logger.exception("an error text of task %s could not be read: please report it", task)
        return Fingerprint(task, "", (), "", UNREADABLE, UNREADABLE)


def fingerprint(task: str, last_error: Any, failure_reason: str) -> Fingerprint:
    """`last_error` as JSON was read: text, object, list or None."""
    reading = read(last_error, failure_reason)
    text = looked_at("\n".join(reading.messages))
    trace = traceback(looked_at(reading.stack)) or traceback(text)
    stated, message = _split(_message(reading, text, trace))
    named = [*reading.classes, *([trace.exception] if trace else []), stated]
    exception = _exception(name for name in named if name and not SAYS_NOTHING.fullmatch(name))
    codes = tuple(dict.fromkeys([*filter(None, map(telling, reading.codes)), *codes_in(message)]))
    # Frames without an exception are a habit of logging (Rust's backtraces): the same failure may come without them.
    place = _name(str(trace.frame)) if trace and trace.frame and any(named) else ""
    template = parameterized(message, keep=codes)
    # A known place tells enough, unless the exception only passes on what somebody else said.
    said = _masked(parameterized(message)) if not place or not exception or CARRIER.search(exception) else ""
    return Fingerprint(task, exception, codes, place, said, template)


def _message(reading: Reading, text: str, trace: Traceback | None) -> str:
    """The sentence or sentences that say what happened, without frames and details."""
    if trace and trace.exception and (not reading.stack or not text.strip()):
        return trace.message
    lines = [line for message in reading.messages for line in _sentences(looked_at(message))]
    return "\n".join(lines[:MOST_LINES]) or (trace.message if trace else "")


def _sentences(text: str) -> list[str]:
    """The first line and the causes that follow it; the second too where the first only introduces it."""
    kept: list[str] = []
    lines = text.splitlines()
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if kept and BACKTRACE_HEAD.match(line):
            break
        cause = CAUSE_LINE.match(line)
        if cause:
            line = line[cause.end() :]
        elif NOT_THE_MESSAGE.match(line) or GO_PLACE.match(line) or GO_PLACE.match(following):
            continue
        if line.strip() and (
            cause or not kept or kept[-1].endswith(":") or (len(kept) == 1 and len(kept[0].split()) < 3)
        ):
            kept.append(line.strip())
    return kept


def _split(message: str) -> tuple[str, str]:
    """A class that the message begins with, and the rest: "TypeError: x" is TypeError with the message x."""
    if head := LEADING_CLASS.match(message):
        return head["class"] or head["plain"], message[head.end() :]
    return "", message


def _exception(names: Iterable[str]) -> str:
    # The same class may be named plainly and with its module; the longer name says more.
    named = dict.fromkeys(map(_name, names))
    return " / ".join(name for name in named if not any(name != other and other.endswith(name) for other in named))


def _name(name: str) -> str:
    """A class, function or file without numbers that change, but with those that are part of a name (S3UploadError)."""
    return with_digits_masked(name, keep=NAME_WITH_DIGIT)


def _masked(template: str) -> str:
    """The message in which all changing parts look alike, so that it depends only on what the coarse key keeps."""
    text = RUN.sub(lambda run: MASKED if PLACEHOLDER.search(run[0]) else run[0], template)
    text = with_digits_masked(text)
    text = REPEATED.sub(MASKED, text)
    # "1 attempt", "3 attempts"
    text = re.sub(
        rf"({re.escape(MASKED)} (?!does|this|has|was|less|status|process|access|address)[a-z]{{3,20}}?)s\b", r"\1", text
    )
    text = " ".join(text.lower().split())[:LONGEST_MESSAGE]
    return text.strip(" .:;,!-")
