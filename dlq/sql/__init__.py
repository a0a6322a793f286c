"""The statements that are longer than a few lines, each in a file of its own beside this one.

In a file `{schema}`, `{table}` and `{job_id}` stand for the quoted names of a `DlqTable`, and `%(name)s` for a parameter.
The queue's own relations are written out as `{schema}.jobs` and so on, the app's own tables (`dlq_*`) plainly.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from dlq.table import DlqTable


def statement(name: str, table: DlqTable, **made: str) -> str:
    """The statement in the file `name` (as "requeue/act"), with the table's names filled in.

    `made` are further placeholders: SQL that the caller made of quoted names. KeyError for a placeholder nobody filled.
    """
    names = table.names | made
    return re.sub(r"\{(\w+)\}", lambda placeholder: names[placeholder[1]], _text(name))


@cache
def _text(name: str) -> str:
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
