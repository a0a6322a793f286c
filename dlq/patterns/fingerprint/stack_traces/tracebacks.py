"""The exception and the innermost application frame of a traceback, as the usual languages print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dlq.patterns.fingerprint.stack_traces.frames import Frame, frame_of, frames_of

CLASS = r"(?:[A-Za-z_][\w$]{0,99}(?:\.|::|\\|/)){0,12}[A-Za-z_][\w$]{0,99}"
HEADLINE = re.compile(
    r"^(?:(?:Uncaught|Unhandled|Fatal error:|PHP Fatal error:|Caused by:|\[cause\]:|--->|Error:"
    r"|Exception in thread \"[^\"\n]{0,100}\")\s+){0,3}"
    rf"{CLASS}(?:\s\[[\w-]{{1,40}}\]|\s\(0x[0-9a-fA-F]{{1,16}}\))?(?::\s?[^\n]{{0,2000}})?$",
)
PYTHON_FRAME = re.compile(r'^ {0,8}File "[^"\n]{1,500}", line \d+, in ', re.MULTILINE)
GO_CALL = re.compile(r"^(?P<function>[\w./*()\[\]-]{1,200}[\w\])])\((?:[^\n]{0,300})\)$")
GO_PLACE = re.compile(r"^\s+(?P<file>/[^\s:]{1,300}\.go):\d+")
RUBY_HEAD = re.compile(
    r"^(?P<file>[^\s:]{1,300}\.rb):\d+:in [`'](?P<function>[^'\n]{1,200})': (?P<message>[^\n]{0,2000}?)"
    r" \((?P<class>[A-Z][\w:]{1,100})\)"
)
PHP_HEAD = re.compile(
    r"(?:Uncaught )?(?P<class>[A-Z][\w\\]{1,150})(?:: (?P<message>[^\n]{0,2000}?))?"
    r" in (?P<file>/[^\s:]{1,300}\.php)(?::\d+| on line \d+)"
)
RUST_PANIC = re.compile(
    r"panicked at (?:'(?P<old>[^\n]{0,1000})', )?(?P<file>[^\s:']{1,300}\.rs):\d+(?::\d+)?:?(?:\n(?P<message>[^\n]{0,2000}))?"
)
GO_PANIC = re.compile(r"^(?:[\w ]{0,30}panic: |(?=runtime error: ))(?P<message>[^\n]{0,2000})", re.MULTILINE)
ELIXIR_HEAD = re.compile(r"^\*\* \((?P<class>[\w.]{1,100})\) (?P<message>[^\n]{0,2000})", re.MULTILINE)

CPP_HEAD = re.compile(
    r"terminate called after throwing an instance of '(?P<class>[\w:<>, ]{1,200})'"
    r"(?:\n\s*what\(\): {1,3}(?P<message>[^\n]{0,2000}))?"
)


@dataclass(frozen=True)
class Traceback:
    """The place, and what was said where that stands in a form of its own."""

    frame: Frame | None
    """The innermost of the application; None where every frame is somebody else's code."""
    headline: str = ""
    """Exception and message as most languages write them, where this one does it in another way."""


def traceback(text: str) -> Traceback | None:
    """None for a text without one."""
    if "Traceback (most recent call last)" in text or PYTHON_FRAME.search(text):
        return _python(text)
    if panic := RUST_PANIC.search(text):
        frames = [Frame(panic["file"], ""), *(Frame("", frame.function) for frame in frames_of(text) if not frame.file)]
        return Traceback(_innermost(frames), f"panic: {panic['old'] or panic['message'] or ''}")
    if "goroutine " in text and (panic := GO_PANIC.search(text)):
        return Traceback(_innermost(list(_go_frames(text))), f"panic: {panic['message']}")
    frames = list(frames_of(text))
    if head := RUBY_HEAD.search(text):
        return Traceback(_innermost([Frame(head["file"], head["function"]), *frames]), _headline(head))
    if "Stack trace:" in text and (head := PHP_HEAD.search(text)):
        # The file of the headline has no function; the first frame tells which function was called from where.
        return Traceback(_innermost([Frame(head["file"], ""), *frames]), _headline(head))
    if not frames:
        return None
    if head := ELIXIR_HEAD.search(text):
        return Traceback(_innermost(frames), _headline(head))
    return _of_sections(text)


def _headline(head: re.Match[str]) -> str:
    return ": ".join(filter(None, (head["class"], head["message"])))


def _python(text: str) -> Traceback:
    """The last block is of the exception that got out. One whose beginning was cut off has only its end."""
    block = text.rpartition("Traceback (most recent call last)")[2]
    return Traceback(_innermost([*frames_of(block)][::-1]))


def _of_sections(text: str) -> Traceback | None:
    """Java, JavaScript, .NET: an exception with its frames, then what it was caused by with its own; the last is the root.

    None where all of it was suppressed: a text cut off from what it failed beside.
    """
    sections: list[tuple[bool, list[Frame]]] = []
    """Whether it began with the name of an exception, and its frames."""
    is_beside = False
    for line in text.splitlines():
        # What was suppressed failed beside the exception, not before it.
        is_beside = line.lstrip().startswith("Suppressed:") or (is_beside and not line.startswith("Caused by:"))
        if is_beside:
            continue
        if frame := frame_of(line):
            if not sections:
                sections.append((False, []))
            sections[-1][1].append(frame)
        elif HEADLINE.match(line.strip()) and (
            not sections or not sections[-1][0] or sections[-1][1] or _is_cause(line)
        ):
            sections.append((True, []))
        elif not sections and line.strip():
            sections.append((False, []))
    if not sections:
        return None
    return Traceback(next(filter(None, (_innermost(frames) for _named, frames in reversed(sections))), None))


def _is_cause(line: str) -> bool:
    return bool(re.match(r"\s*(?:Caused by:|\[cause\]:|--->)", line))


def _go_frames(text: str) -> Iterator[Frame]:
    function = ""
    for line in text.splitlines():
        if call := GO_CALL.match(line):
            function = call["function"]
        elif function and (place := GO_PLACE.match(line)):
            yield Frame(place["file"], function)
            function = ""


def _innermost(frames: list[Frame]) -> Frame | None:
    """The first application frame of those given, innermost first."""
    return next((frame for frame in frames if not frame.is_library), None)
