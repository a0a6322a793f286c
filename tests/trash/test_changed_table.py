"""The table's owner changes its columns while entries are in the trash: each row comes back by the columns that it had."""

from __future__ import annotations

from typing import Any

import pytest

from dlq.models import DeletedEntry, OperationEntry
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry, drop_unique_key_index, ids, text_of
from tests.support.operations import operate, reasons, wording

pytestmark = pytest.mark.django_db

T = f"{SCHEMA}.backfill_dlq"


def in_trash() -> list[int]:
    return sorted(DeletedEntry.objects.values_list("entry_id", flat=True))


def test_others_come_back_when_one_had_a_column_that_vanished(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 4
    before, after = add_entries(5), add_entries(5)
    sql(f"ALTER TABLE {T} ADD COLUMN tenant text, ADD COLUMN region text")
    doomed = add_entry(tenant="acme")
    operate("delete", [doomed])
    sql(f"ALTER TABLE {T} DROP COLUMN tenant, DROP COLUMN region")
    operate("delete", [*before, *after])
    restored = operate("restore", [*before, doomed, *after])
    assert reasons(restored) == {doomed: wording("restore_column").format(about="region, tenant")}
    assert (restored.done_count, restored.skipped_count, restored.failed_count) == (10, 1, 0)
    assert (ids(), in_trash()) == (sorted([*before, *after]), [doomed])


def test_each_names_its_own_columns_when_several_vanished() -> None:
    sql(f"ALTER TABLE {T} ADD COLUMN one text")
    first = add_entry(one="1")
    operate("delete", [first])
    sql(f"ALTER TABLE {T} DROP COLUMN one, ADD COLUMN two text")
    second, whole = add_entry(two="2"), add_entry()
    operate("delete", [second])
    sql(f"ALTER TABLE {T} DROP COLUMN two")
    operate("delete", [whole])
    assert reasons(operate("restore", [first, second, whole])) == {
        first: wording("restore_column").format(about="one"),
        second: wording("restore_column").format(about="two"),
    }
    assert (ids(), in_trash()) == ([whole], [first, second])


@pytest.mark.parametrize(
    "column",
    [
        "text NOT NULL DEFAULT 'production'",
        "bigint GENERATED ALWAYS AS IDENTITY",
        "needed DEFAULT 'production'",
        "bigint NOT NULL GENERATED ALWAYS AS (priority + 1) STORED",
    ],
)
def test_older_row_takes_the_default_beside_a_newer_one_that_has_a_value(column: str) -> None:
    sql("CREATE DOMAIN needed AS text NOT NULL")
    older, newer = add_entry(), add_entry()
    operate("delete", [older])
    sql(f"ALTER TABLE {T} ADD COLUMN environment {column}")
    if "GENERATED" not in column:
        sql(f"UPDATE {T} SET environment = 'staging' WHERE id = %s", newer)
    before = text_of(newer)
    operate("delete", [newer])
    assert operate("restore", [older, newer]).done_count == 2
    assert text_of(newer) == before
    assert value(f"SELECT environment IS NOT NULL FROM {T} WHERE id = %s", older)
    if "DEFAULT" in column:
        assert value(f"SELECT environment FROM {T} WHERE id = %s", older) == "production"


def test_rows_are_whole_whatever_the_owners_names_and_types_are() -> None:
    sql(f"""CREATE TYPE {SCHEMA}."odd %type" AS (a int, b text)""")
    sql(
        f"""ALTER TABLE {T} ADD COLUMN "odd ""%% column" {SCHEMA}."odd %type"[], ADD COLUMN code char(4),"""
        ' ADD COLUMN letter "char", ADD COLUMN "from" int4range, ADD COLUMN raw json'
    )
    entry = add_entry()
    sql(
        f"""UPDATE {T} SET "odd ""%% column" = ARRAY[ROW(1, 'x,"y'), NULL]::{SCHEMA}."odd %type"[], code = 'a',"""
        """ letter = 'x', "from" = '[1,3)', raw = 'null'"""
    )
    before = text_of(entry)
    operate("delete", [entry])
    assert operate("restore", [entry]).done_count == 1
    assert text_of(entry) == before


@pytest.mark.parametrize("chunk_size", [3, 1000])
def test_those_without_a_new_mandatory_column_are_refused_one_by_one(settings: Any, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    old = add_entries(4)
    operate("delete", old)
    sql(f"ALTER TABLE {T} ADD COLUMN tenant text NOT NULL")
    new = [add_entry(tenant="acme") for _ in range(4)]
    mixed = [number for pair in zip(old, new, strict=True) for number in pair]
    operate("delete", new)
    restored = operate("restore", mixed)
    assert (restored.done_count, restored.skipped_count, restored.failed_count) == (4, 0, 4)
    assert all("tenant" in reasons(restored)[entry] for entry in old)
    assert (ids(), in_trash()) == (new, old)
    recorded = OperationEntry.objects.filter(operation=restored, result="done").values_list("entry_id", flat=True)
    assert sorted(recorded) == new


@pytest.mark.parametrize("size", [1, 1000])
def test_each_is_accounted_for_once_when_sets_of_columns_alternate(settings: Any, size: int) -> None:
    """A refused row undoes what other sets of the same part had already given."""
    settings.DLQ_CHUNK_SIZE = size
    entries = add_entries(24, priority="n")
    for number, column in enumerate(("one", "two", "three")):
        operate("delete", entries[number::3])
        sql(f"ALTER TABLE {T} ADD COLUMN {column} int NOT NULL DEFAULT 7")
    sql(f"ALTER TABLE {T} ADD CHECK (priority NOT IN (3, 11))")
    newcomer = add_entry(id=entries[5])
    restored = operate("restore", entries)
    assert (restored.done_count, restored.skipped_count, restored.failed_count) == (21, 1, 2)
    found = reasons(restored)
    assert set(found) == {entries[2], entries[5], entries[10]}
    assert found[newcomer] == wording("restore_conflict")
    assert in_trash() == [entries[2], entries[5], entries[10]]
    assert value(f"SELECT sum(one + two + three) FROM {T}") == 21 * len(ids())
    recorded = OperationEntry.objects.filter(operation=restored).values_list("entry_id", flat=True)
    assert sorted(recorded) == sorted(entries)


@pytest.mark.parametrize("kind", ["DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"])
def test_taken_key_stays_in_the_trash_when_the_tables_constraint_is_deferrable(kind: str) -> None:
    drop_unique_key_index()
    sql(f"ALTER TABLE {T} ADD CONSTRAINT owners UNIQUE (job_key) {kind}")
    taken, free, without = add_entry(job_key="k"), add_entry(job_key="free"), add_entry()
    operate("delete", [taken, free, without])
    add_entry(job_key="k")
    restored = operate("restore", [taken, free, without])
    assert reasons(restored) == {taken: wording("restore_conflict")}
    assert (restored.done_count, restored.skipped_count, restored.failed_count) == (2, 1, 0)
    assert in_trash() == [taken]
