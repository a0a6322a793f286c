"""The fingerprint of a failure: task, exception, codes, place in the application and what the message says each time."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dlq.patterns.fingerprint.codes import codes_beside, codes_in, telling
from dlq.patterns.fingerprint.masking.payload_values import without_values
from dlq.patterns.fingerprint.masking.placeholders import parameterized
from dlq.patterns.fingerprint.masking.quotations import DATA
from dlq.patterns.fingerprint.masking.repetition import said_once
from dlq.patterns.fingerprint.stack_traces.tracebacks import Traceback, traceback
from dlq.patterns.fingerprint.telling_lines import telling_lines, without_details
from dlq.patterns.fingerprint.tokens import (
    ARITY,
    CONSTRAINT,
    LETTER,
    MASKED,
    NUMBERED_NAME,
    SERIAL,
    SHARED_LIBRARY,
    TELLING,
    looked_at,
    masked_word,
    with_digits_masked,
)
from dlq.patterns.fingerprint.unpacking.reading import Reading, document, read
from dlq.patterns.fingerprint.unpacking.unwrapping import unwrapped

VERSION = 5
"""Raised when the rules change: all entries are then grouped anew, and what people said moves along."""

logger = logging.getLogger("dlq")

TASK, MESSAGE = "Task", "Message, without what changes"
BESIDE_MESSAGE = ("Exception", "Code", "Place in the application")
"""What a fingerprint's `kind` is made of, in words."""
UNREADABLE = "This error could not be read"
LONGEST_MESSAGE = 2_000
"""Characters of the normalised message that count: what differs only behind them is the same."""
LONGEST_TITLE = 160
MOST_LINES = 8
"""Messages of a chain of causes."""

SAYS_NOTHING = re.compile(
    r"(?:[\w.]{0,60}[./\\:])?(?:Error|Exception|Throwable|StandardError|RuntimeException|error)|ERROR|FATAL"
)
"""A class that only says that something went wrong."""
LEADING_CLASS = re.compile(
    r"(?:(?:Uncaught|Unhandled|Fatal error:|PHP Fatal error:|Error:)\s{1,3}){0,3}"
    r"(?:Exception in thread \"[^\"\n]{0,100}\"\s|\[[^\[\]\n]{1,120}\] (?=(?:\w+\.){2}))?"
    r"(?:\*\* \((?P<elixir>[A-Z][\w.]{1,99})\)"
    r"|(?P<class>(?:[A-Za-z_]\w{0,99}(?:\.|::|\\)){0,12}[A-Za-z_][\w$]{0,99}(?:Error|Exception|Failure|Fault|Timeout|Invalid|NotFound|Requests|Violation)|std::[a-z_]{3,40})"
    r"|(?P<dotted>(?:[A-Za-z_]\w{0,99}(?:\.|::|\\)){1,12}[A-Z][\w$]{2,99}))"
    r"(?:\s\[(?P<code>[\w-]{1,40})\]|\s\(0x[0-9a-fA-F]{1,16}\))?(?::\s{1,3}|:?$|(?<=\)) )"
    r"|(?P<plain>Error|ERROR|FATAL|Exception|panic):\s{1,3}"
)
NAME_WITH_DIGIT = re.compile(TELLING)
PRIVATE_MODULE = re.compile(r"(?<=\.)_\w{1,60}\.")
"""Where a class of Python's happens to be: MySQLdb._exceptions.OperationalError is MySQLdb.OperationalError."""
ELAPSED = re.compile(rf",? (?:after|within|nach|après) {re.escape(MASKED)}(?=[.)]?$)", re.MULTILINE)
"""How long it took, which some say of the same only where it took long."""
PLACEHOLDER = re.compile(r"<(?:[a-z]{2,12}|\*)>")
RUN = re.compile(rf"(?:{LETTER}|:|<(?:[a-z]{{2,12}}|\*)>)+")
QUOTED_DATA = re.compile(f"'{DATA.pattern}'")
"""What was wrong, and may have codes of its own."""
NIL = re.compile(r"\bnil:NilClass\b")
"""As older versions of Ruby call it."""
CRASHED = re.compile(
    r"(?:task |thread )?(?:'[^'\n]{0,80}' )?panicked\b|[^\n]{0,200}(?:[Ss]egmentation fault|SIGSEGV|SIGABRT|core dumped)"
)
"""What has a place without an exception."""
KEPT = re.compile(f"(?!{SERIAL})(?:{NUMBERED_NAME}|{CONSTRAINT}|{ARITY}|{SHARED_LIBRARY})")
"""Words with digits that are names wherever they stand."""


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
    words: str = ""
    """The message as it was compared, but for upper and lower case, which tells names from words."""

    @property
    def digest(self) -> str:
        parts = (self.task, self.exception, " ".join(self.codes), self.place, self.message)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    @property
    def kind(self) -> tuple[str, ...]:
        """What keeps templates apart however alike their messages are."""
        return (self.exception, " ".join(self.codes), self.place)

    @property
    def title(self) -> str:
        """One line by which people call it."""
        text = self.template if self.exception in self.template else f"{self.exception}: {self.template}".strip(": ")
        line = " ".join(text.split()) or self.place or "No error text"
        return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"

    @property
    def why(self) -> list[tuple[str, str]]:
        """The parts that were compared."""
        parts = (self.task, self.exception, ", ".join(self.codes), self.place, self.message)
        return [(label, part) for label, part in zip((TASK, *BESIDE_MESSAGE, MESSAGE), parts, strict=True) if part]


