"""System checks: the settings (at every start) and the table (`manage.py check --database default`, and on migrate).

docs/checks.md explains each id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import router

from dlq.conf import conf
from dlq.db.database import alias, database_problem
from dlq.db.router import ROUTER
from dlq.entries.owner_links import links_problem
from dlq.faults.table_checks import check_table
from dlq.filters.payload_columns import payload_column_problems
from dlq.models import BackfillDlq
from dlq.monitoring.alerts import Thresholds
from dlq.redaction.rules import BadRule, configured
from dlq.table.location import TABLE

POSITIVE = ("STATEMENT_TIMEOUT", "CHUNK_SIZE", "CONFIRM_ABOVE", "TRASH_DAYS", "KEEP_DAYS")
NOT_NEGATIVE = tuple(f"ALERT_{one.name.upper()}" for one in fields(Thresholds))
"""0 switches the alarm off."""

NEEDED_APPS = ("django_htmx", *(["django.contrib.postgres"] if django.VERSION >= (6, 0) else []))
"""From 6.0 on Django wants the latter wherever a model has an array; it adds nothing to a page."""


@register(Tags.models)
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    problems = [*_check_project()]
    if problem := TABLE.problem:
        problems.append(Error(problem, hint="Set DLQ_SCHEMA, DLQ_TABLE and DLQ_JOB_ID_COLUMN.", id="dlq.E001"))
    for names, least, said in ((POSITIVE, 1, "1"), (NOT_NEGATIVE, 0, "0 (off)")):
        for name in names:
            value = getattr(conf, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                wrong = f"DLQ_{name} must be a whole number of at least {said}, not {value!r}."
                problems.append(Error(wrong, hint="Fix the setting.", id="dlq.E002"))
    columns = conf.EXTRA_COLUMNS
    if isinstance(columns, str) or not all(isinstance(name, str) and name for name in columns):
        problems.append(
            Error("DLQ_EXTRA_COLUMNS must be a list of column names.", hint='As in ["tenant_id"].', id="dlq.E003")
        )
    hint = 'A list of paths, each once, as in ["customer_id", "order.id"].'
    problems += [Error(wrong, hint=hint, id="dlq.E007") for wrong in payload_column_problems()]
    if problem := links_problem(conf.LINKS):
        hint = 'As in {"Customer": "https://crm.example.org/customers/{customer_id}"}.'
        problems.append(Error(problem, hint=hint, id="dlq.E020"))
    try:
        configured()
    except BadRule as bad:
        problems.append(
            Error(str(bad), hint="Fix the rule: docs/running.md, “What is masked”, has examples.", id="dlq.E005")
        )
    return problems


def _check_project() -> Iterator[CheckMessage]:
    """What a project that this app is put into has to have."""
    for app in NEEDED_APPS:
        if not apps.is_installed(app):
            yield Error(f"This app needs {app}.", hint=f'Add "{app}" to INSTALLED_APPS.', id="dlq.E004")
    if problem := database_problem():
        hint = "Set DLQ_DATABASE to the alias in DATABASES of the PostgreSQL that has the queue."
        yield Error(problem, hint=hint, id="dlq.E006")
    elif router.db_for_write(BackfillDlq) != alias():
        yield Error(
            f"DLQ_DATABASE is {alias()!r}, but no router sends this app's models there.",
            hint=f'Set DATABASE_ROUTERS = ["{ROUTER}"].',
            id="dlq.E008",
        )
    if not settings.USE_TZ:
        yield Error(
            "The times of failed jobs have a zone, which Django keeps only with USE_TZ.",
            hint="Set USE_TZ = True.",
            id="dlq.E009",
        )


register(check_table, Tags.database)
