"""Failures with one cause get one fingerprint, failures with different causes different ones."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from dlq.patterns.fingerprint import fingerprint, fingerprint_of_text
from dlq.patterns.fingerprint.masking.placeholders import parameterized
from tests.support.labelled import FOLDER, USUAL_REASON, grouped, score, score_within_tasks, texts, texts_of_pair

BUSY = "terminate called after throwing an instance of 'acme::Busy'"
HEADERS = "HTTP response headers: HTTPHeaderDict"


def digest(error: Any, *, task: str = "send_email", reason: str = USUAL_REASON) -> str:
    return fingerprint(task, error, reason).digest


def python_traceback(exception: str, *, function: str = "charge", line: int = 41) -> str:
    return (
        f'Traceback (most recent call last):\n  File "/srv/app/worker.py", line 9, in run\n    {function}()\n'
        f'  File "/srv/app/billing/cards.py", line {line}, in {function}\n    call()\n'
        f'  File "/srv/app/.venv/lib/python3.12/site-packages/client/api.py", line {line + 7}, in call\n    raise error\n'
        f"{exception}"
    )


def test_labelled_texts_are_grouped_as_a_person_groups_them_when_the_rules_were_made_with_them() -> None:
    labelled = texts("seen")
    assert len({text.cause for text in labelled}) >= 24
    assert len({text.ecosystem for text in labelled}) >= 12
    patterns = grouped(labelled)
    result = score(labelled, lambda text: patterns[id(text)])
    assert result.precision >= 0.99, result.wrongly_together
    assert result.recall >= 0.99, result.wrongly_apart


@pytest.mark.parametrize("name", ["regression", "held_out", pytest.param("later_texts", marks=pytest.mark.long)])
def test_labelled_texts_are_grouped_as_a_person_groups_them_when_they_were_written_before_the_rules(name: str) -> None:
    labelled = texts(name)
    assert len({text.cause for text in labelled}) >= 20
    patterns = grouped(labelled)
    result = score_within_tasks(labelled, lambda text: patterns[id(text)])
    assert result.precision >= 0.98, result.wrongly_together
    assert result.recall >= 0.95, result.wrongly_apart


@pytest.mark.parametrize("name", ["pairs", pytest.param("later_pairs", marks=pytest.mark.long)])
def test_pairs_after_libraries_own_formats_are_told_apart_or_not_as_a_person_does(name: str) -> None:
    pairs = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    right = [pair for pair in pairs if is_right(pair)]
    assert len(right) / len(pairs) >= 0.97, [pair["texts"] for pair in pairs if pair not in right]


def test_pairs_that_were_sought_to_be_joined_wrongly_are_told_apart() -> None:
    """By somebody who knew the rules: a state, a reason or a field where a value could stand."""
    pairs = json.loads((FOLDER / "hazards.json").read_text(encoding="utf-8"))
    assert len(pairs) > 70
    assert not [pair["texts"] for pair in pairs if not is_right(pair)]


def is_right(pair: dict[str, Any]) -> bool:
    patterns = grouped(texts_of_pair(pair))
    return (len(set(patterns.values())) == 1) is bool(pair["kind"] == "same")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Request failed with status code 503", "Request failed with status code 500"),
        ("HTTP 404 from https://a.example/1", "HTTP 410 from https://a.example/1"),
        ({"message": "request failed", "status": 502}, {"message": "request failed", "status": 504}),
        ({"message": "x", "response": {"statusCode": 401}}, {"message": "x", "response": {"statusCode": 403}}),
        ("ERROR: it failed (SQLSTATE 40001)", "ERROR: it failed (SQLSTATE 40P01)"),
        ({"message": "it failed", "code": "23505"}, {"message": "it failed", "code": "23503"}),
        ("SQLSTATE[HY000]: failed", "SQLSTATE[42000]: failed"),
        ("TypeError: it failed", "ValueError: it failed"),
        ({"name": "TimeoutError", "message": "it failed"}, {"name": "AbortError", "message": "it failed"}),
        ("boto3.exceptions.S3UploadFailedError: it failed", "boto3.exceptions.S4UploadFailedError: it failed"),
        (python_traceback("KeyError: 'a b'"), python_traceback("IndexError: 'a b'")),
        (python_traceback("ValueError: no"), python_traceback("ValueError: no", function="refund")),
        ("command exited with code 137", "command exited with code 1"),
        ("[Errno 111] failed", "[Errno 110] failed"),
        ("550 5.1.1 rejected", "552 5.2.2 rejected"),
        (python_traceback("KeyError: 'user_id'"), python_traceback("KeyError: 'order_id'")),
        (python_traceback("ValueError: no"), python_traceback("ValueError: yes")),
        ("AggregateError [ECONNREFUSED]: ", "AggregateError [ECONNRESET]: "),
        ({"message": "it failed", "code": "E42"}, {"message": "it failed", "code": "E43"}),
        ("success: 503 (Service Unavailable)", "success: 504 (Gateway Timeout)"),
        ('null value in column "address1"', 'null value in column "address2"'),
        ('constraint "PK_bb6d4e0f12"', 'constraint "UQ_9767aa0131"'),
        ("Rust type `i32` is not INT8", "Rust type `i64` is not INT4"),
        ("order:123:not_found", "order:123:already_paid"),
        ("注文123が見つかりません", "注文123は無効です"),
        ('value in column "A"."B"."NAME"', 'value in column "A"."B"."UNIT"'),
        ("payment/4711/card_expired", "payment/4711/card_stolen"),
        ({"message": "invalid", "errors": {"phone": ["is odd"]}}, {"message": "invalid", "errors": {"email": ["is odd"]}}),
        ({"message": "invalid", "errors": {"a.b": "is odd"}}, {"message": "invalid", "errors": {"a.c": "is odd"}}),
        ('cannot insert NULL into ("A"."SALE"."SHOP")', 'cannot insert NULL into ("A"."SALE"."DAY")'),
        ("** (Ecto.E) when inserting:\n\n    * a_pkey (unique)\n", "** (Ecto.E) when inserting:\n\n    * a_fkey (foreign)\n"),
        ({"message": "no", "details": [{"field": "/a/0/b"}]}, {"message": "no", "details": [{"field": "/a/0/c"}]}),
        (
            'TaskError("lettre::transport::smtp::Error { kind: Permanent(535), source: \\"5.7.8 authentication failed\\" }")',
            'TaskError("lettre::transport::smtp::Error { kind: Permanent(552), source: \\"5.3.4 size exceeds limit\\" }")',
        ),
        ("loading shared libraries: libnss3.so: no such file", "loading shared libraries: libgbm.so.1: no such file"),
        ('TaskError("Bank(Declined { code: \\"AC01\\" })")', 'TaskError("Bank(Declined { code: \\"AM04\\" })")'),
        ({"name": "X", "details": [{"issue": "NOT_APPROVED"}]}, {"name": "X", "details": [{"issue": "DECLINED"}]}),
        (
            '#14 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1\nnpm ERR! code ERESOLVE',
            '#14 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1\nnpm ERR! code E401',
        ),
        ("Warning: the disk is slow", "Warning: the net is slow"),
        ("ERR||OBR^1^4|101^Required field missing", "ERR||PV1^1^19|101^Required field missing"),
        (
            {"message": "no", "issues": [{"severity": "ERROR", "attributeNames": ["size"]}]},
            {"message": "no", "issues": [{"severity": "ERROR", "attributeNames": ["hue"]}]},
        ),
        ("** (UndefinedFunctionError) function A.Layout.render/2 is", "** (UndefinedFunctionError) function A.Footer.links/1 is"),
        ("Required field PID-3 is missing in ADT", "Required field PV1-2 is missing in ADT"),
        ("Required field missing at PID-3(0)", "Required field missing at OBR-4(0)"),
        ("E11000 duplicate key, index: shop_1_sku_1 dup", "E11000 duplicate key, index: shop_1_ean_1 dup"),
        (
            "Segmentation fault (signal 11)\n#0 0x2b in a::Roe::eval (this=0x1) at src/roe.cpp:8",
            "Segmentation fault (signal 11)\n#0 0x2b in a::Log::add (this=0x1) at src/log.cpp:9",
        ),
        ('[{"message": "bad", "fields": ["City"]}]', '[{"message": "bad", "fields": ["Street"]}]'),
        (BUSY.replace("acme::Busy", "std::bad_alloc"), BUSY),
        ("(403) {'a': 'b'}\nbody: {\"message\": \"no quota\"}", "(403) {'a': 'b'}\nbody: {\"message\": \"denied\"}"),
        ('400: {"issue": [{"diagnostics": "no name"}]}', '400: {"issue": [{"diagnostics": "no birth date"}]}'),
        (f"{BUSY}\n  what():  no\n#3 a::B::c(int) src/b.cpp:5", f"{BUSY}\n  what():  no\n#3 a::D::e(int) src/d.cpp:5"),
        ('HTTP 400: {"phone": ["is not valid"]}', 'HTTP 400: {"email": ["is not valid"]}'),
        ("no\nCONTEXT:  COPY item, line 4, column sku: x", "no\nCONTEXT:  COPY item, line 4, column title: x"),
        (
            "pg_restore: from TOC entry 3:\npg_restore: error: permission denied for schema public",
            "pg_restore: from TOC entry 3:\npg_restore: error: it exists already",
        ),
    ],
)  # fmt: skip
def test_failures_are_told_apart_when_status_sqlstate_code_exception_or_place_differ(one: Any, other: Any) -> None:
    assert digest(one) != digest(other)


def test_failures_are_told_apart_when_their_tasks_differ() -> None:
    assert digest("it failed", task="a") != digest("it failed", task="b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("connect 10.0.0.1:587 failed", "connect 192.168.77.200:25 failed"),
        ("no user ann@example.com", "no user bob.x+y@mail.example.org"),
        ("GET https://a.example/x/1?y=2 failed", "GET https://b.example:8443/zz failed"),
        ("job 7c9e6679-7425-40de-944b-e07fc1f90ae7 failed", "job 00000000-0000-4000-8000-000000000000 failed"),
        ("at 2026-11-24T10:00:00Z it broke", "at 2026-01-01 23:59:59.123+02:00 it broke"),
        ("timed out after 30 s", "timed out after 1500ms"),
        ("no entity. token=fNq0:APA91 device=4", "no entity. token=c8ZZt:APA2 device=12"),
        ("update failed for refs/heads/main", "update failed for refs/heads/feature/blue"),
        ("these failed: ann@bee.example", "these failed: Ann Bee <ann@bee.example>, Bob <bob@bee.example>"),
        ("creating Lambda Function (blue-shop-images): no", "creating Lambda Function (red-shop-images): no"),
        ("fetch of git@git.corp.example:web/shop.git failed", "fetch of git@git.corp.example:tools/images.git failed"),
        ("2 validation errors for Order\nlines.0.sku\n  missing", "1 validation error for Order\nlines.13.sku\n  missing"),
        ("writing to shop nordlicht failed", "writing to shop seegarten failed"),
        ({"message": "no", "errors": {"items[0].sku": "is odd"}}, {"message": "no", "errors": {"items[7].sku": "is odd"}}),
        ("read 12 of 4,096 bytes", "read 1 of 17 bytes"),
        ("cannot open '/var/data/a b.csv'", "cannot open '/tmp/x.csv'"),
        ("amount 12.50 EUR is too low", "amount $3 is too low"),
        ("pointer 0xdeadbeef is wrong", "pointer 0x7ffe00 is wrong"),
        ("cannot read /srv/data/in/one.bin", "cannot read /tmp/deep/er/two.bin"),
        ("TypeError: it failed", {"name": "TypeError", "message": "it failed"}),
        ({"message": "it failed"}, {"error": "it failed"}),
        (["it failed"], "it failed"),
        ('{"message": "it failed", "code": 7}', {"message": "it failed", "code": 7}),
        ([{"attempt": 1, "error": "a"}, {"attempt": 2, "error": "b"}], [{"attempt": 1, "error": "b"}]),
        (python_traceback("ValueError: bad value 12"), python_traceback("ValueError: bad value 7", line=57)),
        ("user mike-7 (order:1:lines)", "user mike-9 (order:23:lines)"),
        ("Order(451) is locked", "Order(9) is locked"),
        ("postal code 104 is unknown", "postal code 45 is unknown"),
        ("control id of ABC-12 is wrong", "control id of ABC-7 is wrong"),
        (f"(403)\n{HEADERS}({{'Id': '359f'}})\nbody: {{\"message\": \"no quota\", \"uid\": \"a\"}}",
         f"(403)\n{HEADERS}({{'Id': '7', 'Age': '1'}})\nbody: {{\"message\": \"no quota\", \"uid\": \"b\"}}"),
        (f"{BUSY}\n  what():  no\n#1 0x1a in a::B::c(int) b.cpp:5", f"{BUSY}\n  what():  no\n#4 0x2b in a::B::c(int) b.cpp:7"),
        (
            '{"index": {"_index": "a_v7", "status": 400, "error": {"type": "parse", "reason": "no float: \'12,9\'"}}}',
            '{"index": {"_index": "a_v8", "status": 400, "error": {"type": "parse", "reason": "no float: \'n/a\'"}}}',
        ),
        ("[cn031:mpi_rank_17] Segmentation fault", "[cn077:mpi_rank_2] Segmentation fault"),
        ("Detected 1 oom_kill event in a step", "Detected 4 oom_kill events in a step"),
        ("employee E1001 has no tax code", "employee E1044 has no tax code"),
        ("451 rows were rejected", "17 rows were rejected"),
        ("merge cycle 1 -> 4520 -> 3", "merge cycle 17 -> 9"),
        ("Gast „Ann“ fehlt", "Gast „Bo“ fehlt"),
    ],
)  # fmt: skip
def test_failures_are_the_same_when_only_what_changes_from_case_to_case_differs(one: Any, other: Any) -> None:
    assert digest(one) == digest(other)


@pytest.mark.parametrize("nothing", [None, "", "  ", {}, [], [None], {"message": ""}])
def test_reason_counts_when_the_error_says_nothing(nothing: Any) -> None:
    assert digest(nothing, reason="worker 7 was lost") == digest(nothing, reason="worker 12 was lost")
    assert digest(nothing, reason="worker was lost") != digest(nothing, reason="queue was purged")


def test_cause_counts_when_it_is_nested() -> None:
    def error(cause: str) -> dict[str, Any]:
        return {"message": "sync failed", "cause": {"message": "crm failed", "cause": {"type": cause, "message": "x"}}}

    assert digest(error("Refused")) != digest(error("TimedOut"))


def test_why_names_what_was_compared_when_asked() -> None:
    print_ = fingerprint(
        "send_email", python_traceback("requests.HTTPError: 503 Server Error for url: https://a.example/1"), ""
    )
    assert dict(print_.why) == {
        "Task": "send_email",
        "Exception": "requests.HTTPError",
        "Code": "503",
        "Place in the application": "charge in billing/cards.py",
        "Message, without what changes": "<*> server error for url: <*>",
    }
    assert print_.title == "requests.HTTPError: 503 Server Error for url: <url>"


def test_kinds_are_named_when_the_message_is_shown() -> None:
    text = "ann@example.com from 10.0.0.1 took 30 ms for 7c9e6679-7425-40de-944b-e07fc1f90ae7 (3 of 4.5)"
    assert parameterized(text) == "<email> from <ip> took <duration> for <uuid> (<int> of <float>)"


def test_beginning_and_end_count_when_the_text_is_long() -> None:
    filler = "x" * 100_000
    assert digest(f"one {filler}") != digest(f"two {filler}")
    frames = "\n".join(f'  File "/app/deep.py", line {n}, in recurse\n    recurse()' for n in range(2000))
    error = f"Traceback (most recent call last):\n{frames}\n"
    assert digest(f"{error}RecursionError: too deep") != digest(f"{error}MemoryError: too deep")
    assert digest(f"{error}RecursionError: too deep") == digest(
        f"{error.replace('line 7,', 'line 9,')}RecursionError: too deep"
    )


def test_object_is_read_when_its_middle_was_left_out() -> None:
    whole = json.dumps({"code": 402, "data": "x" * 50_000, "message": "card was declined", "name": "CardError"})
    print_ = fingerprint_of_text("charge", f"{whole[:12_000]}\n{whole[-4_000:]}", "", is_json=True)
    assert (print_.codes, print_.exception, print_.message) == (("402",), "CardError", "card was declined")


def test_quoted_code_is_one_where_it_is_all_of_the_quotation() -> None:
    assert fingerprint("t", 'import failed with code "E42"', "").codes == ("E42",)
    assert fingerprint("t", "bulb 'E27 / warm' exists", "").codes == ()


@pytest.mark.parametrize(
    "bit",
    ["a", "1", "a1", "/a", ".", "a.", "'", "\\'", "-", "a-", "a@", "::", "1:", "\n    at a", "Error: ", "{", "[{", '{"a":', "0 ",
     "a_", "__", "a$", "a::", "\\a", "status code ", "((", "Mon, ", "customer Aa ", "panicked at ", "Caused by: ", "<*>", "é",
     "Traceback (most recent call last)", "<Code>", "file aaaaaaaaaaaaaaaaaaaa ", "/srv/aa bbbbbbbbbbbbbbbbbbbb ", "“a”", "cn=a,",
     "for Aa Bb ", "Kunde A & B ", '{"a"=>', '%{a: [{"b"', "input=[a;", "expected `a`, ", "Aa (b) ", "DE02 ab ", "a: b: c: ",
     "lib-", "A.", "for Aa is ", "order 1/1/1/ (", f"\n    at {'(' * 480}{'1' * 1480}x", f"Abc({'a=111111111' * 8}! ",
     "session id: a", "POST /a", "-> 4", "Aa (#1) ", "not Aa aa Aa ", "declined aa ", "shop a",
     "error E", "got 4", "'a is ", "schema tenant_"],
)  # fmt: skip
def test_time_is_bounded_when_the_text_is_made_to_take_long(bit: str) -> None:
    """A second is a hundred times what it takes; what is quadratic in 16,384 characters takes several."""
    text = bit * (16_384 // len(bit))
    started = time.process_time()
    digest(text)
    digest({"message": text, "stack": text})
    assert time.process_time() - started < 2
