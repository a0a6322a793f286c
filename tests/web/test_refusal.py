"""Who may not do something is told which permission it takes, and where to go; groups give them out."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from tests.support.pages import LIST, OPERATIONS, TRASH, Page, entry_url

pytestmark = pytest.mark.django_db


def told(client: Client, address: str, **form: str) -> Page:
    page = Page.of(client.post(address, form) if form else client.get(address))
    assert page.status == 403
    assert "You may not do that" in page.title
    return page


def test_the_missing_permission_is_named_and_a_page_that_may_be_seen_is_offered(
    viewer: User, login: Callable[[User], Client], entry: Callable[..., int]
) -> None:
    number = entry()
    page = told(login(viewer), f"{LIST}export/")
    assert "Your account lacks the permission “Can export failed jobs” (dlq.export_backfilldlq)." in page.text
    assert page.links("To the failed jobs") == [LIST]
    page = told(login(viewer), f"{LIST}{number}/delete/")
    assert "“Can delete failed job” (dlq.delete_backfilldlq)" in page.text
    page = told(login(viewer), entry_url(number), notes="mine")
    assert "“Can write notes on failed jobs” (dlq.annotate_backfilldlq)" in page.text
    page = told(login(viewer), entry_url(number), show_masked="1")
    assert "“Can see what is masked in failed jobs” (dlq.see_redacted_backfilldlq)" in page.text


def test_start_page_names_what_it_takes_and_other_apps_pages_nothing_of_ours(
    person: Callable[..., User], login: Callable[[User], Client]
) -> None:
    client = login(person())
    assert "(dlq.view_backfilldlq)" in told(client, "/admin/dlq/").text
    assert client.get("/admin/auth/").status_code == 404


def test_all_that_are_missing_are_named(person: Callable[..., User], login: Callable[[User], Client]) -> None:
    page = told(login(person()), f"{LIST}export/")
    assert (
        "lacks the permissions “Can view failed job” (dlq.view_backfilldlq) and “Can export failed jobs”" in page.text
    )
    assert page.links("To the start page") == ["/admin/"]


def test_what_nobody_may_do_is_no_permission(boss: Client) -> None:
    assert "Your account may not do that here." in told(boss, f"{OPERATIONS}add/").text


def groups() -> str:
    out = io.StringIO()
    call_command("dlq_groups", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("group", "may", "may_not"),
    [
        ("dlq viewer", (LIST, OPERATIONS, TRASH), (f"{LIST}export/",)),
        ("dlq operator", (LIST, f"{LIST}export/"), ("delete",)),
        ("dlq manager", (LIST, f"{LIST}export/", "delete"), (f"{LIST}add/",)),
    ],
)
def test_a_group_is_all_that_somebody_needs(
    person: Callable[..., User],
    login: Callable[[User], Client],
    entry: Callable[..., int],
    group: str,
    may: tuple[str, ...],
    may_not: tuple[str, ...],
) -> None:
    groups()
    somebody = person()
    somebody.groups.add(Group.objects.get(name=group))
    client, deletion = login(somebody), f"{LIST}{entry()}/delete/"
    assert not somebody.has_perm("dlq.see_redacted_backfilldlq")
    statuses = [client.get(deletion if page == "delete" else page).status_code for page in (*may, *may_not)]
    assert statuses == [200] * len(may) + [403] * len(may_not)


def test_groups_are_made_once_and_given_what_they_lack() -> None:
    assert "dlq viewer: made, with view_backfilldlq, view_bulkoperation\n" in groups()
    viewers = Group.objects.get(name="dlq viewer")
    viewers.permissions.set(Permission.objects.filter(codename__in=["view_backfilldlq", "add_user"]))
    assert "dlq viewer: now also has view_bulkoperation\n" in groups()
    assert viewers.permissions.filter(codename="add_user").exists()
    assert groups().count("has all it needs") == 3


def test_groups_need_the_permissions() -> None:
    Permission.objects.filter(codename="requeue_backfilldlq").delete()
    with pytest.raises(CommandError, match=r"run manage\.py migrate first"):
        groups()
