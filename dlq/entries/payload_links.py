"""A payload in which each value leads to the failed jobs that have it, too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dlq.filters.payload import written
from dlq.filters.payload_path import Path
from dlq.web.way_back import list_address

MEMBER = re.compile(r'("(?:[^"\\]|\\.)*"): (.*)')
"""A line of what jsonb_pretty prints, if it is a member of an object."""
VALUE = re.compile(r'<span class="(?:mi|mf|s2|kc)">[^<]*</span>(?=(?:<span class="p">,</span>)?$)')
"""The value at the end of such a line, as Pygments marks it."""
LONGEST = 200
"""Characters of a condition; a longer text is hardly had by another."""


def linked(markup: str, text: str, *, is_cut: bool) -> SafeString:
    """The markup of such a text (line by line the same) with a link around each value that the filter can ask for."""
    conditions = list(_conditions(text))
    if is_cut:
        conditions[-1] = None
    lines = zip(markup.split("\n"), [*conditions, None], strict=False)
    return SafeString("\n".join(VALUE.sub(_link(found), line) if found else line for line, found in lines))


def _link(condition: str) -> Callable[[re.Match[str]], str]:
    query = QueryDict(mutable=True)
    query["payload"] = condition
    address = list_address(query.urlencode())
    return lambda value: format_html(
        '<a class="dlq-same" href="{}" title="Failed jobs with {}">{}</a>', address, condition, SafeString(value[0])
    )


def _conditions(text: str) -> Iterator[str | None]:
    """Of each line the filter by its value."""
    within: list[Path] = []
    for line in text.split("\n"):
        member = MEMBER.fullmatch(printed := line.strip().removesuffix(","))
        value = member[2] if member else printed
        above = within[-1] if within else ()
        path = (*above, str(json.loads(member[1]))) if member else above
        if value == "{":
            within.append(path)
        elif value == "[":
            within.append((*path, None))
        elif value in ("}", "]"):
            within.pop()
        elif path and len(value) <= LONGEST and (condition := written(path, value)):
            yield condition
            continue
        yield None
