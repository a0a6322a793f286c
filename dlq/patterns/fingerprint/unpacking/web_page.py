"""A web page that came instead of an answer: a proxy's `<html>…502 Bad Gateway…`, within an error's text."""

from __future__ import annotations

import re

BEGINNING = re.compile(r"<(?:!doctype )?html\b", re.IGNORECASE)
TITLE = re.compile(r"<(?:title|h1)[^>]{0,200}>([^<]{1,500})</(?:title|h1)>", re.IGNORECASE)
END = re.compile("</html>", re.IGNORECASE)


def without_web_page(text: str) -> str:
    """The text with the page's title in its place. Of one that was cut off what is behind the title stays."""
    page = BEGINNING.search(text)
    title = TITLE.search(text, page.end()) if page else None
    if not (page and title):
        return text
    end = END.search(text, title.end()) or title
    return f"{text[: page.start()]}{title[1].strip()}{text[end.end() :]}"
