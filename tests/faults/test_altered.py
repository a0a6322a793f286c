"""Something was renamed, dropped, altered or forbidden: pages that need it name it, the others work, and all do afterwards."""

from __future__ import annotations

import pytest

from tests.faults.changes import SCHEMA, TABLE, Change, altered, changed, renamed, revoked
from tests.faults.pages import Asked, around, broken, pages, shows
from tests.faults.site import ROLE, Server, Site

pytestmark = pytest.mark.long

LIST = "/admin/dlq/backfilldlq/"
READ_THE_TABLE = {
    "list",
    "search",
    "count",
    "entry",
    "history",
    "payload",
    "statistics",
    "csv",
    "jsonl",
    "confirmation",
}
STILL_THERE = {"operations", "trash", "index", "log-in", "health"}


def everything(site: Site) -> list[Asked]:
    return [*pages(site), *around(site)]


def has_healed(site: Site) -> None:
    assert broken(site, [page for page in pages(site) if page.name in {"list", "entry", "requeue"}], "") == set()


def last_operation(site: Site) -> str:
    (number,) = site.server.sql("SELECT max(id) FROM dlq_bulkoperation")[0]
    return f"/admin/dlq/bulkoperation/{number}/change/"


OUT_OF_REACH: dict[str, Change] = {
    f"There is no table {TABLE}": renamed("TABLE", TABLE),
    f"There is no schema {SCHEMA}": renamed("SCHEMA", SCHEMA),
    f"lacks the right SELECT on {TABLE}": revoked("SELECT", TABLE),
    f"lacks the right USAGE on schema {SCHEMA}": revoked("USAGE", f"SCHEMA {SCHEMA}"),
}


@pytest.mark.parametrize("sentence", OUT_OF_REACH)
def test_pages_name_it_when_the_table_is_out_of_reach(server: Server, site: Site, sentence: str) -> None:
    with changed(server, OUT_OF_REACH[sentence]):
        kept_away = broken(site, everything(site), sentence)
        assert kept_away >= READ_THE_TABLE | {"metrics"}
        assert not kept_away & STILL_THERE
        assert sentence in shows(site, last_operation(site))
    has_healed(site)


ADD_JOBS = f"{SCHEMA}.add_jobs"
TWIN = f"CREATE FUNCTION {ADD_JOBS}(text) RETURNS void LANGUAGE sql AS ''"
WITHOUT_A_PART: dict[str, Change] = {
    f"There is no function {ADD_JOBS}": renamed("FUNCTION", ADD_JOBS),
    f"function {ADD_JOBS}({SCHEMA}.job_spec[]) does not exist": (
        f"{renamed('FUNCTION', ADD_JOBS)[0]}; {TWIN}",
        f"DROP FUNCTION {ADD_JOBS}; {renamed('FUNCTION', ADD_JOBS)[1]}",
    ),
    f"There is no view {SCHEMA}.jobs": renamed("VIEW", f"{SCHEMA}.jobs"),
    f"There is no table {SCHEMA}._private_jobs": renamed("TABLE", f"{SCHEMA}._private_jobs"),
    f"lacks the right UPDATE on {TABLE}": revoked("UPDATE", TABLE),
    f"lacks the right EXECUTE on function {ADD_JOBS}": revoked("EXECUTE", f"FUNCTION {ADD_JOBS}", "public"),
    "Row level security hides the queue": (f"ALTER ROLE {ROLE} NOBYPASSRLS", f"ALTER ROLE {ROLE} BYPASSRLS"),
}


@pytest.mark.parametrize("sentence", WITHOUT_A_PART)
def test_only_a_requeue_is_paused_and_says_why_when_a_part_of_the_queue_is_missing(
    server: Server, site: Site, sentence: str
) -> None:
    with changed(server, WITHOUT_A_PART[sentence]):
        server.cut()  # a connection keeps the plans that it made under the role's former rights
        assert broken(site, everything(site), "") == set()
        paused = last_operation(site)
        page = shows(site, paused)
        assert "Paused, because it could not continue" in page
        assert sentence in page
    assert site.open(paused, {"resume": "1"}).status == 302
    assert "Requeued: 1 failed job." in shows(site, paused)


def test_only_a_delete_is_paused_and_says_why_when_its_right_is_missing(server: Server, site: Site) -> None:
    with changed(server, revoked("DELETE", TABLE)):
        assert broken(site, everything(site), "") == set()
        assert site.open(f"{LIST}confirmed/", {"token": server.known["deletes"].pop()}).status == 302
        assert f"lacks the right DELETE on {TABLE}" in shows(site, last_operation(site))
    has_healed(site)


LACKS = "lacks what a migration makes: {}.*run manage.py migrate"
OUR_OWN: dict[str, tuple[Change, set[str]]] = {
    LACKS.format("table dlq_requeue"): (renamed("TABLE", "dlq_requeue"), {"list", "entry", "patterns"}),
    LACKS.format("column state of dlq_bulkoperation"): (
        (
            "ALTER TABLE dlq_bulkoperation RENAME state TO gone",
            "ALTER TABLE dlq_bulkoperation RENAME gone TO state",
        ),
        {"entry", "requeue", "operations", "operation"},
    ),
    LACKS.format("table django_session"): (renamed("TABLE", "django_session"), {"list", "entry", "index"}),
    "lacks the right SELECT, UPDATE on dlq_bulkoperation": (
        revoked("SELECT, UPDATE", "dlq_bulkoperation"),
        {"entry", "requeue", "operations", "operation"},
    ),
}


@pytest.mark.parametrize("sentence", OUR_OWN)
def test_pages_say_what_to_do_when_our_own_tables_are_not_there(server: Server, site: Site, sentence: str) -> None:
    change, kept_away = OUR_OWN[sentence]
    with changed(server, change):
        assert broken(site, everything(site), sentence) >= kept_away
    has_healed(site)


COLUMNS: dict[str, tuple[str, ...]] = {
    "failed_at": ("timestamp without time zone", "date", "text"),
    "payload": ("json", "text"),
    "failure_count": ("text",),
    "queue_name": ("integer USING 1",),
    "last_error": ("text",),
    "id": ("uuid USING gen_random_uuid()",),
    "task_identifier": ("integer USING 1",),
    "priority": ("text",),
    "requeued_count": ("",),
    "notes": ("",),
    "job_key": ("",),
    "original_job_id": ("",),
}


@pytest.mark.parametrize(("column", "type_name"), [(name, one) for name, types in COLUMNS.items() for one in types])
def test_pages_name_the_column_when_it_is_gone_or_of_another_type(
    server: Server, site: Site, column: str, type_name: str
) -> None:
    if type_name:
        to, _using, how = type_name.partition(" USING ")
        change = f"ALTER {column} TYPE {to} USING {how or f'{column}::{to}'}"
        sentence = f"Column {column} of {TABLE} is of type {to}, not "
    else:
        change = f"DROP {column}"
        sentence = f"{TABLE} has no column {column}."
    with changed(server, altered(change)):
        kept_away = broken(site, everything(site), sentence, 500)
        assert kept_away, "nobody was told"
        assert not kept_away & STILL_THERE
    has_healed(site)


def test_everything_works_when_a_number_has_a_smaller_type(server: Server, site: Site) -> None:
    with changed(server, altered("ALTER id TYPE integer")):
        assert broken(site, everything(site), "") == set()
    has_healed(site)
