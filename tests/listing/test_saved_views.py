"""Views of the list: ready-made, kept by a person, shared by those who may; and the one that a list opens with."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.models import FailurePattern, SavedView
from tests.support.chains import comes_back
from tests.support.entries import add_entries, add_entry
from tests.support.operations import operate
from tests.support.pages import LIST, Page, get, text_of
from tests.support.patterns import group_everything
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

VIEWS = f"{LIST}views/"


@pytest.fixture
def ann(db: None) -> Client:
    return client_of(make_user("view_backfilldlq", name="ann"))


@pytest.fixture
def bob(db: None) -> Client:
    return client_of(make_user("view_backfilldlq", "share_savedview", name="bob"))


def views(client: Client) -> dict[str, str]:
    """Names with their numbers."""
    rows = [row for body in get(client, VIEWS).all("tbody") for row in body.iter("tr")]
    return {text_of(next(row.iter("th"))): text_of(next(row.iter("td"))) for row in rows}


def keep(client: Client, name: str, query: str, **fields: str) -> Page:
    form = {"save": "1", "save_as": name, "_changelist_filters": query, **fields}
    return Page.of(client.post(VIEWS, form, follow=True))


def test_view_that_was_replaced_or_deleted_can_be_kept_again(ann: Client) -> None:
    keep(ann, "mine", "task_identifier=a")
    assert keep(ann, "mine", "task_identifier=a").messages == ["Kept as “mine”."]
    page = keep(ann, "mine", "task_identifier=b")
    assert "in place of your view of that name" in page.messages[0]
    assert page.links("Show what that one showed") == [f"{LIST}?task_identifier=a"]
    (view,) = SavedView.objects.all()
    page = Page.of(ann.post(VIEWS, {"delete": view.pk}, follow=True))
    assert page.links("Show what it showed, to keep it again") == [f"{LIST}?task_identifier=b"]


def test_never_requeued_are_failures_that_nobody_requeued_in_any_life(ann: Client) -> None:
    comes_back(add_entry())
    fresh = add_entry()
    assert get(ann, f"{LIST}?requeued=no").entries == [fresh]


def test_ready_made_views_lead_to_what_they_say(ann: Client) -> None:
    add_entries(3, failed_at="now() - interval '3 days'")
    fresh = add_entry(failure_count=25, notes="seen")
    (again,) = add_entries(1, failed_at="now() - interval '2 hours'", failure_count="1")
    operate("requeue", [again])
    group_everything()
    FailurePattern.objects.update(assignee="ann")
    FailurePattern.objects.filter(task_identifier="nobodys").update(assignee="bob")
    assert views(ann) == {
        "All failed jobs": "5",
        "Last hour": "1",
        "Failed often, last 24 h": "1",
        "Never requeued": "4",
        "Failed again": "0",
        "No notes": "4",
        "Mine: of patterns assigned to me": "5",
    }
    page = get(ann, VIEWS)
    (hour,) = page.links("Last hour")
    assert get(ann, hour).entries == [fresh]
    (mine,) = page.links("Mine: of patterns assigned to me")
    assert len(get(ann, mine).entries) == 5
    assert get(ann, LIST, assignee="bob").entries == []


def test_number_of_a_view_is_bounded(ann: Client) -> None:
    add_entries(1_001)
    assert views(ann)["All failed jobs"] == "1,000+"


def test_view_keeps_filter_order_columns_and_rows(ann: Client, bob: Client) -> None:
    add_entries(60, task_identifier="'t' || n % 2")
    page = keep(ann, "Ann's", "task_identifier=t1&o=-1&size=50&columns=key&after=x&p=3")
    assert page.messages == ["Kept as “Ann's”."]
    (address,) = get(ann, VIEWS).links("Ann's")
    assert address == f"{LIST}?task_identifier=t1&o=-1&size=50&columns=key"
    assert views(ann)["Ann's"] == "30"
    assert len(get(ann, address).entries) == 30
    assert "Ann's" not in views(bob)
    keep(ann, "Ann's", "task_identifier=t0")
    assert get(ann, VIEWS).links("Ann's") == [f"{LIST}?task_identifier=t0"]


def test_view_is_shared_by_those_who_may(ann: Client, bob: Client) -> None:
    assert ann.post(VIEWS, {"save_as": "x", "shared": "on"}).status_code == 403
    assert not SavedView.objects.exists()
    assert get(ann, VIEWS).all("input", name="shared") == []
    keep(bob, "Everybody's", "queue_name=-", shared="on")
    assert "Everybody's" in views(ann)
    key = str(SavedView.objects.get().pk)
    assert ann.post(VIEWS, {"delete": key}).status_code == 403
    assert "Deleted the view" in Page.of(bob.post(VIEWS, {"delete": key}, follow=True)).messages[0]
    assert "Everybody's" not in views(ann)
    assert "not there any more" in Page.of(bob.post(VIEWS, {"delete": key}, follow=True)).messages[0]


def test_list_opens_with_the_chosen_view(ann: Client, bob: Client) -> None:
    first, second = add_entry(task_identifier="one"), add_entry(task_identifier="two")
    keep(bob, "Ones", "task_identifier=one", shared="on")
    key = str(SavedView.objects.get().pk)
    page = Page.of(ann.post(VIEWS, {"default": key, "_changelist_filters": "task_identifier=two"}, follow=True))
    assert page.messages == ["The list opens with “Ones”."]
    assert page.entries == [second]
    opened = get(ann, LIST)
    assert opened.entries == [first]
    (everything,) = opened.links("Remove all")
    assert get(ann, LIST + everything).entries == [second, first]
    assert get(bob, LIST).entries == [second, first]
    ann.post(VIEWS, {"no_default": "1"})
    assert get(ann, LIST).entries == [second, first]
    ann.post(VIEWS, {"default": key})
    bob.post(VIEWS, {"delete": key})
    assert get(ann, LIST).entries == [second, first]


@pytest.mark.parametrize("query", ["nonsense=1", "failed_after=x", "q=" + "x" * 9_000])
def test_filter_with_an_error_is_not_kept(ann: Client, query: str) -> None:
    assert "Nothing was kept" in keep(ann, "wrong", query).text
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "\x00"])
def test_view_needs_a_name(ann: Client, name: str) -> None:
    assert keep(ann, name, "").title.startswith("Views")
    assert not SavedView.objects.exists()


def test_part_of_the_list_is_the_same(superuser: User) -> None:
    client = client_of(superuser)
    page = Page.of(client.get(VIEWS, headers={"HX-Request": "true"}))
    assert page.links("Last hour") == [f"{LIST}?failed_after=1h"]
    assert page.all("header") == []
