"""An export through a real web server: what breaks off says so, who goes away ends the query, who waits sees it grow."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.export.copying import csv_lines, json_lines
from dlq.filters import DlqFilterSet
from tests.support.database import another_connection
from tests.support.entries import add_entries
from tests.support.pages import LIST, Page, get
from tests.support.people import client_of
from tests.support.web import asked, sent, served, until

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "0123456789abcdef" * 2
WIDE = "jsonb_build_object('text', repeat(md5(n::text), 300))"
COPIES = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^(EXPLAIN|COPY)'" \
    " AND state = 'active' AND pid <> pg_backend_pid()"  # fmt: skip


@pytest.fixture
def web(request: pytest.FixtureRequest) -> Iterator[int]:
    with served(workers=1, threads=4, asgi=getattr(request, "param", False)) as port:
        yield port


by_both = pytest.mark.parametrize("web", [False, True], ids=["gunicorn", "uvicorn"], indirect=True)


def copies() -> int:
    with another_connection(autocommit=True) as other:
        return int(other.execute(COPIES).fetchone()[0])  # type: ignore[index]


def session_of(user: User) -> str:
    return client_of(user).cookies["sessionid"].value


@by_both
def test_query_ends_when_the_browser_goes_away_in_the_middle(superuser: User, web: int) -> None:
    add_entries(5_000, payload=WIDE)
    with asked(web, f"{LIST}export/?format=jsonl", session_of(superuser)) as response:
        assert len(response.read(100_000)) == 100_000
        until(copies)
    until(lambda: not copies())


def test_query_ends_when_the_browser_goes_away_before_the_first_row(superuser: User, web: int) -> None:
    """There is nothing to write yet, so the server has to look."""
    add_entries(10)
    session = session_of(superuser)
    with another_connection() as other:
        other.execute("LOCK TABLE dlq_requeue IN ACCESS EXCLUSIVE MODE")
        # No index answers it, so that nothing is counted before.
        with sent(web, f"{LIST}export/?format=jsonl&q=needle", session):
            until(copies)
        until(lambda: not copies())


def test_file_says_that_it_is_not_complete_when_the_connection_breaks(superuser: User, web: int) -> None:
    add_entries(5_000, payload=WIDE)
    with asked(web, f"{LIST}export/?format=jsonl", session_of(superuser)) as response:
        received = response.read(100_000)
        until(copies)
        with another_connection(autocommit=True) as other:
            other.execute(COPIES.replace("count(*)", "pg_terminate_backend(pid)"))
        with pytest.raises(http.client.IncompleteRead) as broken:
            response.read()
    received += broken.value.partial
    last = json.loads(received.splitlines()[-1])
    assert last == {"complete": False, "entries": len(received.splitlines()) - 1}
    assert 0 < last["entries"] < 5_000


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (csv_lines, b"NOT COMPLETE: the export broke off after 0 failed jobs\n"),
        (json_lines, b'{"complete": false, "entries": 0}\n'),
    ],
)
def test_last_line_tells_and_the_error_continues_when_the_query_fails(
    lines: Callable[..., Iterator[bytes]], last: bytes
) -> None:
    add_entries(3)
    entries = DlqFilterSet.of_pairs([]).qs.extra(where=["1 / (id - id) = 1"])
    received: list[bytes] = []
    with pytest.raises(Exception, match="division by zero"):
        received.extend(lines(entries))
    assert received[-1] == last


def test_progress_grows_while_it_runs_and_ends_when_it_has_ended(superuser: User, web: int) -> None:
    add_entries(5_000, payload=WIDE)
    client = client_of(superuser)
    progress = f"{LIST}export/progress/"
    assert "The download begins" in get(client, progress, token=TOKEN).text
    with asked(web, f"{LIST}export/?format=csv&token={TOKEN}", session_of(superuser)) as response:
        response.read(100_000)
        page = get(client, progress, token=TOKEN, expected="5000")
        bar = page.one("progress")
        assert bar.get("max") == "5000"
        assert 0 < int(bar.get("value", "0")) < 5_000
        assert "of about 5,000 failed jobs" in page.text
        response.read()
    until(lambda: not get(client, progress, token=TOKEN).all("progress"))
    assert "The export has ended." in get(client, progress, token=TOKEN, seen="1").text


def test_progress_gives_up_looking_when_no_such_download_comes(boss: Client) -> None:
    page = get(boss, f"{LIST}export/progress/", token=TOKEN, tries="10")
    assert "No download is under way any more" in page.text
    assert not page.all("div", id="dlq-export-progress")[0].get("hx-get")


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --"])
def test_progress_is_refused_when_the_token_is_none(boss: Client, token: str) -> None:
    assert boss.get(f"{LIST}export/progress/", {"token": token}).status_code == 400


def test_progress_is_refused_when_somebody_may_not_export(viewer: User) -> None:
    client = client_of(viewer)
    assert client.get(f"{LIST}export/progress/", {"token": TOKEN}).status_code == 403
    assert client.get(f"{LIST}export/").status_code == 403


def test_page_says_how_many_and_offers_both_files_when_opened(boss: Client) -> None:
    add_entries(12, task_identifier="'t' || n % 2")
    page = get(boss, f"{LIST}export/", task_identifier="t1")
    assert "6 failed jobs: " in page.text
    (address,) = page.links("Download CSV")
    response = boss.get(f"{LIST}export/{address}")
    assert b"".join(response.streaming_content).count(b"\n") == 7  # type: ignore[attr-defined]
    name = response["Content-Disposition"]
    assert name.startswith('attachment; filename="failed-jobs-20')
    assert name.endswith('-task_identifier-t1.csv"')


def test_page_names_the_mistake_when_the_filter_is_wrong(boss: Client) -> None:
    assert "Nothing was exported." in Page.of(boss.get(f"{LIST}export/?task=x", follow=True)).text
