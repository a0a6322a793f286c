"""What a delete takes along, and what a restore brings back: all lives of a failure."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from dlq.client import delete_dlq_job
from dlq.models import BulkOperation, DeletedEntry
from dlq.operations.confirmation import begin
from dlq.operations.report import report
from dlq.operations.runner import advance
from dlq.table.location import TABLE
from tests.support.chains import add_chain, comes_back, statuses
from tests.support.database import another_connection, sql
from tests.support.entries import add_entries, ids
from tests.support.operations import confirm, operate, reasons, wording
from tests.support.pages import TRASH, Page, ask, get, operation_url, send

DLQ = TABLE.regclass

pytestmark = pytest.mark.django_db(transaction=True)


def sent(client: Client, confirmation: Page, **fields: str) -> BulkOperation:
    send(client, confirmation, **fields)
    return BulkOperation.objects.latest("id")


def test_earlier_lives_are_deleted_with_the_newest_and_said_with_a_number_of_their_own(boss: Client) -> None:
    chain = add_chain(3)
    page = ask(boss, "delete", chain[-1:])
    assert "You are about to delete 1 failed job" in page.text
    assert "2 earlier lives go along" in page.text
    operation = sent(boss, page)
    assert ids() == []
    assert (operation.done_count, operation.along_count, operation.handled_count) == (3, 2, 1)
    assert report(operation) == "Moved to the trash: 1 failed job, with 2 earlier lives."
    start = get(boss, "/admin/dlq/").text
    assert re.search(rf"{operation} by boss, [^:]+: done, 1 failed job(?!s)", start)
    assert re.search(rf"- {operation} by boss, [^:]+:[0-9:]+: done, 1 ", start), "in the hand-over"
    (done,) = get(boss, "/admin/dlq/bulkoperation/?o=-4&actor=boss").all("td", class_="field-done")
    assert done.text == "1"


def test_earlier_lives_stay_and_the_last_of_them_stands_again_when_it_is_asked_for(boss: Client) -> None:
    first, second, third = add_chain(3)
    operation = sent(boss, ask(boss, "delete", [third]), leaves_earlier_lives="on")
    assert statuses() == {first: "superseded", second: "failed_again"}
    assert (operation.done_count, operation.along_count) == (1, 0)
    assert "left where they were" in get(boss, operation_url(operation.pk)).text


def test_nothing_is_said_of_earlier_lives_where_there_are_none(boss: Client) -> None:
    add_chain(2)
    (alone,) = add_entries(1)
    assert "Earlier lives" not in ask(boss, "delete", [alone]).text


def test_only_earlier_lives_go_along_not_later_ones() -> None:
    first, second, third = add_chain(3)
    operate("delete", [second])
    assert ids() == [third]
    assert DeletedEntry.objects.count() == 2
    assert first not in ids()


@pytest.mark.parametrize("chunk_size", [1, 2, 1000])
def test_each_row_is_counted_once_when_all_lives_match(settings: object, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size  # type: ignore[attr-defined]
    add_chain(3)
    add_chain(2)
    operation = operate("delete", pairs=[("status", "any")])
    assert ids() == []
    assert (operation.done_count, operation.along_count) == (5, 0)


@pytest.mark.parametrize("chunk_size", [1, 2, 1000])
def test_whole_chains_go_when_what_stands_matches(settings: object, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size  # type: ignore[attr-defined]
    add_chain(3)
    add_chain(2)
    add_entries(2)
    operation = operate("delete", pairs=[("status", "open")])
    assert ids() == []
    assert (operation.done_count, operation.along_count) == (7, 3)


def test_restore_brings_back_what_went_together(boss: Client) -> None:
    chain = add_chain(3)
    operate("delete", [chain[-1]])
    boss.post(
        TRASH, {"action": "restore_selected", "_selected_action": DeletedEntry.objects.get(entry_id=chain[-1]).pk}
    )
    assert ids() == chain
    assert statuses() == {chain[0]: "superseded", chain[1]: "superseded", chain[2]: "failed_again"}


def test_restore_leaves_what_another_operation_deleted(boss: Client) -> None:
    first, second, third = add_chain(3)
    operate("delete", [first])
    operate("delete", [third])
    boss.post(TRASH, {"action": "restore_selected", "_selected_action": DeletedEntry.objects.get(entry_id=third).pk})
    assert ids() == [second, third]


def test_recall_of_a_whole_delete_brings_back_all_lives() -> None:
    chain = add_chain(3)
    deleted = operate("delete", [chain[-1]])
    restored = operate("restore", undoes_id=deleted.pk)
    assert ids() == chain
    assert restored.done_count == 3


def test_newest_is_deleted_and_an_earlier_life_stays_when_somebody_holds_that() -> None:
    first, second = add_chain(2)
    with another_connection() as other:
        other.execute(f"SELECT FROM {DLQ} WHERE id = %s FOR UPDATE", [first])
        operation = operate("delete", [second])
    assert reasons(operation) == {first: wording("locked")}
    assert statuses() == {first: "failed_again"}
    assert (operation.done_count, operation.along_count) == (1, 0)


def test_what_came_back_a_moment_ago_takes_its_earlier_life_along() -> None:
    """Nobody has settled since it arrived."""
    (first,) = add_entries(1)
    second = comes_back(first, is_settled=False)
    operate("delete", [second])
    assert ids() == []


def test_lives_stay_with_what_failed_again_before_its_turn_came() -> None:
    first, second = add_chain(2)
    operation, _new = begin(confirm("delete", [second]), actor="ann")
    sql(f"UPDATE {DLQ} SET failed_at = now() WHERE id = %s", second)
    done = advance(operation.pk, float("inf"))
    assert ids() == [first, second]
    assert done.done_count == 0


def test_library_deletes_one_row() -> None:
    first, second = add_chain(2)
    assert delete_dlq_job(second) is True
    assert ids() == [first]
