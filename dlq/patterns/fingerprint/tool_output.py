"""What the output of a command line tool complains of, and the command without what it was called with."""

from __future__ import annotations

import re

from dlq.patterns.fingerprint.tokens import with_digits_masked

MOST_COMPLAINTS = 2

TOOL = re.compile(
    r"[Cc]ommand (?:failed|exited|'|\"|`|\[)|[Ee]xit(?:ed)? (?:with )?(?:code|status)|non-?zero|failed with (?:exit|status|code)"
    r"|exited with|terminated by signal|[Pp]rocess (?:failed|exited)|exit status|^exec: |failed to run|returned [0-9]"
)
EXIT = re.compile(
    r"(?:process )?exit(?:ed)?[ _-]?(?:with )?(?:code|status|signal)\W{1,4}(?:-?[0-9]{1,3}|SIG[A-Z]+)\W*$", re.I
)
COMPLAINT = re.compile(
    r"\b(?:error|fatal|cannot|can't|could not|couldn't|not|no|invalid|unable|denied|missing|unknown|unexpected|failed|failure"
    r"|exhausted|refused|rejected|blocked|exceeded|expired|forbidden|unauthorized|unavailable|insufficient|too|undefined|corrupt\w*"
    r"|unsupported|unrecognized|killed|aborted|panic|exception|timed? ?out|full|already|exists|bad|wrong|(?-i:E[A-Z]{4,})"
    r"|fehl(?:er|t|en)|nicht|kein\w*|ungültig\w*|konnte|erreur|échec|impossible|fallo|falló)\b",
    re.I,
)
CLASS = re.compile(r"[a-z](?:Error|Exception|Failure|Fault|Timeout)\b")
BANNER = re.compile(
    r"\s*(?:[\w.-]{1,30}: )?(?:warning|warn|info|debug|notice|note|npm warn|copyright|usage)\b"
    r"|\s*(?:javaldx|configuration|built with|(?:in|out)put #|stream #|duration|metadata|encoder|major_brand)\b[ :0-9]"
    r"|\s*lib(?:av|sw|post)\w{1,20} ",
    re.I,
)
"""What tools say besides."""
WARNS = re.compile(
    r"\S{1,200}:[0-9]{1,6}: \w{0,40}Warning: |\w{0,40}(?:Deprecation|Future|User)Warning: |\s+warnings\.warn\("
    r"|\(node:[0-9]{1,8}\) (?:\[\w{1,20}\] )?(?:Deprecation|Experimental)Warning: "
    r"|(?:[\w.-]{1,30}: )?\[?(?i:warning)\]?:? [^\n]{0,300}\b(?:insecure|deprecated|obsolete)\b"
)
"""A warning of the runtime's or about how it was called, which where it stands before all else is not why."""
COMMAND = re.compile(r"(?<!\w )(?P<head>[Cc]ommand failed: )(?P<program>(?!-?[0-9])[^\s]+)(?P<rest>[^\n]*)")
LISTED = re.compile(r"[Cc]ommand '?\[(?P<program>'[^',\]]+'|\"[^\",\]]+\")[^\]\n]*\]'?")
QUOTED_COMMAND = re.compile(r"[Cc]ommand (?P<mark>['\"`])(?P<program>[\w./-]+) [^\n]*?(?P=mark)")
EXIT_IN_LINE = re.compile(r"exit(?:ed)?(?: with)? (?:code|status)[ :]*-?[0-9]{1,3}|code[ =:]-?[0-9]{1,3}", re.I)


def complains(line: str) -> bool:
    return bool(COMPLAINT.search(line) or CLASS.search(line)) and not BANNER.match(line)


def command(line: str) -> str:
    """The program, without what it was called with."""
    line = LISTED.sub(lambda found: f"command {found['program']}", line)
    line = QUOTED_COMMAND.sub(lambda found: f"command {found['program']}", line)
    if found := COMMAND.search(line):
        exits = EXIT_IN_LINE.search(found["rest"])
        program = re.split(r"[/\\]", found["program"])[-1]
        line = f"{line[: found.start()]}{found['head']}{program} {exits[0] if exits else ''}"
    return line


def complaints(lines: list[str]) -> list[str]:
    """Those of a tool's output that say why it failed; where none does, what it said, and how it ended."""
    exits = [line for line in lines if EXIT.match(line.strip())][:1]
    output = [line for line in lines if line not in exits and not BANNER.match(line)]
    found = once_each([line for line in output if COMPLAINT.search(line)])
    if found:
        # How it ended says less, and is another from version to version.
        return found[:MOST_COMPLAINTS]
    return [*(output[:1] if len(output) <= 3 else output[-1:]), *exits]


def once_each(lines: list[str]) -> list[str]:
    """Without those that complain of the same about something else: "tar: a.jpg: File exists" for each file."""
    found: dict[str, str] = {}
    for line in lines:
        found.setdefault(_complaint(line), line)
    return list(found.values())


def _complaint(line: str) -> str:
    """A line without what it is about, between the tool and what it says."""
    parts = with_digits_masked(re.sub(r"\"[^\"\n]*\"|'[^'\n]*'", '""', line.strip())).split(": ")
    return ": ".join(parts if len(parts) < 3 else (parts[0], parts[-1]))
