"""Of an error's lines those that say why: the headline and each cause; of a tool's output the line that complains.

Frames, details and what follows them never count.
"""

from __future__ import annotations

import re

from dlq.patterns.fingerprint.sections import sections
from dlq.patterns.fingerprint.stack_traces.tracebacks import CPP_HEAD
from dlq.patterns.fingerprint.tokens import with_digits_masked
from dlq.patterns.fingerprint.tool_output import EXIT, MOST_COMPLAINTS, TOOL, command, complains, complaints, once_each
from dlq.patterns.fingerprint.unpacking.field_errors import without_positions

MOST_LINES = 8
MOST_INTRODUCED = 6
"""Lines of a headline in parts, each of which introduces the next one."""
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
CALLED = re.compile(r"\binvocation(?: in)?:?\s*$")
"""Prisma's: behind it come a place, some lines of the program and then what went wrong."""
CALL_LOG = re.compile(r"^Call log:\n\s{0,8}- (?=waiting for |navigating to )", re.MULTILINE)
"""Playwright's: its first line says what was waited for."""
CHAIN = re.compile(r"^Error:[ \t]*\n(?=[ \t]+0: )", re.MULTILINE)
"""Of color-eyre, which numbers the chain behind it."""
WENT_WELL = re.compile(r"\bsuccess(?:ful|fully)?\b", re.IGNORECASE)
INTRODUCES = re.compile(
    r":\s*$|^(?:\w+ )?Error in \w+ \S+(?: \(\S+\))?$|[0-9]{1,4} validation errors? for |^\S+$|^\S+ \S+$"
)


def telling_lines(text: str) -> list[str]:
    """The lines that say why, from the outermost to the root cause."""
    kept: list[str] = []
    known: set[str] = set()
    text = CPP_HEAD.sub(_as_cause, CHAIN.sub("Caused by:\n", CALL_LOG.sub("Caused by: ", text)))
    for section in sections(text):
        for line in [*_telling(section.lines), *section.causes]:
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


def _telling(lines: list[str]) -> list[str]:
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
