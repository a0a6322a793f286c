"""Imports go one way: pages use services, services use models; nothing uses the pages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
APP = REPOSITORY / "dlq"
PAGES = ("dlq.admin", "dlq.views")
SOURCES = sorted(APP.rglob("*.py"))


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def imported(file: Path) -> Iterator[str]:
    """Modules named by import statements anywhere in the file, within functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("file", SOURCES, ids=module_of)
def test_project_is_unknown_to_the_app_when_it_imports(file: Path) -> None:
    assert not [module for module in imported(file) if within(module, "backfill_admin") or within(module, "tests")]


@pytest.mark.parametrize(
    "file", [file for file in SOURCES if not any(within(module_of(file), page) for page in PAGES)], ids=module_of
)
def test_pages_are_unknown_to_the_rest_when_it_imports(file: Path) -> None:
    assert not [module for module in imported(file) if any(within(module, page) for page in PAGES)]


@pytest.mark.parametrize("file", [file for file in SOURCES if within(module_of(file), "dlq.views")], ids=module_of)
def test_admin_is_unknown_to_the_views_when_they_import(file: Path) -> None:
    assert not [module for module in imported(file) if within(module, "dlq.admin")]


@pytest.mark.parametrize(
    "file",
    [file for file in SOURCES if within(module_of(file), "dlq.services") or within(module_of(file), "dlq.models")],
    ids=module_of,
)
def test_requests_are_unknown_to_services_and_models_when_they_import(file: Path) -> None:
    assert not [
        module
        for module in imported(file)
        if within(module, "django.http.HttpRequest") or within(module, "django.contrib.admin")
    ]
