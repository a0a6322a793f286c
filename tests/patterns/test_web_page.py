"""A web page within an error's text counts by its title, and hides nothing around it."""

from __future__ import annotations

import pytest

from dlq.patterns.fingerprint.unpacking.web_page import without_web_page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no page: a < b", "no page: a < b"),
        (
            "got <html><head><title> 502 Bad Gateway </title></head>\n<body>x</body></html> at y",
            "got 502 Bad Gateway at y",
        ),
        ("got <!DOCTYPE html>\n<HTML><h1>Down</h1></HTML>", "got Down"),
        (
            "got '<html><title>Down</title><body>…\n    at parse (/app/a.js:3:1)",
            "got 'Down<body>…\n    at parse (/app/a.js:3:1)",
        ),
        ('Unexpected token <, "<html><hea"... is not JSON', 'Unexpected token <, "<html><hea"... is not JSON'),
    ],
)
def test_title_stands_for_the_page(text: str, expected: str) -> None:
    assert without_web_page(text) == expected
