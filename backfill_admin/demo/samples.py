"""Sample entries and jobs, once in the life of a database: whoever deletes everything wants it empty."""

from __future__ import annotations

import re
from importlib.resources import files

from django.db import connection, transaction

from dlq.table.location import TABLE

REAL_JOBS = 40


def load_samples(entries: int) -> None:
    """Fill the table, if it is empty and never was filled. All or nothing, so an interrupted start does it again."""
    schema = TABLE.names["schema"].replace("%%", "%")
    parameters: dict[str, int | str] = {"entries": entries, "jobs": REAL_JOBS, "jobs_table": f"{schema}._private_jobs"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS public.demo_samples_loaded (dead_letter_table text PRIMARY KEY)")
        cursor.execute("INSERT INTO public.demo_samples_loaded VALUES (%s) ON CONFLICT DO NOTHING", [TABLE.regclass])
        if not cursor.rowcount:
            return
        cursor.execute(_sql("SELECT EXISTS (SELECT FROM {table})"), parameters)
        if cursor.fetchone() == (True,):
            return
        for name in ("sample_entries", "sample_jobs"):
            cursor.execute(_sql(files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")), parameters)
        cursor.execute(_sql("ANALYZE {table}"), parameters)


def _sql(text: str) -> str:
    """With the table's names filled in, as `dlq.sql` does it: for a statement that is executed with parameters."""
    return re.sub(r"\{(\w+)\}", lambda placeholder: TABLE.names[placeholder[1]], text)
