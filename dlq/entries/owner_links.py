"""Links of the owner's own on a failed job (DLQ_LINKS): to the customer, to the logs, made of values of the payload."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from dlq.conf import conf
from dlq.db.statements import rows
from dlq.redaction.masked_columns import masked_json
from dlq.table.location import TABLE

PATH = re.compile(r"\{([^{}]*)\}")
"""A path of the payload in a template: {customer_id}, {order.id}."""


def owner_links(entry_id: int) -> list[tuple[str, str]]:
    """Label and address of each link that this entry has the values for, none of them masked, in the order of the setting."""
    templates: Mapping[str, str] = conf.LINKS
    paths = sorted({path for template in templates.values() for path in PATH.findall(template)})
    if not templates:
        return []
    parameters = {"entry": entry_id, "paths": json.dumps([path.split(".") for path in paths])}
    found = rows(TABLE.statement("entries/link_values", masked=masked_json("e.payload::jsonb")), parameters)
    values = {".".join(path): value for path, value in found if value is not None}
    return [
        (label, PATH.sub(lambda path: quote(values[path[1]], safe=""), template))
        for label, template in templates.items()
        if all(path in values for path in PATH.findall(template))
    ]


def links_problem(templates: Any) -> str | None:
    """What is wrong with the setting, in one sentence; None if it can be used."""
    if not isinstance(templates, Mapping):
        return "DLQ_LINKS must map labels to addresses."
    for label, template in templates.items():
        if not (isinstance(label, str) and label and isinstance(template, str)):
            return f"DLQ_LINKS must map labels to addresses, but has {label!r}: {template!r}."
        try:
            address = urlsplit(PATH.sub("x", template))
        except ValueError:
            return f"DLQ_LINKS has no address for {label!r}: {template!r}."
        if address.scheme not in ("http", "https") or not address.hostname:
            return f"DLQ_LINKS leads from {label!r} to {template!r}, which is no http(s) address."
        if PATH.search(template[: template.find("/", len(address.scheme) + 3)] if address.path else template):
            return f"DLQ_LINKS lets a payload choose where {label!r} leads: {template!r}. Paths come after the host."
        if any(not all(path.split(".")) for path in PATH.findall(template)):
            return f"DLQ_LINKS has an empty path in {template!r}."
    return None
