"""Every list takes the parameters that it knows: an unknown one or a wrong value is said, and shows no rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from backfill_admin.wsgi import application
from dlq.models import BulkOperation, DeletedEntry
from tests.support.entries import add_entry, ids
from tests.support.operations import operate
from tests.support.pages import LIST, OPERATIONS, PATTERNS, TRASH, Page, get, history_url
from tests.support.patterns import group_everything

pytestmark = pytest.mark.django_db

BIGGEST = str(2**63 - 1)


@pytest.fixture(autouse=True)
def _something() -> None:
    """A row in each list."""
    add_entry()
    operate("delete", [add_entry()])
    group_everything()


def rows(page: Page) -> Iterator[str]:
    for class_ in ("results", "dlq-pattern-table"):
        for box in [*page.all("div", class_=class_), *page.all("table", class_=class_)]:
            yield from (row.get("class", "") for body in box.iter("tbody") for row in body.iter("tr"))


@pytest.mark.parametrize("address", [LIST, OPERATIONS, TRASH, PATTERNS])
@pytest.mark.parametrize("query", ["?note__regex=(", "?row=x", "?null_columns__contains=x", "?id=1", "?x", "?%00=1"])
def test_no_rows_and_a_sentence_when_a_parameter_is_unknown(boss: Client, address: str, query: str) -> None:
    assert list(rows(get(boss, address)))
    page = Page.of(boss.get(f"{address}{query}"))
    assert (page.status, list(rows(page))) == (200, [])
    assert "There is no filter" in page.text


@pytest.mark.parametrize(
    "address",
    [
        *(f"{OPERATIONS}?{query}" for query in ("actor=%00", "q=%00", "state__exact=a%00b", "state__exact=x", "kind__exact=x")),
        *(f"{OPERATIONS}?{query}" for query in ("actor=tester&actor=tester", f"q={'x' * 201}")),
        *(f"{TRASH}?{query}" for query in (f"q={'x' * 2_001}", "q=%00", "q=a&q=b", "operation__id__exact=x")),
        *(f"{PATTERNS}?{query}" for query in ("state=x", "order=x", "q=%00", "task=a&task=b", f"assignee={'x' * 201}")),
    ],
)  # fmt: skip
def test_no_rows_and_a_sentence_when_a_value_is_wrong(boss: Client, address: str) -> None:
    page = Page.of(boss.get(address))
    assert (page.status, list(rows(page))) == (200, [])
    assert page.all("ul", class_="dlq-problems")


@pytest.mark.parametrize("place", [BIGGEST, "9" * 20, "9" * 5_000, "0", "-1", "x", ""])
@pytest.mark.parametrize(("address", "name"), [(OPERATIONS, "p"), (TRASH, "p"), (PATTERNS, "page")])
def test_a_page_is_shown_when_its_number_makes_no_sense(boss: Client, address: str, name: str, place: str) -> None:
    assert get(boss, address, **{name: place}).status == 200


def test_list_is_empty_when_its_page_is_beyond_all(boss: Client) -> None:
    page = get(boss, LIST, p=BIGGEST)
    assert (page.status, page.entries) == (200, [])


def test_trashed_entry_leads_to_its_history_however_deep_it_is(boss: Client) -> None:
    deep = add_entry(payload="[" * 1_000 + "]" * 1_000)
    operate("delete", [deep])
    trashed = DeletedEntry.objects.defer("row").get(entry_id=deep)
    assert boss.get(f"{TRASH}{trashed.pk}/change/").url == history_url(deep)  # type: ignore[attr-defined]
    assert boss.get(f"{TRASH}{BIGGEST}/change/").status_code == 404


@pytest.mark.parametrize("ticked", ["x", "", "\x00", "9" * 20, "1e3"])
@pytest.mark.parametrize("across", ["0", "1"])
def test_nothing_is_restored_when_what_is_ticked_is_no_number(boss: Client, ticked: str, across: str) -> None:
    before, operations = ids(), BulkOperation.objects.count()
    form = {"action": "restore_selected", "_selected_action": ticked, "select_across": across, "index": "0"}
    page = Page.of(boss.post(TRASH, form, follow=True))
    assert "Nothing was done" in page.messages[0]
    assert (ids(), BulkOperation.objects.count()) == (before, operations)


def test_nothing_is_restored_when_the_filter_has_an_error(boss: Client) -> None:
    before, operations = ids(), BulkOperation.objects.count()
    form = {"action": "restore_selected", "_selected_action": "1", "select_across": "1", "index": "0"}
    page = Page.of(boss.post(f"{TRASH}?entry=1", form, follow=True))
    assert "Nothing was done" in page.messages[0]
    assert (ids(), BulkOperation.objects.count()) == (before, operations)


def test_server_is_answered_400_when_no_request_can_be_made_of_what_came() -> None:
    """A charset lets Django read the parameters before anything would turn its error into an answer."""
    started: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": LIST,
        "QUERY_STRING": "&".join(["q=1"] * 1_001),
        "CONTENT_TYPE": "text/plain; charset=utf-8",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
    }
    assert application(environ, lambda status, *_headers: started.append(status)) == [b"This request can't be read."]
    assert started == ["400 Bad Request"]


def test_cookie_and_charset_are_refused_when_nothing_could_be_looked_up_by_them(boss: Client) -> None:
    assert boss.get(LIST, headers={"Cookie": f'sessionid="{chr(92)}000{"x" * 20}"'}).status_code == 400
    for charset in ("utf-16", "latin-1", "UTF8"):
        form = f"application/x-www-form-urlencoded; charset={charset}"
        assert boss.post(LIST, b"action=x", content_type=form).status_code == 400
