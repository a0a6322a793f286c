"""With two admin sites in a project a page leads to pages of the site that it was opened in, and to none of the other."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import path

from dlq.admin import register_dlq
from tests.support.entries import add_entries
from tests.support.operations import requeue
from tests.support.pages import get

pytestmark = pytest.mark.django_db

backoffice = admin.AdminSite(name="backoffice")
register_dlq(backoffice)
urlpatterns = [path("admin/", admin.site.urls), path("backoffice/", backoffice.urls)]

PLACES = (
    "",
    *(f"{name}/" for name in ("backfilldlq", "bulkoperation", "failurepattern", "deletedentry")),
    *(f"backfilldlq/{name}/" for name in ("statistics", "indexes", "export", "caretaker")),
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("site", "other"), [("/backoffice/", "/admin/"), ("/admin/", "/backoffice/")])
def test_page_leads_to_no_other_site(boss: Client, settings: object, site: str, other: str, place: str) -> None:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    requeue(*add_entries(3))
    page = get(boss, f"{site}dlq/{place}")
    addresses = [
        str(element.attrib[name])
        for name in ("href", "action", "hx-get", "hx-post")
        for element in page.document.iterfind(f".//*[@{name}]")
    ]
    assert any(address.startswith(f"{site}dlq/") for address in addresses)
    assert [address for address in addresses if address.startswith(other)] == []
