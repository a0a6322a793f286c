"""A marked secret stands at every place that a rule covers; nobody is told it without asking, and only those who may can ask."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from dlq.client import get_dlq_job
from dlq.models import BulkOperation, DutyRun, EditRecord, EntryNote, FailurePattern, OperationEntry
from dlq.table.location import TABLE
from tests.redaction.places import DOCUMENTS, SECRET, TEXTS
from tests.support.database import sql, value
from tests.support.entries import add_entry
from tests.support.operations import operate
from tests.support.pages import LIST, Page, entry_url, history_url
from tests.support.patterns import group_everything
from tests.support.people import client_of, make_user
from tests.support.rights import PERMISSIONS, Who, of
from tests.support.secret import SecretSite, make_secret_site
from tests.web.test_rights import Visit, addresses, forms

pytestmark = [pytest.mark.long, pytest.mark.django_db]

SEE = "see_redacted_backfilldlq"
PEOPLE = (
    Who(is_known=False),
    Who(),
    *(Who(of(permission)) for permission in PERMISSIONS),
    Who(of(*(permission for permission in PERMISSIONS if permission != SEE))),
    Who(is_superuser=True),
)


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SecretSite]:
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_secret_site()
        mark_everything()
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    settings.DLQ_EXTRA_COLUMNS = ("created_by",)


def mark_everything() -> None:
    """As it could have come there: in the table, in what is kept of it, and in what the database said of it."""
    sql(f"ALTER TABLE {TABLE.regclass} ADD COLUMN api_token text, ADD COLUMN more jsonb, ADD COLUMN lines text[]")
    sql(
        f"UPDATE {TABLE.regclass} SET payload = %s, last_error = %s, failure_reason = %s, notes = %s,"
        " job_key = left(id || %s, 200), created_by = %s, api_token = %s, more = %s, lines = %s WHERE notes IS NOT NULL",
        json.dumps(DOCUMENTS),
        json.dumps(TEXTS[6]),
        TEXTS[3],
        "\n".join(TEXTS),
        TEXTS[0],
        TEXTS[1],
        SECRET,
        json.dumps(DOCUMENTS[1]),
        list(TEXTS[:2]),
    )
    added = add_entry(last_error=json.dumps(TEXTS[9]), failure_reason=TEXTS[0], job_key=TEXTS[0], notes=TEXTS[0])
    operate("delete", [added])
    for pattern, words in zip(FailurePattern.objects.all(), TEXTS, strict=False):
        FailurePattern.objects.filter(pk=pattern.pk).update(
            title=TEXTS[0],
            words=f"login of shop refused: {words} for ever",
            kind=["Refused"],
            sample_text=TEXTS[6],
            sample_reason=TEXTS[3],
            sample_values=[SECRET],
        )
    group_everything()
    OperationEntry.objects.update(about=f"the row ({TEXTS[9]}) is refused")
    EntryNote.objects.update(text="\n".join(TEXTS), replaced=TEXTS[0])
    EditRecord.objects.update(changes=[{"label": "Notes", "before": TEXTS[0], "after": TEXTS[3]}])
    DutyRun.objects.update(error=TEXTS[6])
    BulkOperation.objects.update(note=TEXTS[0], state_reason=TEXTS[3], filter=[["q", "outage"]])
    typed = [("set", ["user", "password"], json.dumps(SECRET)), ("replace", [], json.dumps(DOCUMENTS))]
    changes = [{"verb": verb, "path": path, "value": value} for verb, path, value in typed]
    BulkOperation.objects.filter(kind="edit").update(payload_edit={"changes": changes, "seen": ""})
    EditRecord.objects.create(kind="pattern", object_id=1, actor="ann", changes=[], created_at=timezone.now())


def test_new_patterns_have_no_secret_in_them(site: SecretSite) -> None:
    FailurePattern.objects.all().delete()
    sql("TRUNCATE dlq_coarsekey, dlq_entrypattern, dlq_patternhour, dlq_failurepattern CASCADE")
    group_everything()
    assert value("SELECT count(*) FROM dlq_failurepattern") > 0
    assert value("SELECT count(*) FROM dlq_failurepattern p WHERE strpos(p::text, %s) > 0", SECRET) == 0


@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_nobody_is_told_without_asking(site: SecretSite, who: Who, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    visit, told = Visit(who), []
    for name, found in addresses(site):
        told += [f"{name}: {address}" for address in found if SECRET in visit.ask("GET", address).said]
    for place, name, address, form in forms(site, visit.number):
        if name not in ("show_masked", "format") and SECRET in visit.ask("POST", address, form).said:
            told.append(f"{place}: {name}")
    assert not told, "\n".join(told)
    # Statements in Django's debug log have parameters, which only the administrators switch on.
    assert SECRET not in "\n".join(
        r.getMessage() + str(r.exc_text) for r in caplog.records if r.name != "django.db.backends"
    )


def test_who_may_asks_on_the_page_and_that_is_recorded(site: SecretSite) -> None:
    client = client_of(make_user("view_backfilldlq", SEE, name="ann"))
    address = entry_url(site.entry)
    assert "Show what is masked" in client.get(address).content.decode()
    shown = client.post(address, {"show_masked": "1"})
    assert SECRET in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    history = Page.of(client.get(history_url(site.entry))).text
    assert "Looked at what is masked" in history
    assert "ann" in history
    assert SECRET not in history
    assert SECRET not in client.get(address).content.decode()


def test_who_may_not_see_is_refused_and_not_offered_it(site: SecretSite) -> None:
    client = client_of(make_user(*(name for name in PERMISSIONS_PLAIN if name != SEE)))
    assert "Show what is masked" not in client.get(entry_url(site.entry)).content.decode()
    assert client.post(entry_url(site.entry), {"show_masked": "1"}).status_code == 403
    export = reverse("admin:dlq_backfilldlq_export")
    assert "unmasked" not in client.get(export).content.decode()
    assert client.post(export, {"unmasked": "1", "format": "csv"}).status_code == 403


PERMISSIONS_PLAIN = [name.rpartition(".")[2] for name in PERMISSIONS]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_export_with_what_is_masked_is_asked_for_and_recorded(site: SecretSite, kind: str) -> None:
    client = client_of(make_user("view_backfilldlq", "export_backfilldlq", SEE, name="ann"))
    export = reverse("admin:dlq_backfilldlq_export")
    masked = b"".join(client.get(f"{export}?format={kind}")).decode()
    assert SECRET not in masked
    assert "[masked: password]" in masked
    whole = b"".join(client.post(f"{export}?status=any", {"unmasked": "1", "format": kind})).decode()
    assert SECRET in whole
    record = EditRecord.objects.filter(kind="export").latest("pk")
    assert record.actor == "ann"
    page = Page.of(client.get(export)).text
    assert "Unmasked exports" in page
    assert "ann" in page


@pytest.mark.parametrize(
    "command", [("dlq_stats",), ("dlq_stats", "--json"), ("dlq_stats", "--check"), ("dlq_caretaker", "--once")]
)
def test_commands_tell_nothing(site: SecretSite, command: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    out = io.StringIO()
    with suppress(SystemExit):
        call_command(*command, stdout=out, stderr=out)
    assert SECRET not in out.getvalue() + caplog.text


def test_metrics_tell_nothing(site: SecretSite, settings: Any, client: Any) -> None:
    settings.DLQ_METRICS_TOKEN = "t" * 32
    response = client.get("/metrics", headers={"authorization": f"Bearer {'t' * 32}"})
    assert response.status_code == 200
    assert SECRET not in response.content.decode()


def test_log_masks_what_the_database_said(caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError(f"Failing row contains (1, {TEXTS[9]})")
    logging.getLogger("dlq").error("failed: %s", error, exc_info=error)
    (record,) = caplog.records
    assert SECRET not in f"{record.getMessage()}{record.exc_text}"


def test_requeue_trash_and_restore_keep_every_byte() -> None:
    entry = add_entry(payload=json.dumps({"password": SECRET, "n": 1}), last_error=json.dumps(TEXTS[6]), notes=TEXTS[0])
    before = sql(f"SELECT payload::text, last_error::text, notes FROM {TABLE.regclass} WHERE id = %s", entry)
    operation = operate("delete", [entry])
    operate("restore", undoes=operation)
    assert sql(f"SELECT payload::text, last_error::text, notes FROM {TABLE.regclass} WHERE id = %s", entry) == before
    operate("requeue", [entry])
    assert value("SELECT count(*) FROM graphile_worker._private_jobs WHERE payload::text LIKE %s", f"%{SECRET}%") == 1
    job = get_dlq_job(entry)
    assert job is not None
    assert job.payload == {"password": SECRET, "n": 1}
    assert job.notes is not None
    assert SECRET in job.notes


def test_notes_are_edited_around_what_is_masked() -> None:
    entry = add_entry(notes=f"call Ann\npassword={SECRET}")
    client = client_of(make_user("view_backfilldlq", "annotate_backfilldlq"))
    seen = "call Ann\npassword=[masked: password]"

    def notes() -> str:
        return str(value(f"SELECT notes FROM {TABLE.regclass} WHERE id = %s", entry))

    client.post(entry_url(entry), {"notes": f"done: {seen}", "seen": seen})
    assert notes() == f"done: call Ann\npassword={SECRET}"
    response = client.post(entry_url(entry), {"notes": "[masked: x] [masked: x]", "seen": f"done: {seen}"})
    assert "must stay as it is" in response.content.decode()
    assert notes() == f"done: call Ann\npassword={SECRET}"
    client.post(entry_url(entry), {"notes": "nothing left", "seen": f"done: {seen}"})
    assert notes() == "nothing left"


def test_search_of_who_may_see_finds_what_is_masked() -> None:
    entry = add_entry(payload=json.dumps({"password": SECRET}))
    for permissions, is_found in ((("view_backfilldlq",), False), (("view_backfilldlq", SEE), True)):
        client = client_of(make_user(*permissions, name=f"u{len(permissions)}"))
        assert Page.of(client.get(f"{LIST}?q={SECRET}")).entries.count(entry) == is_found
        assert Page.of(client.get(f"{LIST}?payload=password%3D{SECRET}")).entries.count(entry) == is_found
