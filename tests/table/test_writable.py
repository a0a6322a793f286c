"""A view, or a role that may only look: every page opens and says so, nothing is offered, and what is sent is refused."""

from __future__ import annotations

import io

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client

from dlq.faults.grants import grants_sql
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from tests.installations.shapes import MATERIALIZED, OVER_ONE, OVER_SEVERAL
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.large import analyze
from tests.support.operations import operate
from tests.support.pages import (
    LIST,
    OPERATIONS,
    PATTERNS,
    START,
    STATISTICS,
    TRASH,
    entry_url,
    get,
    history_url,
    operation_url,
)

pytestmark = pytest.mark.django_db

PAGES = (
    LIST,
    f"{LIST}?q=mail",
    f"{LIST}?status=any",
    f"{LIST}indexes/",
    f"{LIST}count/",
    f"{LIST}breakdown/",
    STATISTICS,
)
OTHERS = (f"{LIST}values/?of=task_identifier", f"{LIST}export/", f"{LIST}new/", OPERATIONS, PATTERNS, TRASH, START)


def make_view(shape: str) -> None:
    sql(shape.format(table=TABLE.regclass, schema=SCHEMA))


def said() -> dict[str, str]:
    found = run_checks(databases=["default"])
    return {str(message.id): str(message.msg) for message in found if str(message.id).startswith("dlq.")}


@pytest.fixture(params=[OVER_ONE, OVER_SEVERAL, MATERIALIZED], ids=["over one", "over several", "materialized"])
def entry(request: pytest.FixtureRequest) -> int:
    """Of a table that is a view now."""
    added = add_entry(notes="of old")
    operate("note", [added], note="x")
    make_view(request.param)
    return added


def test_every_page_of_a_view_opens_and_says_that_it_is_one(boss: Client, entry: int) -> None:
    assert "Read-only: graphile_worker.backfill_dlq is a view" in get(boss, LIST).text
    for address in (
        *PAGES,
        *OTHERS,
        entry_url(entry),
        history_url(entry),
        operation_url(value("SELECT id FROM dlq_bulkoperation")),
    ):
        assert boss.get(address).status_code in (200, 302), address
    for form in ("csv", "jsonl"):
        response = boss.get(f"{LIST}export/", {"format": form, "status": "any"})
        assert b"send_email" in b"".join(response)


def test_nothing_is_offered_over_a_view(boss: Client, entry: int) -> None:
    for page in (get(boss, LIST), get(boss, entry_url(entry))):
        assert not page.all("button", name="index")
        assert not page.all("textarea", name="notes")
        assert "a permission that you lack" not in page.text


@pytest.mark.parametrize("action", ["requeue_selected", "delete_selected", "add_note_to_selected"])
def test_what_is_sent_over_a_view_is_refused(boss: Client, entry: int, action: str) -> None:
    assert boss.post(LIST, {"action": action, "_selected_action": [entry]}).status_code == 403
    refused = boss.post(entry_url(entry), {"notes": "new"})
    assert refused.status_code == 403
    assert "Nobody can do that here, since failed jobs can only be looked at." in refused.text
    assert value("SELECT count(*) FROM dlq_bulkoperation") == 1
    assert "new" not in value(f"SELECT notes FROM {SCHEMA}.kept")


@pytest.mark.usefixtures("entry")
def test_commands_say_that_it_is_a_view() -> None:
    for command in ("init_dlq", "process_failed_jobs"):
        with pytest.raises(CommandError, match=r"graphile_worker\.backfill_dlq is a view: "):
            call_command(command)
    call_command("dlq_stats", stdout=io.StringIO())
    call_command("dlq_caretaker", "--once", stdout=io.StringIO())


def test_check_gives_no_advice_to_index_a_view() -> None:
    make_view(OVER_SEVERAL)
    assert said() == {
        "dlq.W009": "All pages are read-only: graphile_worker.backfill_dlq is a view, through which nothing is changed."
    }


def test_a_view_is_as_large_as_the_tables_that_it_reads(boss: Client) -> None:
    add_entries(120)
    analyze()
    make_view(OVER_SEVERAL)
    assert table_state(TABLE).estimated_rows == 120
    assert "A view has no indexes of its own" in get(boss, f"{LIST}indexes/").text


def test_an_older_queue_is_one_sentence_that_names_the_oldest_that_works(boss: Client) -> None:
    entry = add_entry()
    sql(f"ALTER VIEW {SCHEMA}.jobs RENAME TO newer; CREATE TABLE {SCHEMA}.jobs AS SELECT * FROM {SCHEMA}.newer")
    sql(f"ALTER TABLE {SCHEMA}._private_jobs RENAME TO before")
    older = "the queue in schema graphile_worker is that of a graphile-worker older than 0.16."
    assert f"Read-only: {older}" in get(boss, LIST).text
    assert boss.post(LIST, {"action": "requeue_selected", "_selected_action": [entry]}).status_code == 403
    ((check, sentence),) = said().items()
    assert (check, sentence.partition(" Nothing")[0]) == ("dlq.W010", f"All pages are read-only: {older}")
    with pytest.raises(CommandError, match=r"^The queue in schema graphile_worker is that of .* 0\.16 is the oldest"):
        call_command("process_failed_jobs")


@pytest.mark.parametrize("action", ["requeue_selected", "delete_selected"])
def test_a_role_that_may_only_look_is_offered_nothing(boss: Client, action: str) -> None:
    entry = add_entry()
    sql("CREATE ROLE looks")
    sql(grants_sql(TABLE, "looks", "viewer").removeprefix("BEGIN;\n").removesuffix("COMMIT;"))
    sql("SET LOCAL ROLE looks")
    page = get(boss, LIST)
    assert "Read-only: this application’s database role may only look at graphile_worker.backfill_dlq." in page.text
    assert not page.all("button", name="index")
    assert boss.post(LIST, {"action": action, "_selected_action": [entry]}).status_code == 403
    assert boss.post(f"{LIST}seen/", {"seen": "1"}).status_code == 302
    assert "dlq.W009" in said()
    sql("RESET ROLE")
