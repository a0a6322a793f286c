"""Of an error's lines those that say why: the headline and each cause; of a tool's output the line that complains.

Frames, details and what follows them never count. Forms: Python's and Node's frames, `Caused by:` of Java and of Rust's
anyhow (with and without numbers), `--->` of .NET, `[cause]:` of Node, `** (EXIT)` of
Elixir; output of command line tools behind "Command failed".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dlq.patterns.fingerprint.field_errors import without_positions
from dlq.patterns.fingerprint.tokens import with_digits_masked
from dlq.patterns.fingerprint.tracebacks import PYTHON_FRAME, is_frame

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
    r"\s*(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|WHERE|PARAMETERS|Detail|Hint|Where|Help|LINE [0-9]+|SQL|Bindings"
    r"|ClientConnectionId|Error Number|Severity|Position|Call log|More info|note|hint|help)\s?:|\s*For further information visit "
    r"|\s*\^|\s*at \[Source: "
    r"|\[SQL|\[parameters|\(Background on|goroutine |\.\.\. [0-9]+ (?:more|common)|\s*Suppressed:|Originating in"
    r"|\s*\{\s*$|\s*\}\s*,?\s*$"
    r"|\s*[a-z]\w{0,40}: (?:'[^'\n]*'|\"[^\"\n]*\"|-?[0-9]+|true|false|undefined|null|\[\w*\])?,?(?: \{)?$"
)
TOOL = re.compile(
    r"[Cc]ommand (?:failed|exited|'|\"|`|\[)|[Ee]xit(?:ed)? (?:with )?(?:code|status)|non-?zero|failed with (?:exit|status|code)"
    r"|exited with|terminated by signal|[Pp]rocess (?:failed|exited)|exit status|^exec: |failed to run|returned [0-9]"
)
EXIT = re.compile(
    r"(?:process )?exit(?:ed)?[ _-]?(?:with )?(?:code|status|signal)\W{1,4}(?:-?[0-9]{1,3}|SIG[A-Z]+)\W*$", re.I
)
COMPLAINT = re.compile(
    r"\b(?:error|fatal|cannot|can't|could not|couldn't|not|no|invalid|unable|denied|missing|unknown|unexpected|failed|failure"
    r"|exhausted|refused|too|undefined|corrupt\w*|unsupported|unrecognized|killed|panic|exception|timed? ?out|full|E[A-Z]{4,})\b",
    re.I,
)
BANNER = re.compile(r"\s*(?:warning|warn|info|debug|notice|npm warn|copyright|usage)\b", re.I)
COMMAND = re.compile(r"(?P<head>[Cc]ommand failed: )(?P<program>[^\s]+)(?P<rest>[^\n]*)")
LISTED = re.compile(r"[Cc]ommand '?\[(?P<program>'[^',\]]+'|\"[^\",\]]+\")[^\]\n]*\]'?")
QUOTED_COMMAND = re.compile(r"[Cc]ommand (?P<mark>['\"`])(?P<program>[\w./-]+) [^\n]*?(?P=mark)")
EXIT_IN_LINE = re.compile(r"exit(?:ed)?(?: with)? (?:code|status)[ :]*-?[0-9]{1,3}|code[ =:]-?[0-9]{1,3}", re.I)
INLINE_DETAIL = re.compile(
    r"\s(?:\(SQL: |\(Connection: |\[SQL: |(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY): )|, input_value=| [Qq]uery was: "
)
LABELLED = re.compile(
    r"! (?=\S)|\s*(?:Exception|Message|Reason|Error [Mm]essage|Exception [Mm]essage|(?:[A-Z]\w{1,20} )?Error"
    r"|Parameter(?: name)?|Grund"
    r"|Ursache)\s?: +(?=\S)|[\w.-]{1,40}: (?:error|fatal|ERROR|FATAL): +(?=\S)"
)
COLUMN = re.compile(r"\b(?:line|row) [0-9]{1,12}, (column [^\n:]{1,80})", re.IGNORECASE)
"""Where the data was wrong, behind the sentence: PostgreSQL's CONTEXT of a COPY, Snowflake's rows."""
REFERENCE = re.compile(r"\((through reference chain: [^\n]{1,400})\)")
"""Jackson's: the field that was wrong, behind where it was read."""
CALLED = re.compile(r"\binvocation(?: in)?:?\s*$")
"""Prisma's: behind it come a place, some lines of the program and then what went wrong."""
CALL_LOG = re.compile(r"^Call log:\n\s{0,8}- (?=waiting for |navigating to )", re.MULTILINE)
"""Playwright's: its first line says what was waited for."""
CHAIN = re.compile(r"^Error:[ \t]*\n(?=[ \t]+0: )", re.MULTILINE)
"""Of color-eyre, which numbers the chain behind it."""
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
    for section in _sections(CHAIN.sub("Caused by:\n", CALL_LOG.sub("Caused by: ", text))):
        for line in [*_of(section.lines), *section.causes]:
            line = INLINE_DETAIL.split(line, maxsplit=1)[0].strip()
            # Lines that differ in a number are one, or the pattern would depend on what the coarse key masks.
            if line and (plain := with_digits_masked(line)) not in known:
                known.add(plain)
                kept.append(line)
    if len(kept) > MOST_LINES:
        # The root is where it began.
        kept = [*kept[: MOST_LINES // 2], *kept[-MOST_LINES // 2 :]]
    return kept


def _sections(text: str) -> list[Section]:
    sections = [Section()]
    after_frames = in_causes = in_backtrace = skips = False
    in_python = bool(PYTHON_FRAME.search(text))
    # Python's exception stands behind its frames; where nothing does, the frames are another language's in its form.
    is_cut = (
        in_python and "Traceback (most recent call last)" not in text and not is_frame(text.rstrip().splitlines()[-1])
    )
    for line in map(_bounded, text.splitlines()):
        if not line.strip():
            skips = False
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
        if column := COLUMN.search(line):
            sections[-1].causes.append(column[1])
        if chain := REFERENCE.search(line):
            sections[-1].causes.append(without_positions(chain[1]))
        if DETAIL.match(line):
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
    return sections


def _bounded(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE // 2]} … {line[-LONGEST_LINE // 2 :]}"


def _of(lines: list[str]) -> list[str]:
    if not lines:
        return []
    head, rest = lines[0], lines[1:]
    if TOOL.search(head):
        return [_command(head), *_complaints(rest)]
    kept = [head]
    if CALLED.search(head) or (rest and CALLED.search(rest[0])):
        return [head, lines[-1]] if CALLED.search(head) else [head, rest[0], lines[-1]]
    while rest and (len(lines) == 2 or INTRODUCES.search(kept[-1])) and len(kept) < MOST_INTRODUCED:
        kept.append(rest.pop(0))
    if re.search(r"[0-9]{1,4} validation errors? for ", head):
        kept = [head, *map(without_positions, [*kept[1:], *rest[:1]][:2])]
    elif tool := next((at for at, line in enumerate(rest) if TOOL.search(line)), None):
        kept.extend([_command(rest[tool]), *_complaints(rest[:tool] + rest[tool + 1 :])])
    elif len(kept) == 1 and (exits := [line for line in rest if EXIT.match(line)]):
        kept.extend(exits[:1])
    kept.extend([line for line in rest if LABELLED.match(line)][:2])
    return kept


def _command(line: str) -> str:
    """The program, without what it was called with."""
    line = LISTED.sub(lambda found: f"command {found['program']}", line)
    line = QUOTED_COMMAND.sub(lambda found: f"command {found['program']}", line)
    if found := COMMAND.search(line):
        exits = EXIT_IN_LINE.search(found["rest"])
        program = re.split(r"[/\\]", found["program"])[-1]
        line = f"{line[: found.start()]}{found['head']}{program} {exits[0] if exits else ''}"
    return line


def _complaints(lines: list[str]) -> list[str]:
    """Of a tool's output."""
    exits = [line for line in lines if EXIT.match(line.strip())][:1]
    output = [line for line in lines if line not in exits and not BANNER.match(line)]
    complaints = [line for line in output if COMPLAINT.search(line)]
    if not complaints and output:
        complaints = output[:1] if len(output) <= 3 else output[-1:]
    return [*complaints[:2], *exits]
