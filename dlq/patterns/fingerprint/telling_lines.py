"""Of an error's lines those that say why: the headline and each cause; of a tool's output the line that complains.

Frames, details and what follows them never count. Forms: Python's and Node's frames, `Caused by:` of Java and of Rust's
anyhow (with and without numbers), `--->` of .NET, `[cause]:` of Node, `** (EXIT)` of
Elixir; output of command line tools behind "Command failed".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dlq.patterns.fingerprint.stack_traces.frames import is_frame
from dlq.patterns.fingerprint.stack_traces.tracebacks import CPP_HEAD, PYTHON_FRAME
from dlq.patterns.fingerprint.tokens import with_digits_masked
from dlq.patterns.fingerprint.tool_output import (
    EXIT,
    MOST_COMPLAINTS,
    TOOL,
    WARNS,
    command,
    complains,
    complaints,
    once_each,
)
from dlq.patterns.fingerprint.unpacking.field_errors import without_positions

MOST_LINES = 8
MOST_INTRODUCED = 6
"""Lines of a headline in parts, each of which introduces the next one."""
LONGEST_LINE = 2_000
"""Characters of a line that are read: its beginning, and its end, where a chain of causes has the root."""

CAUSE = re.compile(r"\s*(?:\*\* \(EXIT[^)\n]{0,80}\)|Caused by:?|\[cause\]:|---> |caused by:|Cause:|Root cause:)\s*")
NUMBERED = re.compile(r"\s+[0-9]{1,3}: (?=\S)")
BACKTRACE = re.compile(r"\s*(?:[Ss]tack (?:back)?trace:?|Backtrace:|Location:|Call [Ss]tack|stack traceback:)")
BETWEEN = re.compile(
    r"The above exception was|During handling of the above|Traceback \(most recent call last\)"
    r"|\s*--- End of (?:stack trace|inner exception)"
)
DETAIL = re.compile(
    r"\s*(?:[\w.-]{1,30}: (?:detail|hint): |https?://\S+\s*$)"
    r"|Task \S{1,100}\[[\w-]{1,60}\] (?:raised unexpected|retry): |PL/pgSQL function "
    r"|\s*(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|WHERE|PARAMETERS|Detail|Hint|Where|Help|LINE [0-9]+|SQL|Bindings"
    r"|ClientConnectionId|Error Number|Severity|Position|Call log|More info|TROUBLESHOOTING|note|hint|help)\s?:"
    r"|\s*For further information visit |HTTP response headers: |pg_restore: (?:while|from TOC entry) "
    r"|\s*\^|\s*at \[Source: "
    r"|\[SQL|\[parameters|\(Background on|goroutine |\.\.\. [0-9]+ (?:more|common)|\s*Suppressed:|Originating in"
    r"|\s*\{\s*$|\s*\}\s*,?\s*$"
    r"|\s*[a-z]\w{0,40}: (?:'[^'\n]*'|\"[^\"\n]*\"|-?[0-9]+|true|false|undefined|null|\[\w*\])?,?(?: \{)?$"
)
INLINE_DETAIL = re.compile(
    r"\s(?:\(SQL: |\(Connection: |\[SQL: |(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY): )|, input_value=| [Qq]uery was: "
    r"|(?<=not found in:) (?=%\{)|\s\[MSG: class="
    r"|\sin /[^\s:]{1,300}\.php(?::[0-9]+| on line [0-9]+)"
)
LABELLED = re.compile(
    r"<- (?=[45][0-9]{2}[ -])|! (?=\S)"
    r"|\s*(?:Exception|Message|Reason|Error [Mm]essage|Exception [Mm]essage|(?:[A-Z]\w{1,20} )?Error"
    r"|Parameter(?: name)?|Diagnostic-Code|Type|Grund"
    r"|(?:message|description|explanation|reason) ?"
    r"|Ursache)\s?: +(?=\S)|[\w./:-]{1,200}: (?:error|fatal|ERROR|FATAL): +(?=\S)"
)
COLUMN = re.compile(r"\b(?:line|row) [0-9]{1,12}, (column [^\n:]{1,80})", re.IGNORECASE)
"""Where the data was wrong, behind the sentence: PostgreSQL's CONTEXT of a COPY, Snowflake's rows."""
REFERENCE = re.compile(r"\((through reference chain: [^\n]{1,400})\)")
"""Jackson's: the field that was wrong, behind where it was read."""
CALLED = re.compile(r"\binvocation(?: in)?:?\s*$")
"""Prisma's: behind it come a place, some lines of the program and then what went wrong."""
STAMPED = re.compile(
    r"^\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}(?:T|,? )[0-9]{2}:[0-9]{2}:[0-9]{2}[0-9.,]{0,8}"
    r"(?:Z| ?UTC|[+-][0-9:]{4,6})?\]?[ :,-]{1,4}"
    r"(?:\[?(?:INFO|ERROR|WARN|WARNING|FATAL|CRITICAL|DEBUG)\]?[ :-]{1,5})?"
)
"""A log's time and level before a line."""
IN_THE_WAY = re.compile(r"\s+- (?=element (?:is not|is outside|was detached)|<[^\n]{1,300}> intercepts pointer events)")
"""Playwright's: why it could not act on what it found."""
SAID_INSIDE = re.compile(
    r"\b(?:error|message|reason|description|detail)\"?: (?P<mark>[\"'`])(?P<said>[^\n]{8,500}?)(?P=mark)(?=,|\s*\}|\s*$)"
)
"""Behind the frames, where Node prints what an error has besides its message."""
CALL_LOG = re.compile(r"^Call log:\n\s{0,8}- (?=waiting for |navigating to )", re.MULTILINE)
"""Playwright's: its first line says what was waited for."""
CHANGESET = re.compile(r"\s+%\{|(?:Errors|Applied changes|Params|Changeset)$")
"""What Ecto prints below its sentence."""
INVALID = re.compile(r"\b(\w{1,60}): \[\{\"([^\"\n]{1,200})\"")
"""A field of Ecto's with what is wrong with it: %{phone: [{"can't be blank", [validation: :required]}]}."""
EXCERPT = re.compile(r"\s+(?:=> |> )?[0-9]{1,5}[:|] ")
"""A line of the template, as Rails prints some below the sentence."""
CHAIN = re.compile(r"^Error:[ \t]*\n(?=[ \t]+0: )", re.MULTILINE)
"""Of color-eyre, which numbers the chain behind it."""
FRAMED = re.compile(r"^[│╷╵][ \t]*")
"""Terraform's frame around an error."""
POINTS = re.compile(r"\s+\^+\s*$")
WENT_WELL = re.compile(r"\bsuccess(?:ful|fully)?\b", re.IGNORECASE)
EXCEPTION = re.compile(r"[A-Za-z_][\w.]{0,200}(?::|$)")
CUT = re.compile(r"\s*(?:\[?(?:…|\.\.\.)|\[?[^\n]{0,20}(?:truncated|omitted|gekürzt))")
INTRODUCES = re.compile(
    r":\s*$|^(?:\w+ )?Error in \w+ \S+(?: \(\S+\))?$|[0-9]{1,4} validation errors? for |^\S+$|^\S+ \S+$"
)
CLASS_ALONE = re.compile(r"[\w.:\\$/]+:?\s*$")


