"""Of an object that describes an error: its keys as one spelling, and what stands behind some of them."""

from __future__ import annotations

from typing import Any

TEXT_OF_A_MESSAGE = ("value", "text", "message", "content", "#text", "_")
"""Where a message is an object that names its language, too."""


def plain_key(key: str) -> str:
    """statusCode, status_code and Status-Code are one key."""
    return key.lower().replace("_", "").replace("-", "")


def text_of(content: Any) -> Any:
    """SAP's {"lang": "en", "value": "…"} is the text."""
    if isinstance(content, dict) and len(content) == 2 and {"lang", "xml:lang", "language"} & content.keys():
        return next((content[key] for key in TEXT_OF_A_MESSAGE if isinstance(content.get(key), str)), content)
    return content


def stack_lines(stack: Any) -> str:
    """A stack as a text, whatever it was kept as."""
    if isinstance(stack, str):
        return stack
    if isinstance(stack, list):
        return "\n".join(_frame(item) for item in stack)
    return ""


def _frame(item: Any) -> str:
    """A frame as a text; one kept as an object is written as JavaScript writes it."""
    if not isinstance(item, dict):
        return str(item)
    by_key = {plain_key(key): content for key, content in item.items()}
    file = next((by_key[key] for key in ("file", "filename", "path", "abspath") if by_key.get(key)), "")
    function = next((by_key[key] for key in ("function", "method", "func", "name", "symbol") if by_key.get(key)), "")
    return f"    at {function} ({file}:{by_key.get('line') or by_key.get('lineno') or 0}:0)"
