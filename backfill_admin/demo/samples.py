"""Sample entries and jobs, once in the life of a database: whoever deletes everything wants it empty."""

from __future__ import annotations

import re
from importlib.resources import files

from django.db import connection, transaction

from backfill_admin.demo.colleagues import know_patterns, try_a_requeue
from dlq.table.location import TABLE

REAL_JOBS = 40


def load_samples(entries: int) -> None:
    """Fill the table, if it is empty and never was filled. All or nothing, so an interrupted start does it again.

    In the order in which it happened: what people knew of the first failures is there when the later ones come.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS public.demo_samples_loaded (dead_letter_table text PRIMARY KEY)")
        cursor.execute("INSERT INTO public.demo_samples_loaded VALUES (%s) ON CONFLICT DO NOTHING", [TABLE.regclass])
        if not cursor.rowcount:
            return
        cursor.execute(_filled_in("SELECT EXISTS (SELECT FROM {table})"), {})
        if cursor.fetchone() == (True,):
            return
        _run("sample_entries", entries=entries, earlier=True)
        know_patterns()
        _run("days_pass")
        _run("sample_entries", entries=entries, earlier=False)
        _run("sample_jobs", jobs=REAL_JOBS)
        try_a_requeue()
        cursor.execute(_filled_in("ANALYZE {table}"), {})


def _run(name: str, **parameters: int) -> None:
    schema = TABLE.names["schema"].replace("%%", "%")
    sql = files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    with connection.cursor() as cursor:
        cursor.execute(_filled_in(sql), parameters | {"jobs_table": f"{schema}._private_jobs"})


def _filled_in(text: str) -> str:
    """With the table's names, as `dlq.sql` does it: for a statement that is executed with parameters."""
    return re.sub(r"\{(\w+)\}", lambda placeholder: TABLE.names[placeholder[1]], text)