@dataclass
class Section:
    """A headline with what follows it, up to its frames."""

    lines: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)


def telling_lines(text: str) -> list[str]:
    """The lines that say why, from the outermost to the root cause."""
    kept: list[str] = []
    known: set[str] = set()
    text = CPP_HEAD.sub(_as_cause, CHAIN.sub("Caused by:\n", CALL_LOG.sub("Caused by: ", text)))
    for section in _sections(text):
        for line in [*_of(section.lines), *section.causes]:
            line = without_details(line)
            # Lines that differ in a number are one, or the pattern would depend on what the coarse key masks.
            if line and (plain := with_digits_masked(line)) not in known:
                known.add(plain)
                kept.append(line)
    if len(kept) > MOST_LINES:
        # The root is where it began.
        kept = [*kept[: MOST_LINES // 2], *kept[-MOST_LINES // 2 :]]
    return kept


def _as_cause(head: re.Match[str]) -> str:
    return "\nCaused by: " + ": ".join(filter(None, (head["class"], head["message"])))


def without_details(line: str) -> str:
    """Up to where it says with which data."""
    return INLINE_DETAIL.split(line, maxsplit=1)[0].strip()


def _sections(text: str) -> list[Section]:
    sections = [Section()]
    after_frames = in_causes = in_backtrace = skips = False
    in_python = bool(PYTHON_FRAME.search(text))
    details = (DETAIL, IN_THE_WAY, CHANGESET, *([EXCERPT] if "Template::Error" in text else []))
    # Python's exception stands behind its frames; where nothing does, it stood before them, or they are another language's.
    last = text.rstrip().splitlines()[-1] if in_python else ""
    is_cut = (
        in_python
        and "Traceback (most recent call last)" not in text
        and bool(EXCEPTION.match(last))
        and not is_frame(last)
    )
    for line in map(_bounded, text.splitlines()):
        if not line.strip():
            skips = False
            continue
        if WARNS.match(line) and not (after_frames or sections[1:] or sections[0].lines):
            continue
        if BETWEEN.match(line):
            after_frames, in_backtrace, in_causes = True, False, False
            continue
        if cause := CAUSE.match(line):
            sections.append(Section())
            after_frames = in_backtrace = skips = False
            in_causes = not line[cause.end() :].strip()
            if not in_causes:
                sections[-1].lines.append(line[cause.end() :])
            continue
        if BACKTRACE.match(line):
            in_backtrace, in_causes = True, False
            continue
        if in_backtrace:
            continue
        if in_causes:
            if is_frame(line) and not NUMBERED.match(line):
                in_causes, after_frames = False, True
            elif line[:1].isspace():
                number = NUMBERED.match(line)
                sections[-1].causes.append(line[number.end() :] if number else line)
            else:
                in_causes, after_frames = False, True
            continue
        if is_frame(line):
            after_frames = True
            if is_cut:
                sections, is_cut = [Section()], False
            continue
        sections[-1].causes.extend(_beside(line))
        if POINTS.match(line) and sections[-1].lines[1:] and sections[-1].lines[-1][:1].isspace():
            # At a part of a line of the program, which some versions of a language print and others don't.
            sections[-1].lines.pop()
        if any(form.match(line) for form in details):
            skips = line.startswith(("[SQL", "[parameters", "Call log", "LINE"))
            continue
        if skips:
            continue
        if in_python and after_frames:
            if line[:1].isspace() or CUT.match(line):
                continue
            sections.append(Section([line]))
            after_frames = False
            continue
        if not after_frames:
            sections[-1].lines.append(line)
        elif said := SAID_INSIDE.search(line):
            sections[-1].causes.append(said["said"])
    return sections


def _beside(line: str) -> Iterator[str]:
    """The column, the field with what is wrong with it, or the state that a line names besides."""
    if column := COLUMN.search(line):
        yield column[1]
    if chain := REFERENCE.search(line):
        yield without_positions(chain[1])
    if state := IN_THE_WAY.match(line):
        yield line[state.end() :]
    yield from (f'field "{name}" {said}' for name, said in INVALID.findall(line))


def _bounded(line: str) -> str:
    line = STAMPED.sub("", FRAMED.sub("", line))
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE // 2]} … {line[-LONGEST_LINE // 2 :]}"


def _of(lines: list[str]) -> list[str]:
    if not lines:
        return []
    lines = once_each(lines)
    head, rest = lines[0], lines[1:]
    if TOOL.search(head):
        return [command(head), *complaints(rest)]
    kept = [head]
    if CALLED.search(head) or (rest and CALLED.search(rest[0])):
        return [head, lines[-1]] if CALLED.search(head) else [head, rest[0], lines[-1]]
    # What went well is not why.
    rest = [line for line in rest if complains(line) or not WENT_WELL.search(line)] or rest
    while rest and (len(lines) == 2 or INTRODUCES.search(kept[-1])) and len(kept) < MOST_INTRODUCED:
        kept.append(rest.pop(0))
    if len(kept) < len(lines) and (said := [line for line in rest if complains(line)]):
        kept.extend(said[:MOST_COMPLAINTS])
    elif re.search(r"[0-9]{1,4} validation errors? for ", head):
        kept = [head, *map(without_positions, [*kept[1:], *rest[:1]][:2])]
    elif tool := next((at for at, line in enumerate(rest) if TOOL.search(line)), None):
        kept.extend([command(rest[tool]), *complaints(rest[:tool] + rest[tool + 1 :])])
    elif len(kept) == 1 and (exits := [line for line in rest if EXIT.match(line)]):
        kept.extend(exits[:1])
    kept.extend([line for line in rest if LABELLED.match(line)][:2])
    return list(dict.fromkeys(kept))
