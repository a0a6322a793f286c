"""A person's browser: a logged-in client of the pages, which fails loudly where a page does not answer as it should."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client

LIST = "/admin/dlq/backfilldlq/"
FLOOR_LIST = "/floor/dlq/backfilldlq/"
STOCK_LIST = "/stock/dlq/backfilldlq/"
START = "/admin/dlq/"


class Visitor:
    def __init__(self, *, permissions: bool = False) -> None:
        """A superuser, or (with `permissions`) somebody who has all of the app's permissions one by one."""
        name = "bench-staff" if permissions else "bench"
        user, _new = User.objects.get_or_create(username=name, is_staff=True, is_superuser=not permissions)
        if permissions:
            user.user_permissions.set(Permission.objects.filter(content_type__app_label="dlq"))
        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, address: str) -> str:
        return self._page(self.client.get(address))

    def finds(self, address: str) -> bool:
        """Whether there is such a page."""
        return self.client.get(address).status_code == HTTPStatus.OK

    def listed_ids(self, address: str = LIST) -> list[int]:
        return [int(number) for number in re.findall(r'name="_selected_action" value="(\d+)"', self.get(address))]

    def confirmation(self, query: str) -> str:
        """The confirmation page for requeueing everything that matches. Any ticked row will do: all are selected."""
        data: dict[str, Any] = {
            "action": "requeue_selected",
            "index": 0,
            "select_across": "1",
            "_selected_action": ["1"],
        }
        page = self._page(self.client.post(LIST + query, data))
        if 'name="token"' not in page:
            raise AssertionError(f"{query} led to no confirmation page")
        return page

    def requeue(self, query: str) -> None:
        """Confirm, too, and do as the operation's page does: ask again and again until it is done."""
        page = self.confirmation(query)
        if f"{LIST}confirmed/count/" in page:
            # Of many the number comes later, and with it another token.
            page = self.get(f"{LIST}confirmed/count/?{urlencode({'token': _token(page)})}")
        number = re.search(r"([0-9,]+) failed job", page)
        confirmed = {"token": _token(page), "confirm_count": number[1].replace(",", "") if number else ""}
        answer = self.client.post(f"{LIST}confirmed/", confirmed)
        if answer.status_code != 302:
            raise AssertionError(f"the confirmation was answered with {answer.status_code}")
        while "/bulkoperation/" in answer["Location"] and 'name="drive"' in self.get(answer["Location"]):
            self.client.post(answer["Location"], {"drive": "running"}, headers={"HX-Request": "true"})

    def _page(self, response: Any) -> str:
        answer: HttpResponse = response
        if answer.status_code != 200:
            raise AssertionError(f"a page was answered with {answer.status_code}")
        return answer.content.decode()


def _token(page: str) -> str:
    found = re.search(r'name="token" id="dlq-token" value="([^"]*)"', page)
    if found is None:
        raise AssertionError("the confirmation page has no token")
    return found[1]
