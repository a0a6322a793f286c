"""What people advise about failures binds whoever requeues them; the first page says what a few tried first mean."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.models import BulkOperation, FailurePattern
from tests.support.entries import add_entries, add_entry
from tests.support.jobs import jobs
from tests.support.pages import Page, ask, get, operation_url, send, text_of
from tests.support.patterns import group_everything

pytestmark = pytest.mark.django_db


def advised(advice: str, number: int = 3) -> list[int]:
    entries = add_entries(number, last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    FailurePattern.objects.update(advice=advice)
    return entries


def complaints(page: Page) -> list[str]:
    return [text_of(item) for box in page.all("ul", class_="errorlist") for item in box.iter("li")]


@pytest.mark.parametrize("kind", ["requeue", "edit"])
def test_tick_and_reason_are_needed_where_the_advice_is_not_to(boss: Client, kind: str) -> None:
    entries = advised("no")
    fields = {"changes": "n = 0"} if kind == "edit" else {}
    page = ask(boss, kind, entries)
    assert "against_advice" in page.fields()
    if kind == "edit":
        page = send(boss, page, **fields)
    for missing in (
        {},
        {"against_advice": "on"},
        {"against_advice": "on", "reason": "  "},
        {"reason": "I know better"},
    ):
        refused = send(boss, page, **fields, **missing)
        assert complaints(refused), missing
        assert refused.title.startswith("Confirm")
    assert (jobs(), BulkOperation.objects.count()) == ([], 0)
    done = send(boss, page, **fields, against_advice="on", reason="the mail server is back")
    assert "requeued: 3 failed jobs." in done.messages[0].lower()
    operation = BulkOperation.objects.get()
    assert (operation.against_advice, operation.reason) == (True, "the mail server is back")
    assert "Advicenot to requeue; done all the same" in get(boss, operation_url(operation.pk)).text


def test_advice_that_was_given_after_the_page_was_shown_binds_too(boss: Client) -> None:
    page = ask(boss, "requeue", advised(""))
    FailurePattern.objects.update(advice="no")
    page = send(boss, page)
    assert "against_advice" in page.fields()
    assert not jobs()


@pytest.mark.parametrize(("kind", "advice"), [("requeue", "ask"), ("requeue", "yes"), ("delete", "no"), ("note", "no")])
def test_nothing_else_takes_a_tick(boss: Client, kind: str, advice: str) -> None:
    page = ask(boss, kind, advised(advice))
    assert "against_advice" not in page.fields()
    assert page.all("section", class_=f"dlq-advice-box-{advice}"), "it shows in its colour"
    assert BulkOperation.objects.count() == 0
    send(boss, page, note="n")
    assert BulkOperation.objects.count() == 1


def test_first_ones_are_tried_by_a_sentence_on_the_first_screen(boss: Client) -> None:
    page = ask(boss, "requeue", add_entries(12))
    sentence = page.one("p", class_="dlq-sentence")
    assert text_of(sentence) == "Try first, the oldest; the rest follows if of them succeed."
    assert not page.all("details", open="")
    send(boss, page, canary_size="10", canary_needed="9")
    operation = BulkOperation.objects.get()
    assert (operation.canary_size, operation.canary_needed, operation.state) == (10, 9, "watching")


def test_sentence_is_left_out_where_there_is_one_only(boss: Client) -> None:
    assert not ask(boss, "requeue", [add_entry()]).all("p", class_="dlq-sentence")


@pytest.mark.parametrize(
    ("kind", "button"), [("requeue", "Requeue"), ("delete", "Delete"), ("note", "Add the note"), ("edit", "")]
)
def test_button_says_how_many(boss: Client, kind: str, button: str) -> None:
    entries = add_entries(1_200)
    one, all_ = ask(boss, kind, entries[:1]).buttons, ask(boss, kind, everything=True).buttons
    if not button:
        assert "Show what would change" in one & all_
        return
    assert button in one
    assert (f"{button} to 1,200" if kind == "note" else f"{button} 1,200") in all_


def test_button_says_all_until_they_are_counted(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlq.operations.overview.AT_LEAST", 10)
    add_entries(20)
    page = ask(boss, "requeue", everything=True)
    assert "Requeue all" in page.buttons
    counted = boss.get("/admin/dlq/backfilldlq/confirmed/count/", {"token": page.value("token")}).content.decode()
    assert '<span id="dlq-number" hx-swap-oob="true">20</span>' in counted
