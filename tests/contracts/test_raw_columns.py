"""What a column really has is read in a few places only; whatever else reads it, reads it masked. Each place says why."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dlq.redaction.masked_columns import MASKED

APP = Path(__file__).resolve().parents[2] / "dlq"
ROOM = APP / "redaction"
READERS = {
    "client.py": "code that calls it is trusted",
    "entries/documents.py": "who may see asks for it on the page",
    "entries/note_editing.py": "what is masked in notes stays in them",
    "export/copying.py": "who may see asks for it in an export",
    "filters/conditions.py": "candidates of an index, compared masked as well; whether there are notes",
    "filters/searching/beside.py": "candidates of an index, compared masked as well",
    "filters/searching/search_anywhere.py": "candidates of an index, compared masked as well",
    "filters/searching/search_words.py": "candidates of an index, compared masked as well",
    "operations/batch.py": "measures payloads, shows none",
    "operations/kinds/requeue/plan.py": "keys that entries share, shows none",
    "patterns/upkeep.py": "whether kept texts read masked otherwise, and reads those anew masked",
}
"""Modules that may say `Raw` or `as_they_are`."""
STATEMENTS = {
    "entries/link_values.sql": "links leave out what is masked",
    "faults/rights.sql": "which rights are needed",
    "listing/matches.sql": "names places, whose texts it is given masked",
    "models/has_no_error.sql": "whether an entry has an error",
    "operations/kinds/edit/act.sql": "edits payloads, and keeps what they were",
    "operations/kinds/edit/decide.sql": "compares payloads, and tells nothing of those with something masked",
    "operations/kinds/edit/edited.sql": "what an edit makes of payloads",
    "operations/kinds/edit/preview.sql": "compares payloads, and shows them masked",
    "operations/kinds/edit/shown.sql": "a payload to edit, with nothing to mask in it",
    "operations/kinds/note/act.sql": "writes notes, and keeps what they said",
    "operations/kinds/put_back/act.sql": "a payload is put back as it was",
    "operations/kinds/requeue/act.sql": "an entry becomes a job as it is",
    "operations/kinds/requeue/decide.sql": "compares keys",
    "outcomes/decide.sql": "whether an entry has a key",
    "process/as_entry.sql": "a job becomes an entry as it is",
    "process/keep.sql": "a job becomes an entry as it is",
    "process/move.sql": "a job becomes an entry as it is",
    "process/renew.sql": "a job becomes an entry as it is",
    "process/renewal.sql": "a job becomes an entry as it is",
    "process/upsert.sql": "a job becomes an entry as it is",
    "selection/payload_paths.sql": "measures payloads before it masks them",
    "selection/payload_values.sql": "measures payloads before it masks them",
    "table/create.sql": "makes the table",
    "table/is_on_key.sql": "tells indexes apart",
}
"""Statements that may name a column of MASKED."""
NAMERS = {
    "table/init.py": "looks for keys that repeat",
    "table/uniqueness.py": "tells indexes apart",
}
"""Modules that may do so in a statement of their own."""
COLUMN = re.compile(rf"(?<![\w{{]){'(' + '|'.join(MASKED) + ')'}\b")
KEPT = re.compile(
    r"\bdlq_(?:entrynote|editrecord|dutyrun)\b|\b(?:title|words|sample_text|sample_reason|sample_values|about)\b"
)


def modules() -> list[Path]:
    return [path for path in APP.rglob("*.py") if ROOM not in path.parents and "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(APP))


def names_in(path: Path) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}


def test_raw_columns_are_read_where_they_may_be_and_nowhere_else() -> None:
    found = {name_of(path) for path in modules() if names_in(path) & {"Raw", "as_they_are"}}
    assert found == set(READERS)


def test_statements_name_masked_columns_where_they_may_and_nowhere_else() -> None:
    found = set()
    for path in APP.rglob("*.sql"):
        statement = re.sub(r"--.*", "", path.read_text())
        # A masked column is handed in, and may bear the column's name.
        statement = re.sub(r"\{(\w+)\} AS \1|\b\w+\.failure_reason AS|%\(\w+\)s", "", statement)
        if COLUMN.search(statement):
            found.add(name_of(path))
    assert found - {"patterns/error_text.sql", "patterns/samples.sql"} == set(STATEMENTS)


@pytest.mark.parametrize("path", sorted(APP.rglob("*.sql")), ids=name_of)
def test_no_statement_names_what_is_kept_of_entries(path: Path) -> None:
    statement = re.sub(r"--.*|\{\w+\}( AS \w+)?|%\(\w+\)s", "", path.read_text())
    assert not re.search(r"\b\w+\.(?:title|words|sample_text|sample_reason|sample_values|about)\b", statement)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_module_writes_a_statement_over_the_table_that_names_a_masked_column(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr | ast.Constant):
            text = ast.unparse(node)
            if re.search(r"\bSELECT\b", text):
                assert not COLUMN.search(text) or name_of(path) in NAMERS, text
                assert not KEPT.search(text), text


def test_extra_columns_are_read_masked() -> None:
    """`ExtraColumn` is the column itself."""
    found = {name_of(path) for path in modules() if "ExtraColumn" in names_in(path)}
    assert found == {"entries/documents.py", "export/copying.py", "table/extra_columns.py"}


def test_members_of_deleted_rows_are_read_masked() -> None:
    """`KeyTextTransform` is the member itself."""
    found = {name_of(path) for path in modules() if "KeyTextTransform" in names_in(path)}
    assert found == {"trash/trashed_texts.py"}
