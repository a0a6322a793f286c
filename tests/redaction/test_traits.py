"""What failed jobs have in common is told as everybody reads it, and each answer leads to them, whoever asks."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dlq.filters import DlqFilterSet
from dlq.selection.traits import traits_of
from dlq.table.location import TABLE
from tests.redaction.places import SECRET
from tests.support.database import sql
from tests.support.entries import add_entry
from tests.support.pages import LIST, get
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

MASKED = "[masked: password]"


@pytest.fixture(autouse=True)
def _entries(settings: Any) -> None:
    sql(f"ALTER TABLE {TABLE.regclass} ADD COLUMN tenant text, ADD COLUMN api_token text")
    settings.DLQ_EXTRA_COLUMNS = ("tenant", "api_token")
    for number in range(16):
        said = f"password={SECRET}" if number < 8 else "plain"
        add_entry(
            task_identifier="login" if number < 8 else "bill",
            payload={"password": SECRET, "said": said} if number < 8 else {},
            last_error=f'"refused, {said}"',
            tenant=said,
            api_token=SECRET,
        )


def test_values_stay_masked_and_masks_have_no_words() -> None:
    found = traits_of(DlqFilterSet.of_pairs([("task_identifier", "login")])).found
    assert SECRET not in str(found)
    values = {(trait.kind, trait.name, trait.value) for trait in found}
    assert ("payload", "", f"password={MASKED}") in values
    assert ("payload", "", f"said=password={MASKED}") in values
    assert ("column", "tenant", f"password={MASKED}") in values
    assert {value for kind, _name, value in values if kind == "word"} == {"password"}
    assert "api_token" not in {name for _kind, name, _value in values}, "which is masked for all alike"


@pytest.mark.parametrize("permissions", [("view_backfilldlq",), ("view_backfilldlq", "see_redacted_backfilldlq")])
def test_each_answer_leads_to_what_has_it(permissions: tuple[str, ...]) -> None:
    page = get(client_of(make_user(*permissions)), f"{LIST}common/?task_identifier=login")
    assert SECRET not in page.text
    for words in (f"password={MASKED}", f"tenant = password={MASKED}"):
        (link,) = page.links(words)
        pairs = [(name, text) for name, texts in parse_qs(urlsplit(link).query).items() for text in texts]
        assert DlqFilterSet.of_pairs(pairs, sees_all=len(permissions) > 1).qs.count() == 8, link
