"""Where the dead letter table and its queue are: one object that every statement gets its names from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dlq.conf import conf
from dlq.db.identifiers import LONGEST_NAME, quoted
from dlq.db.loader import load


@dataclass(frozen=True)
class DlqTable:
    """The dead letter table of one queue, with the column that holds the id of the job that died."""

    schema: str
    name: str
    job_id_column: str

    @cached_property
    def names(self) -> dict[str, str]:
        """What every SQL file may have in braces: `{schema}`, `{table}` and `{job_id}`, quoted.

        The queue's own relations are written out in the files as `{schema}.jobs` and so on, the app's own tables
        (`dlq_*`) plainly.
        """
        schema = quoted(self.schema)
        return {
            "schema": schema,
            "table": f"{schema}.{quoted(self.name)}",
            "job_id": quoted(self.job_id_column),
        }

    def statement(self, name: str, **made: str) -> str:
        """The statement in the file `name` below `dlq/` ("outcomes/decide"), with this table's names filled in.

        `made` are further placeholders: SQL that the caller made of quoted names.
        """
        return load(name, self.names | made)

    @property
    def problem(self) -> str | None:
        """Why these names can't be PostgreSQL's, in one sentence; None if they can."""
        for name in (self.schema, self.name, self.job_id_column):
            if not name or "\x00" in name:
                return "The names of schema, table and job id column must not be empty or contain NUL."
            if len(name.encode()) > LONGEST_NAME:
                return f"“{name}” is longer than the {LONGEST_NAME} bytes of a PostgreSQL name."
        return None

    @property
    def db_table(self) -> str:
        """For a model's Meta: Django leaves a name that begins and ends with a quote as it is."""
        return self.names["table"]

    @property
    def regclass(self) -> str:
        """For `%s::regclass`."""
        return self.names["table"].replace("%%", "%")

    @property
    def plainly(self) -> str:
        """For people."""
        return f"{self.schema}.{self.name}"


TABLE = DlqTable(conf.SCHEMA, conf.TABLE, conf.JOB_ID_COLUMN)
"""The table of this installation, read from the settings once: the model is made of it."""
