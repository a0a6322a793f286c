"""No template has a script, a style or a handler inline: the policy would refuse them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    [
        *(REPOSITORY / "dlq" / "templates").rglob("*.html"),
        *(REPOSITORY / "backfill_admin" / "templates").rglob("*.html"),
    ]
)
FORBIDDEN = {
    "style element": r"<style\b",
    "style attribute": r"<[a-z][^>]*\sstyle\s*=",
    "script without source": r"<script\b(?![^>]*\bsrc=)",
    "handler": r"<[a-z][^>]*\son[a-z]+\s*=",
    "htmx expression": r"\bhx-on\b|hx-vals=.js:",
    "address of another host": r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//",
    "unescaped value": r"\|\s*safe\b|autoescape\s+off",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(REPOSITORY)))
@pytest.mark.parametrize("what", FORBIDDEN)
def test_template_is_free_of_it_when_read(template: Path, what: str) -> None:
    assert not re.search(FORBIDDEN[what], template.read_text(), re.IGNORECASE)


def test_templates_are_found_when_looked_for() -> None:
    assert len(TEMPLATES) > 10


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_tables_have_a_caption_and_scopes_when_there_are_tables(template: Path) -> None:
    text = template.read_text()
    assert text.count("<table") == text.count("<caption")
    assert not re.search(r"<th(?![^>]*\bscope=)[\s>]", text)


@pytest.mark.parametrize("script", sorted((REPOSITORY / "dlq" / "static").rglob("*.js")), ids=lambda path: path.name)
def test_script_makes_no_code_of_text_when_read(script: Path) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script.read_text()
    )
