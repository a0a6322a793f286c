"""The list's rows for Django's own table of results, in less than half of the time that Django takes for them.

Django looks up anew what each cell's column is (a field, a method, a property?) and reverses each row's address. Here all columns
are functions of ours, and the addresses differ in the number only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.templatetags.admin_list import ResultList, result_headers
from django.contrib.admin.utils import display_for_value
from django.contrib.admin.views.main import ChangeList
from django.utils.html import format_html, format_html_join

from dlq.web.way_back import list_address

TICK = "action_checkbox"
"""Django's name of the column, which those have who may act."""


def results_of(cl: ChangeList) -> dict[str, Any]:
    """What Django's template of the results shows."""
    return {"result_headers": list(result_headers(cl)), "num_sorted_fields": 1, "results": list(_rows(cl))}


def _rows(cl: ChangeList) -> Iterator[ResultList]:
    ticks = TICK in cl.list_display
    columns = [(column, column.__name__, _empty(column, cl)) for column in cl.list_display if callable(column)]
    (linked, linked_name, _never), *others = columns
    link = '<th class="field-{}"><a href="{}{}/change/{}">{}</a></th>'
    before, after = list_address(""), f"?{cl.preserved_filters}" if cl.preserved_filters else ""
    for entry in cl.result_list:
        tick = (
            format_html('<td class="action-checkbox">{}</td>', cl.model_admin.action_checkbox(entry)) if ticks else ""
        )
        head = format_html(link, linked_name, before, entry.pk, after, linked(entry))
        cells = ((name, _shown(column(entry), empty)) for column, name, empty in others)
        yield ResultList(None, (tick, head, format_html_join("", '<td class="field-{}">{}</td>', cells)))


def _empty(column: Any, cl: ChangeList) -> str:
    shown: str = getattr(column, "empty_value_display", cl.model_admin.get_empty_value_display())
    return shown


def _shown(value: Any, empty: str) -> str:
    if isinstance(value, str):
        # Escaped where it is put in, if it needs to be. A blank one is shown as none.
        return value if value.strip() else display_for_value("", empty)
    return display_for_value(value, empty)