def fingerprint_of_text(
    task: str, text: str, failure_reason: str, *, is_json: bool, values: Collection[str] = ()
) -> Fingerprint:
    """Of an error as the classifier fetches it: `text` is what was looked at, a JSON document's print if `is_json`.

    `values` are those of the job's payload. Never raises: whatever the rules can't read has the fingerprint UNREADABLE, one for
    each task.
    """
    try:
        return fingerprint(task, document(text) if is_json else text, failure_reason, values)
    except Exception:
        logger.exception("an error text of task %s could not be read: please report it", task)
        return Fingerprint(task, "", (), "", UNREADABLE, UNREADABLE)


def fingerprint(task: str, last_error: Any, failure_reason: str, values: Collection[str] = ()) -> Fingerprint:
    """`last_error` as JSON was read: text, object, list or None. Raises where it is nested so deep that Python can't write it."""
    reading = read(_bounded(last_error), looked_at(failure_reason))
    text = looked_at("\n".join(reading.messages))
    stack = looked_at(reading.stack)
    trace = traceback(stack) or traceback(text)
    classes, lines = _said(reading, stack, trace)
    named = [*reading.classes, *classes]
    exception = _exception(name for name in named if name and not SAYS_NOTHING.fullmatch(name))
    message = "\n".join(lines)
    codes = tuple(
        dict.fromkeys(
            [*filter(None, map(telling, [*reading.codes, *codes_beside(f"{text}\n{stack}")])), *_codes(lines, named)]
        )
    )
    # Frames without an exception are a habit of logging (Rust's backtraces): the same failure may come without them.
    place = _name(str(trace.frame)) if trace and trace.frame and (any(named) or CRASHED.match(message)) else ""
    template = parameterized(without_values(message, values), keep=codes)
    words = _masked(template)
    return Fingerprint(task, exception, codes, place, _compared(words), template, words)


def _bounded(last_error: Any) -> Any:
    return looked_at(last_error) if isinstance(last_error, str) else last_error


def _codes(lines: list[str], classes: list[str]) -> list[str]:
    return list(dict.fromkeys(code for line in [*classes, *lines] for code in codes_in(QUOTED_DATA.sub("", line))))


def _said(reading: Reading, stack: str, trace: Traceback | None) -> tuple[list[str], list[str]]:
    """The classes and the sentences that say what happened, from the outermost to the root cause."""
    headed = [without_details(trace.headline)] if trace and trace.headline else []
    lines = [line for message in reading.messages for line in telling_lines(looked_at(message))]
    # A headline that only introduces says less than the lines.
    if headed and not headed[0].endswith(":"):
        lines = headed + [line for line in lines if line.startswith('field "')]
    # Many objects repeat in their stack what their message says. Numbers don't count, as the coarse key masks them.
    known = [with_digits_masked(line) for line in lines]
    lines += [line for line in telling_lines(stack) if not any(said in with_digits_masked(line) for said in known)]
    lines = list(_with_prints_read(lines, reading))
    # Whatever its form, an error says something.
    lines = lines or [line.strip() for message in reading.messages for line in message.splitlines() if line.strip()][:1]
    classes: list[str] = []
    said: list[str] = []
    known = []
    for line in lines:
        name, rest = _split(line)
        if name:
            classes.append(name)
        plain = with_digits_masked(rest.strip())
        if plain and not any(plain in other for other in known):
            known.append(plain)
            said.append(rest.strip())
    return classes, said[:MOST_LINES]


def _with_prints_read(lines: Iterable[str], reading: Reading) -> Iterator[str]:
    """A line of a chain may be Rust's print of a structure: what it says, with its classes and codes added to the reading."""
    for line in lines:
        said = unwrapped(line)
        if isinstance(said, str):
            yield line
            continue
        inner = read(said, "")
        reading.classes.extend(inner.classes)
        reading.codes.extend(inner.codes)
        yield from inner.messages


def _split(line: str) -> tuple[str, str]:
    """A class that the line begins with, and the rest: "TypeError: x" is TypeError with the message x."""
    if head := LEADING_CLASS.match(line):
        name = head["elixir"] or head["class"] or head["dotted"] or head["plain"]
        code = f"[{head['code']}] " if head["code"] else ""
        # What a KeyError says is only the key.
        what = "key " if name.endswith("KeyError") else ""
        return name, f"{code}{what}{NIL.sub('nil', line[head.end() :])}"
    return "", line


def _exception(names: Iterable[str]) -> str:
    # The same class may be named plainly and with its module; the longer name says more.
    named = dict.fromkeys(map(_name, names))
    return " / ".join(name for name in named if not any(_is_short_for(name, other) for other in named))


def _is_short_for(name: str, other: str) -> bool:
    return len(other) > len(name) and other.endswith(name) and other[-len(name) - 1] in ".:\\/"


def _name(name: str) -> str:
    """A class, function or file without numbers that change, but with those that are part of a name (S3UploadError)."""
    return with_digits_masked(PRIVATE_MODULE.sub("", name), keep=NAME_WITH_DIGIT)


def _masked(template: str) -> str:
    """The message in which all changing parts look alike, so that it depends only on what the coarse key keeps."""
    text = RUN.sub(lambda run: _masked_run(run[0]) if PLACEHOLDER.search(run[0]) else run[0], template)
    text = ELAPSED.sub("", with_digits_masked(text, keep=KEPT))
    return said_once(text)[:LONGEST_MESSAGE].strip(" .:;,!-")


def _compared(words: str) -> str:
    return words.lower()


def _masked_run(run: str) -> str:
    """order:<int>:not_found keeps its words; of other runs only what stands last."""
    if ":" in run:
        return ":".join(_masked_run(part) if PLACEHOLDER.search(part) else part for part in run.split(":"))
    return masked_word(run)
