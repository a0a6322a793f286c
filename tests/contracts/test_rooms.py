"""Small rooms, and one meaning for one name: what docs/maintaining.md promises to those who look for something."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "dlq"
MOST_MODULES = 15
MOST_LINES = 250
SHARED_NAMES = {"__init__", "views", "forms"}
"""What Django's habit calls by one name in each topic."""
MODULES = sorted(path for path in APP.rglob("*.py") if "migrations" not in path.parts)
FOLDERS = sorted({path.parent for path in MODULES})


def name_of(path: Path) -> str:
    return str(path.relative_to(APP.parent))


def repeated(names: list[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_folder_has_few_modules(folder: Path) -> None:
    modules = [path for path in MODULES if path.parent == folder and path.stem != "__init__"]
    assert len(modules) <= MOST_MODULES


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_module_is_short(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= MOST_LINES


def test_no_two_modules_have_one_name() -> None:
    # A command's module is called as the command is.
    stems = [path.stem for path in MODULES if path.stem not in SHARED_NAMES and "commands" not in path.parts]
    assert repeated(stems) == []


def test_no_two_public_classes_have_one_name() -> None:
    classes = [
        node.name
        for path in MODULES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Command"
    ]
    assert repeated(classes) == []


@pytest.mark.parametrize(
    ("words", "asked_in"),
    [
        (r"from django\.db import [\w, ]*\b(connection|transaction)\b(?!s)", "dlq/db/database.py"),
        (r"\bsql_with_params\b\(", ""),
        (r"\breverse\(", "dlq/web/site_addresses.py"),
    ],
)
def test_what_depends_on_the_installation_is_asked_in_one_place(words: str, asked_in: str) -> None:
    """The database of DLQ_DATABASE, and the admin site of the request."""
    assert {name_of(path) for path in MODULES if re.search(words, path.read_text())} - {asked_in} == set()


@pytest.mark.parametrize("statement", sorted(APP.rglob("*.sql")), ids=name_of)
def test_statement_is_used_by_a_module_of_its_room(statement: Path) -> None:
    name = str(statement.relative_to(APP).with_suffix(""))
    room = " ".join(path.read_text() for path in statement.parent.glob("*.py"))
    # One of two is chosen by a name that is put together.
    assert f'"{name}"' in room or f'("{statement.stem}",' in room
