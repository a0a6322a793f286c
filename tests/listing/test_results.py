"""The list's rows are those that Django itself would make of the same columns."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.templatetags.admin_list import results

from tests.support.entries import add_entry
from tests.support.pages import LIST
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "",
    "?task_identifier=charge&p=1",
    "?q=card&o=1",
    "?q=%22declined%22&status=any&size=50",
    "?columns=key&columns=priority&columns=job_id&columns=error&columns=status",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("may_act", [True, False])
def test_rows_are_those_of_django(settings: Any, address: str, may_act: bool) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = ["customer"]
    for key in (None, "", " ", "<k&>"):
        add_entry(
            task_identifier="charge",
            queue_name=key or "",
            job_key=key,
            payload='{"customer": "<b>"}' if key else "{}",
            last_error='"card <declined>"',
            original_job_id=None,
            failure_count=12_345,
            failed_at="2020-01-01 00:00+00",
        )
    person = make_user(is_superuser=True) if may_act else make_user("view_backfilldlq")
    response: Any = client_of(person).get(LIST + address, follow=True)
    assert response.status_code == 200
    shown = response.content.decode()
    cl = response.context["cl"]
    assert len(cl.result_list) == 4
    for row in results(cl):
        cells = "".join(row)
        assert f"<tr>{cells}</tr>" in shown, cells
    assert shown.count("<tr>") == 5
