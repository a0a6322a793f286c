"""`check` names each right that the role lacks, by what the statements and the queue's functions of this version touch."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from dlq.faults.own_tables import own_tables
from dlq.faults.rights import hidden_by_row_security, lacking, nowhere_to_migrate
from dlq.faults.touched import Touched, touched, touched_by_use
from dlq.process.processor import process_failed_jobs
from dlq.table.init import init_dlq
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, psql, sql, value
from tests.support.entries import add_entry
from tests.support.jobs import add_job, exhaust, jobs
from tests.support.operations import operate
from tests.support.pages import LIST, OPERATIONS, PATTERNS, STATISTICS, TRASH, entry_url, operation_url

pytestmark = pytest.mark.django_db

ROLE = "somebody_else"


@pytest.fixture
def _role() -> None:
    """It may do everything with our own tables, sees all rows, and has no right on the queue and the table."""
    sql(f"CREATE ROLE {ROLE} BYPASSRLS")
    sql(f"GRANT ALL ON {', '.join(own_tables())} TO {ROLE}")
    sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")


@contextmanager
def as_role() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


def grant_what_is_lacking() -> list[str]:
    """Run the cures that the check gives, until it has none. Returns them."""
    cures: list[str] = []
    while True:
        with as_role():
            found = [right.cure for right in lacking(TABLE)]
        if not found:
            return cures
        assert not set(found) & set(cures)
        for cure in found:
            sql(cure)
        cures += found


def work() -> None:
    """Each operation, with and without keys, with a job to replace and one to recall."""
    keyed, plain = add_entry(job_key="k"), add_entry(queue_name="serial")
    add_job(job_key="k")
    died = add_job()
    exhaust(died)
    with as_role():
        requeued = operate("requeue", [keyed, plain], key_policy="replace")
        assert requeued.done_count == 2
        assert operate("note", [keyed], note="x").done_count == 1
        assert operate("delete", [keyed]).done_count == 1
        assert process_failed_jobs(TABLE).jobs == [died]


@pytest.mark.usefixtures("_role")
def test_everything_works_when_each_right_that_was_named_is_granted() -> None:
    assert f"GRANT USAGE ON schema {SCHEMA} TO {ROLE};" in grant_what_is_lacking()
    work()


@pytest.mark.usefixtures("_role")
def test_each_right_is_named_when_it_alone_is_missing() -> None:
    needed = {
        f"REVOKE {cure[6:].replace(' TO ', ' FROM ')}" for cure in grant_what_is_lacking() if "schema" not in cure
    }
    assert len(needed) >= 8
    for revoke in needed:
        with transaction.atomic():
            if " function " in revoke:
                sql(revoke.replace(ROLE, "public"))
            sql(revoke)
            with as_role():
                (missing,) = lacking(TABLE)
                messages = run_checks(databases=["default"])
            assert missing.cure[6:].replace(" TO ", " FROM ") == revoke[7:]
            assert [message.msg for message in messages if message.id == "dlq.W006"] == [missing.sentence]
            transaction.set_rollback(True)


@pytest.mark.usefixtures("_role")
@pytest.mark.parametrize("right", ["SELECT", "INSERT", "UPDATE", "DELETE"])
def test_work_fails_when_a_right_on_the_table_is_missing(right: str) -> None:
    grant_what_is_lacking()
    sql(f"REVOKE {right} ON {TABLE.regclass} FROM {ROLE}")
    with pytest.raises((DatabaseError, AssertionError)), transaction.atomic():
        work()
    with as_role():
        (missing,) = lacking(TABLE)
    assert (missing.right, missing.thing) == (right, f"{SCHEMA}.backfill_dlq")


@pytest.mark.usefixtures("_role")
def test_columns_are_named_when_the_right_to_change_them_is_missing() -> None:
    grant_what_is_lacking()
    sql(f"REVOKE UPDATE ON {TABLE.regclass} FROM {ROLE}")
    sql(f"GRANT UPDATE (notes) ON {TABLE.regclass} TO {ROLE}")
    with as_role():
        (missing,) = lacking(TABLE)
    assert missing.right == "UPDATE (last_requeued_at, requeued_count)"


def test_check_names_the_function_when_the_queue_has_none() -> None:
    sql(f"ALTER FUNCTION {SCHEMA}.add_jobs({SCHEMA}.job_spec[], boolean) RENAME TO add_no_jobs")
    found = [message.msg for message in run_checks(databases=["default"]) if message.id == "dlq.W007"]
    assert found == [f"There is no function {SCHEMA}.add_jobs (any more)."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM {schema}.jobs j", {("jobs", "SELECT")}),
        ("SELECT ROW (1)::{schema}.job_spec -- FROM {schema}.jobs", set()),
        ('insert into {schema}."a" (x) select 1 on conflict do nothing', {("a", "INSERT")}),
        ("INSERT INTO {schema}.a (x) VALUES (1) RETURNING x", {("a", "INSERT"), ("a", "SELECT")}),
        (
            "WITH gone AS (DELETE FROM {schema}.a RETURNING id) INSERT INTO {schema}.b SELECT id FROM gone",
            {("a", "DELETE"), ("a", "SELECT"), ("b", "INSERT")},
        ),
        (
            "insert into {schema}.a as x (k) values (1) on conflict (k) do update set n = x.n + 1",
            {("a", "INSERT"), ("a", "SELECT"), ("a", "UPDATE")},
        ),
        (
            "perform 1 from {schema}.a where id = any(array(select id from unnest(specs))) for update; select 1 from {schema}.b",
            {("a", "SELECT"), ("a", "UPDATE"), ("b", "SELECT")},
        ),
        ("SELECT * FROM {schema}.complete_jobs(ARRAY[1]) AS job", {("complete_jobs", "EXECUTE")}),
    ],
)
def test_rights_are_those_that_the_text_needs(text: str, expected: set[tuple[str, str]]) -> None:
    assert {(one.name, one.right) for one in touched(text)} == expected


def test_what_the_functions_touch_is_known_of_this_queue() -> None:
    found = set(touched_by_use(TABLE))
    assert ("requeueing", Touched("_private_jobs", "INSERT")) in found
    assert ("telling what became of requeued jobs", Touched("", "UPDATE")) not in found
    has_retirements = bool(sql("SELECT to_regclass(%s)", f"{SCHEMA}._private_job_retirements")[0][0])
    assert (("requeueing", Touched("_private_job_retirements", "INSERT")) in found) == has_retirements
    assert jobs() == []


def grants(audience: str, role: str = ROLE) -> str:
    out = io.StringIO()
    call_command("init_dlq", "--grants", role, "--for", audience, stdout=out)
    return out.getvalue()


def given(audience: str) -> None:
    sql(f"CREATE ROLE {ROLE}")
    statements = grants(audience).removeprefix("BEGIN;\n").removesuffix("COMMIT;\n")
    sql(statements)
    sql(statements)  # harmless to run again


def test_an_operator_can_do_everything_with_what_is_printed_and_no_bypassrls() -> None:
    given("operator")
    with as_role():
        assert lacking(TABLE) == []
        assert hidden_by_row_security(TABLE) == []
        assert not [message for message in run_checks(databases=["default"]) if str(message.id).startswith("dlq.")]
    work()


def test_a_viewer_sees_every_page_and_writes_nothing(boss: Client) -> None:
    entry = add_entry()
    operation = operate("note", [entry], note="x")
    given("viewer")
    with as_role():
        for page in (LIST, STATISTICS, OPERATIONS, PATTERNS, TRASH, entry_url(entry), operation_url(operation.pk)):
            assert boss.get(page).status_code == 200, page
    for refused in (
        f"DELETE FROM {TABLE.regclass}",
        "DELETE FROM dlq_bulkoperation",
        f"SELECT FROM {SCHEMA}._private_jobs",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), as_role():
            sql(refused)


def test_an_owner_can_make_the_table_and_its_indexes() -> None:
    sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_queue_name")
    given("owner")
    with as_role():
        init_dlq(TABLE)
        sql("CREATE TABLE of_a_migration ()")
    assert value(f"SELECT to_regclass('{SCHEMA}.idx_backfill_dlq_queue_name') IS NOT NULL")


@pytest.mark.parametrize("audience", ["viewer", "operator", "owner"])
@pytest.mark.parametrize("role", ["plain", 'O\'Neil "x" 100%'])
def test_what_is_printed_runs_in_psql(audience: str, role: str) -> None:
    quoted = role.replace('"', '""')
    done = psql(
        f'BEGIN; CREATE ROLE "{quoted}"; SAVEPOINT s; {grants(audience, role).removeprefix("BEGIN;")[:-8]} ROLLBACK;'
    )
    assert done.returncode == 0, done.stderr


def test_a_role_that_can_not_make_the_own_tables_is_told_where_it_can() -> None:
    sql(f"CREATE ROLE {ROLE}")
    sql("REVOKE CREATE ON SCHEMA public FROM public")
    with as_role():
        assert nowhere_to_migrate() == []
    sql("DROP TABLE dlq_editrecord")
    with as_role():
        (problem,) = nowhere_to_migrate()
    assert "may not make tables in schema public" in problem.sentence
    _grant, own_schema = problem.cure.split("of their own: ")
    sql(own_schema.removesuffix(" then run manage.py migrate."))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = backfill_admin, public")
    with as_role():
        assert nowhere_to_migrate() == []
        sql("CREATE TABLE dlq_editrecord ()")


@pytest.mark.parametrize("audience", ["viewer", "operator"])
def test_masked_pages_open_where_functions_are_nobodys_by_default(boss: Client, audience: str) -> None:
    entry = add_entry(payload='{"password": "hunter2"}')
    sql("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM public")
    given(audience)
    with as_role():
        assert "[masked: password]" in boss.get(entry_url(entry)).text
        assert not [right for right in lacking(TABLE) if right.right == "EXECUTE" and "dlq_" in right.thing]


@pytest.mark.usefixtures("_role")
def test_check_names_the_functions_that_mask_when_the_role_may_not_run_them(boss: Client) -> None:
    grant_what_is_lacking()
    sql("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM public")
    cures = grant_what_is_lacking()
    assert f"GRANT EXECUTE ON function dlq_redacted_text(text,jsonb) TO {ROLE};" in cures
    assert "dlq_tally" not in "".join(cures)
    work()
