"""An error's text in sections: a headline, or a cause, with what follows it up to its frames, which themselves say nothing.

Forms: Python's and Node's frames, `Caused by:` of Java and of Rust's anyhow (with and without numbers), `--->` of .NET,
`[cause]:` of Node, `** (EXIT)` of Elixir.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dlq.patterns.fingerprint.stack_traces.frames import is_frame
from dlq.patterns.fingerprint.stack_traces.tracebacks import PYTHON_FRAME
from dlq.patterns.fingerprint.tool_output import WARNS
from dlq.patterns.fingerprint.unpacking.field_errors import FIELDS, without_positions
from dlq.patterns.fingerprint.unpacking.keys import plain_key
from dlq.patterns.fingerprint.unpacking.speaking import MESSAGES

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
)
PROPERTY = re.compile(
    r"\s*(?P<key>[a-z]\w{0,40}): (?:'[^'\n]*'|\"[^\"\n]*\"|-?[0-9]+|true|false|undefined|null|\[\w*\])?,?(?: \{)?$"
)
"""As Node prints one of an error's, on a line of its own."""
SAYING = {*MESSAGES, *FIELDS, "sqlmessage", "declinecode", "cause"} - {
    "detail",
    "path",
    "column",
    "text",
    "body",
    "output",
}
"""Properties that say why, or about which field."""
COLUMN = re.compile(r"\b(?:line|row) [0-9]{1,12}, (column [^\n:]{1,80})", re.IGNORECASE)
"""Where the data was wrong, behind the sentence: PostgreSQL's CONTEXT of a COPY, Snowflake's rows."""
REFERENCE = re.compile(r"\((through reference chain: [^\n]{1,400})\)")
"""Jackson's: the field that was wrong, behind where it was read."""
STAMPED = re.compile(
    r"^\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}(?:T|,? )[0-9]{2}:[0-9]{2}:[0-9]{2}[0-9.,]{0,8}"
    r"(?:Z| ?UTC|[+-][0-9:]{4,6})?\]?[ :,-]{1,4}"
    r"(?:\[?(?:INFO|ERROR|WARN|WARNING|FATAL|CRITICAL|DEBUG)\]?[ :-]{1,5})?"
)
"""A log's time and level before a line."""
IN_THE_WAY = re.compile(r"\s+- (?=element (?:is not|is outside|was detached)|<[^\n]{1,300}> intercepts pointer events)")
"""Playwright's: why it could not act on what it found."""
SAID_INSIDE = re.compile(
    r"\b(?:error|\w{0,20}[mM]essage|reason|\w{0,20}description|detail|decline_code|param)\"?: "
    r"(?P<mark>[\"'`])(?P<said>[^\n]{5,500}?)(?P=mark)(?=,|\s*\}|\s*$)"
)
"""Behind the frames, where Node prints what an error has besides its message."""
CHANGESET = re.compile(r"\s+%\{|(?:Errors|Applied changes|Params|Changeset)$")
"""What Ecto prints below its sentence."""
INVALID = re.compile(r"\b(\w{1,60}): \[\{\"([^\"\n]{1,200})\"")
"""A field of Ecto's with what is wrong with it: %{phone: [{"can't be blank", [validation: :required]}]}."""
EXCERPT = re.compile(r"\s+(?:=> |> )?[0-9]{1,5}[:|] ")
"""A line of the template, as Rails prints some below the sentence."""
FRAMED = re.compile(r"^[│╷╵][ \t]*")
"""Terraform's frame around an error."""
POINTS = re.compile(r"\s+\^+\s*$")
EXCEPTION = re.compile(r"[A-Za-z_][\w.]{0,200}(?::|$)")
CUT = re.compile(r"\s*(?:\[?(?:…|\.\.\.)|\[?[^\n]{0,20}(?:truncated|omitted|gekürzt))")


@dataclass
class Section:
    """A headline with what follows it, up to its frames."""

    lines: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """The headline's first, then each cause's, to the root."""
    return _Reader(text).found


class _Reader:
    """Reads a text line by line into its sections."""

    def __init__(self, text: str) -> None:
        self.found = [Section()]
        self.in_python = bool(PYTHON_FRAME.search(text))
        self.details = (DETAIL, IN_THE_WAY, CHANGESET, *([EXCERPT] if "Template::Error" in text else []))
        # Python's exception stands behind its frames; where nothing does, it stood before them, or they are another language's.
        last = text.rstrip().splitlines()[-1] if self.in_python else ""
        self.is_cut = (
            self.in_python
            and "Traceback (most recent call last)" not in text
            and bool(EXCEPTION.match(last))
            and not is_frame(last)
        )
        """Whether what stands before its first frame is the end of a frame that was cut off."""
        self.after_frames = False
        self.in_causes = False
        """Within a list of causes, each on a line of its own."""
        self.in_backtrace = False
        """To the end, or to the next cause: nothing there says why."""
        self.in_details = False
        """To the next empty line."""
        for line in map(_bounded, text.splitlines()):
            self._read(line)

    def _read(self, line: str) -> None:
        if not line.strip():
            self.in_details = False
        elif WARNS.match(line) and not (self.after_frames or self.found[1:] or self.found[0].lines):
            return
        elif BETWEEN.match(line):
            self.after_frames, self.in_backtrace, self.in_causes = True, False, False
        elif cause := CAUSE.match(line):
            self._begin_cause(line[cause.end() :])
        elif BACKTRACE.match(line):
            self.in_backtrace, self.in_causes = True, False
        elif self.in_backtrace:
            return
        elif self.in_causes:
            self._read_cause(line)
        elif is_frame(line):
            self.after_frames = True
            if self.is_cut:
                self.found, self.is_cut = [Section()], False
        else:
            self._read_sentence(line)

    def _begin_cause(self, said: str) -> None:
        self.after_frames = self.in_backtrace = self.in_details = False
        self.in_causes = not said.strip()
        self.found.append(Section([] if self.in_causes else [said]))

    def _read_cause(self, line: str) -> None:
        number = NUMBERED.match(line)
        if (is_frame(line) and not number) or not line[:1].isspace():
            self.in_causes, self.after_frames = False, True
        else:
            self.found[-1].causes.append(line[number.end() :] if number else line)

    def _read_sentence(self, line: str) -> None:
        section = self.found[-1]
        section.causes.extend(_beside(line))
        if POINTS.match(line) and section.lines[1:] and section.lines[-1][:1].isspace():
            # At a part of a line of the program, which some versions of a language print and others don't.
            section.lines.pop()
        if any(form.match(line) for form in self.details) or _is_beside_it(line):
            self.in_details = line.startswith(("[SQL", "[parameters", "Call log", "LINE"))
        elif self.in_details:
            return
        elif self.in_python and self.after_frames:
            if not (line[:1].isspace() or CUT.match(line)):
                self.found.append(Section([line]))
                self.after_frames = False
        elif not self.after_frames:
            section.lines.append(line)
        elif said := SAID_INSIDE.search(line):
            section.causes.append(said["said"])


def _is_beside_it(line: str) -> bool:
    found = PROPERTY.match(line)
    return found is not None and plain_key(found["key"]) not in SAYING


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
