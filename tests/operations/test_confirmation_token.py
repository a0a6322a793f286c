"""A confirmation acts for the person it was shown to, unaltered, for a day, by POST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client

from dlq.models import BulkOperation
from dlq.operations import confirmation as confirmation_module
from tests.support.entries import add_entry
from tests.support.jobs import jobs
from tests.support.pages import CONFIRMED, LIST, Page, ask, get, send
from tests.support.people import client_of

pytestmark = pytest.mark.django_db


def test_nothing_is_done_when_the_token_is_somebody_elses(boss: Client, requeuer: User) -> None:
    entry = add_entry()
    page = send(client_of(requeuer), ask(boss, "requeue", [entry]))
    assert page.messages == ["This confirmation page was shown to somebody else. Nothing was done."]
    assert jobs() == []


@pytest.mark.parametrize("token", ["", "rubbish", "a:b:c", "x" * 10_000])
def test_nothing_is_done_when_the_token_is_rubbish(boss: Client, token: str) -> None:
    page = Page.of(boss.post(CONFIRMED, {"token": token}, follow=True))
    assert "can't be read" in page.messages[0]
    assert not BulkOperation.objects.exists()


def test_nothing_is_done_when_the_token_was_altered(boss: Client) -> None:
    token = ask(boss, "requeue", [add_entry()]).value("token")
    middle = len(token) // 3
    altered = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    assert "can't be read" in Page.of(boss.post(CONFIRMED, {"token": altered}, follow=True)).messages[0]
    assert jobs() == []


@pytest.mark.parametrize("content", [{"kind": "delete"}, [], "x", {"key": "x", "user_id": 1}])
def test_nothing_is_done_when_the_token_signs_something_else(boss: Client, content: object) -> None:
    token = signing.dumps(content, salt=confirmation_module.SALT, compress=True)
    assert "can't be read" in Page.of(boss.post(CONFIRMED, {"token": token}, follow=True)).messages[0]


def test_nothing_is_done_when_the_page_is_older_than_a_day(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ask(boss, "requeue", [add_entry()])
    monkeypatch.setattr(confirmation_module, "VALID_FOR", timedelta(seconds=-1))
    assert "older than a day" in send(boss, page).messages[0]
    assert jobs() == []


def test_get_is_not_allowed_when_it_would_act(boss: Client) -> None:
    token = ask(boss, "requeue", [add_entry()]).value("token")
    page = get(boss, CONFIRMED, token=token)
    assert page.messages == [
        "Nothing was done: this page does only what a button sends. If you pressed one, your log-in had ended before that. "
        "Please begin again."
    ]
    assert boss.get(LIST, {"action": "delete_selected"}).status_code == 200
    assert (jobs(), BulkOperation.objects.count()) == ([], 0)


def test_nothing_is_done_when_the_csrf_token_is_missing(superuser: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    token = ask(client_of(superuser), "requeue", [add_entry()]).value("token")
    assert careful.post(CONFIRMED, {"token": token}).status_code == 403
    assert jobs() == []
