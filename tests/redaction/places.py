"""Where a secret may stand, each with the marked one in it: texts, and values of a JSON document."""

from __future__ import annotations

import json
from typing import Any

SECRET = "hunter2xyzzy"
TEXTS = (
    f"password: {SECRET}",
    f"PASSWORD={SECRET}",
    f'password: "{SECRET}"',
    f'Config {{ password: "{SECRET}", retries: 3 }}',
    f'Config {{ password: Some("{SECRET}"), retries: 3 }}',
    f'Config {{ token: Secret(Token("{SECRET}")), retries: 3 }}',
    f'TaskError("login failed: Config {{ password: \\"{SECRET}\\", retries: 3 }}")',
    f'TaskError("outer: TaskError(\\"password: \\\\\\"{SECRET}\\\\\\"\\")")',
    f"{{'password': '{SECRET}', 'n': 1}}",
    f'request failed: {{"api_key": "{SECRET}", "n": 10.00}} (400)',
    f'request failed: {{"tokens": ["{SECRET}", "{SECRET}2"], "n": 10.00}} (400)',
    f'request failed: {{"credentials": {{"user": "{SECRET}"}}, "n": 10.00}} (400)',
    f'request failed: {{"secret": [{{"deep": [{{"er": "a]{SECRET}"}}]}}]}}',
    f'cut: {{"password": "{SECRET}',
    f'with quotes: {{"password": "a\\"{SECRET}\\"b", "n": 1}}',
    f'with backslashes: {{"password": "{SECRET}\\\\", "n": 1}}',
    f"https://bob:{SECRET}@example.com/x?n=1",
    f"postgres://{SECRET}@db/x",
    f"GET /x?access_token={SECRET}&n=1",
    f"Authorization: Basic {SECRET}",
    f"authorization: Bearer {SECRET}",
    f"Bearer {SECRET}",
    f"Cookie: a={SECRET}; b={SECRET}",
    f"X-Api-Key: {SECRET}",
    f"user.ssn={SECRET} userSsn={SECRET} SSN: {SECRET}",
    f"--password {SECRET} --n 1",
    f"<password>{SECRET}</password>",
    f"Key (password)=({SECRET}) already exists.",
    f'password => "{SECRET}"',
    f"remote: refused ghp_{SECRET}0123456789abcdef",
    f"https://ghp_{SECRET}0123456789abcdef@github.com/a/b.git",
    f"slack says invalid_auth to xoxb-1-{SECRET}",
    f"POST https://hooks.slack.com/services/T0/B0/{SECRET} -> 500",
    f"Stripe: Invalid API Key provided: sk_live_{SECRET}",
    f"got Basic {SECRET}QUJD==",
    f"redis://:{SECRET}@cache:6379/0",
    f"host=pg port=5432 user=bob password={SECRET} sslmode=disable",
    f"AccountName=x;AccountKey={SECRET}==;EndpointSuffix=y",
    f"-----BEGIN RSA PRIVATE KEY-----\nMII{SECRET}\n-----END RSA PRIVATE KEY-----",
    f"csrf: expected token: {SECRET}1, got none",
    f"token eyJhbGciOiJIUzI1NiJ9.eyJ{SECRET}.{SECRET}",
)


def nested(document: Any, times: int) -> Any:
    """JSON within a string within JSON, so many times."""
    for _time in range(times):
        document = {"body": json.dumps(document)}
    return document


DOCUMENTS: tuple[Any, ...] = (
    {"password": SECRET, "n": 1},
    {"a": [{"b": {"accessToken": SECRET}}]},
    {"tokens": [SECRET, {"x": SECRET}]},
    {"secret": {"whole": {"thing": SECRET}}},
    {"ACCESS-TOKEN": SECRET, "PassWord": SECRET, "userPwd": SECRET},
    *(nested({"password": SECRET, "n": 1}, times) for times in range(1, 7)),
    nested(f"password={SECRET}", 3),
    [f"password={SECRET}"],
    f"password={SECRET}",
    *TEXTS,
    *({"said": text} for text in TEXTS),
    *(nested({"said": text}, 2) for text in TEXTS),
)
