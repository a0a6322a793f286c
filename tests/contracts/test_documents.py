"""What the README and the other documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlq.conf import DEFAULTS

REPOSITORY = Path(__file__).resolve().parents[2]
VARIABLES = (
    "PORT",
    "DATABASE_URL",
    "DATA_DIR",
    "DEMO_ENTRIES",
    "DEMO_WORKER",
    "DJANGO_SECRET_KEY",
    "DJANGO_DEBUG",
    "DJANGO_ALLOWED_HOSTS",
    "DJANGO_CSRF_TRUSTED_ORIGINS",
    "DJANGO_PROXIES",
    "DJANGO_SECURE",
)


@pytest.fixture
def readme() -> str:
    return (REPOSITORY / "README.md").read_text()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("setting", DEFAULTS)
def test_setting_is_in_the_table_when_the_app_has_it(readme: str, setting: str) -> None:
    rows = [line for line in readme.splitlines() if line.startswith("|") and f"`{setting}`" in line]
    assert rows, f"the README's settings table lacks {setting}"
    default = DEFAULTS[setting]
    if default not in ((), "", {}):
        assert f"`{default}`" in rows[0] or f" {default} " in rows[0], (
            f"the README gives another default of {setting} than {default}"
        )


@pytest.mark.parametrize("variable", VARIABLES)
def test_variable_is_documented_when_the_start_reads_it(readme: str, variable: str) -> None:
    assert f"`{variable}`" in readme


def test_setting_exists_when_the_readme_names_it(readme: str) -> None:
    assert set(re.findall(r"`(DLQ_[A-Z_]+)`", readme)) <= set(DEFAULTS)


def test_target_exists_when_the_readme_names_it(readme: str) -> None:
    named = set(
        re.findall(
            r"\bmake ([a-z][a-z-]*)", " ".join(re.findall(r"`[^`]+`|^ {4}.*$|^```[\s\S]*?^```", readme, re.MULTILINE))
        )
    )
    assert named >= {"run", "test"}
    assert named <= targets()


@pytest.mark.parametrize("target", ["run", "test", "bench", "check", "browser-test"])
def test_target_exists_when_the_project_promises_it(target: str) -> None:
    assert target in targets()


def test_picture_and_page_exist_when_the_readme_links_them(readme: str) -> None:
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", readme):
        assert (REPOSITORY / link).exists(), link


@pytest.mark.parametrize(("document", "least"), [("docs/maintaining.md", 40), ("SECURITY.md", 15)])
def test_file_exists_when_a_document_names_it(document: str, least: int) -> None:
    text = (REPOSITORY / document).read_text()
    named = set(re.findall(r"`([\w./-]+/[\w./-]+\.(?:py|sql|html|md))`", text))
    assert len(named) > least
    assert [path for path in sorted(named) if not (REPOSITORY / path).is_file()] == []
