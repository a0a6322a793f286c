"""Which rights statements need, read from their text: what a queue's functions touch differs from version to version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from dlq.db.statements import rows
from dlq.table.location import DlqTable

USES = {
    "requeueing": "operations/kinds/requeue",
    "recalling a requeue": "operations/kinds/recall",
    "deleting": "operations/kinds/delete",
    "restoring": "operations/kinds/restore",
    "adding notes": "operations/kinds/note",
    "process_failed_jobs": "process",
    "telling what became of requeued jobs": "outcomes",
}
"""What people would miss, and the folder with its statements."""
NAME = r'(?:\{schema\}\."?(?P<name>\w+)"?|(?P<table>\{table\}))'
MENTION = re.compile(
    rf"(?:\b(?P<verb>insert\s+into|update|delete\s+from)\s+(?:only\s+)?)?(?<!::){NAME}(?P<call>\s*\()?", re.IGNORECASE
)
LOCKED = re.compile(rf"\bfrom\s+{NAME}(?:(?!\bfrom\b).)*\bfor\s+(?:update|no\s+key|share)\b", re.IGNORECASE | re.DOTALL)
INNERMOST = re.compile(r"\(([^()]*)\)")
CONTEXT = "SELECT proname::text, prosrc, prosecdef FROM pg_proc p WHERE pronamespace = to_regnamespace(%(schema)s)"


@dataclass(frozen=True, order=True)
class Touched:
    """A right on a relation of the schema, or EXECUTE on a function of it. The dead letter table's name is empty."""

    name: str
    right: str


def touched_by_use(table: DlqTable) -> Iterator[tuple[str, Touched]]:
    """What each use needs, also within the queue's functions, as they are in this database."""
    functions: dict[str, str] = {}
    for name, body, runs_as_owner in rows(CONTEXT, {"schema": table.names["schema"].replace("%%", "%")}):
        functions[name] = functions.get(name, "") + ("" if runs_as_owner else _with_placeholders(table, body))
    for use, folder in USES.items():
        statements = [path for path in files("dlq").joinpath(folder).iterdir() if path.name.endswith(".sql")]
        texts = [path.read_text(encoding="utf-8") for path in statements]
        yield from ((use, one) for one in sorted(_closure(texts, functions)))


def _closure(texts: Iterable[str], functions: dict[str, str]) -> set[Touched]:
    found: set[Touched] = set()
    waiting = list(texts)
    while waiting:
        new = set(touched(waiting.pop())) - found
        found |= new
        waiting += [functions.get(one.name, "") for one in new if one.right == "EXECUTE"]
    return found


def touched(text: str) -> Iterator[Touched]:
    """Of statements in which the schema is `{schema}` and the dead letter table `{table}`."""
    for statement in re.sub(r"--.*", "", text).split(";"):
        mentions = list(MENTION.finditer(statement))
        for mention in mentions:
            name, verb = mention["name"] or "", (mention["verb"] or "").split()
            if not verb and mention["call"]:
                yield Touched(name, "EXECUTE")
                continue
            changed = next(
                (other.start() for other in mentions if other["verb"] and other.start() > mention.start()), None
            )
            yield from (Touched(name, right) for right in _rights(verb, statement[mention.start() : changed]))
        yield from (
            Touched(locked["name"] or "", "UPDATE") for part in _queries(statement) for locked in LOCKED.finditer(part)
        )


def _queries(statement: str) -> Iterator[str]:
    """What is in parentheses, without what is in others within it, and what is outside of all."""
    while INNERMOST.search(statement):
        yield from INNERMOST.findall(statement)
        statement = INNERMOST.sub(" ", statement)
    yield statement


def _rights(verb: list[str], part: str) -> Iterator[str]:
    """That a statement needs, `part` being its text as far as the next one in the same WITH."""
    if not verb or verb[0].upper() != "INSERT":
        yield "SELECT"
    if verb:
        yield verb[0].upper()
    if verb and verb[0].upper() == "INSERT":
        if renews := re.search(r"\bdo\s+update\b", part, re.IGNORECASE):
            yield "UPDATE"
        if renews or re.search(r"\breturn(s|ing)\b", part, re.IGNORECASE):
            yield "SELECT"


def _with_placeholders(table: DlqTable, body: str) -> str:
    quoted = table.names["schema"].replace("%%", "%")
    return re.sub(rf"(?:{re.escape(quoted)}|\b{re.escape(table.schema)})\.(?=[\w\"])", "{schema}.", body)
