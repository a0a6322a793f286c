"""The row of places: which operations are at work is said on every page, to those who may see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.operations.confirmation import begin
from tests.support.operations import confirm
from tests.support.pages import LIST, get, text_of


def _news(client: Client) -> list[str]:
    return [text_of(span).strip() for span in get(client, LIST).all("span", class_="dlq-place-news")]


@pytest.mark.django_db
def test_operations_at_work_are_counted_for_those_who_see_them(
    entry: Callable[..., int], person: Callable[..., User], login: Callable[[User], Client]
) -> None:
    viewer, watcher = (
        login(person("view_backfilldlq", name="v")),
        login(person("view_backfilldlq", "view_bulkoperation", name="w")),
    )
    assert _news(watcher) == []
    begin(confirm("delete", [entry()]), actor="tester")
    assert _news(watcher) == ["1 running"]
    assert _news(viewer) == []
