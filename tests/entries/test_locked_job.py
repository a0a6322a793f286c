"""A job that a worker has locked: nobody but the worker knows whether it still runs."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.models import Requeue
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry
from tests.support.jobs import start
from tests.support.operations import requeue
from tests.support.pages import entry_url, get

pytestmark = pytest.mark.django_db


def test_entry_says_who_has_its_job_since_when_and_when_it_would_be_freed(boss: Client) -> None:
    entry = add_entry()
    requeue(entry)
    job = Requeue.objects.get().job_id
    start(job)
    sql(f"UPDATE {SCHEMA}._private_jobs SET locked_at = '2026-11-03 10:02Z' WHERE id = %s", job)
    text = get(boss, entry_url(entry)).text
    assert "running since 3 Nov 10:02 (worker worker-1)" in text
    assert "if that worker is gone, the queue frees the job by 3 Nov 14:02" in text
