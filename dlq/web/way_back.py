"""The way back: which list of failed jobs somebody came from. Addresses and forms carry its query string along."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from dlq.web.query_strings import query_string
from dlq.web.site_addresses import address_of

LIST_QUERY = "_changelist_filters"
"""Django's name, which the links in its lists have."""
FROM_ENTRY = "from_entry"
"""Of a form on the page of an entry: its id, so that whoever thinks better of it comes back to that page."""
SAVED = "#saved"
"""The end of an address that answers to a save (static/dlq/drafts.js)."""


def came_from(request: HttpRequest) -> str:
    """The query string of the list, as the address or the form has it; "" for the whole list."""
    return QueryDict(request.POST.get(LIST_QUERY) or request.GET.get(LIST_QUERY, "")).urlencode()


def list_address(query: str) -> str:
    address = address_of("dlq_backfilldlq_changelist")
    return f"{address}?{query}" if query else address


def entry_address(entry_id: int, query: str, page: str = "change") -> str:
    """Of a page of an entry ("change", "history" …), from which the way leads back to the list with this query."""
    address = address_of(f"dlq_backfilldlq_{page}", entry_id)
    return address + query_string({LIST_QUERY: query}) if query else address
