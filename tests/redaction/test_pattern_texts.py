"""What is kept of a pattern is told masked wherever it stands, also where the rules came after it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from dlq.models import FailurePattern
from dlq.patterns.regrouping import carry_out, plan_merge
from dlq.patterns.upkeep import mask_kept_texts
from tests.redaction.places import SECRET
from tests.support.database import sql, value
from tests.support.entries import add_entry
from tests.support.pages import get
from tests.support.patterns import check_counts, group_everything, pattern_of
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

ONE, OTHER = f"the shop was refused: password: {SECRET} again today", "the shop was refused: Ann again today"


def two_alike() -> tuple[FailurePattern, FailurePattern]:
    """As they were kept when nothing was to be masked."""
    entries = [add_entry(last_error='"no disk"'), add_entry(last_error='"no network"')]
    group_everything()
    one, other = (pattern_of(entry) for entry in entries)
    for pattern, said in ((one, ONE), (other, OTHER)):
        kept = {"title": said, "words": said, "sample_text": said, "sample_values": [SECRET], "kind": ["Refused"]}
        FailurePattern.objects.filter(pk=pattern.pk).update(**kept)
    return FailurePattern.objects.get(pk=one.pk), FailurePattern.objects.get(pk=other.pk)


def test_look_alikes_previews_and_what_varies_are_masked() -> None:
    one, other = two_alike()
    client = client_of(make_user("view_backfilldlq", "annotate_backfilldlq"))
    page = reverse("admin:dlq_failurepattern_change", args=[other.pk])
    regroup = reverse("admin:dlq_failurepattern_regroup", args=[other.pk])

    def told(address: str, *expected: str) -> None:
        text = get(client, address).text
        assert SECRET not in text
        assert all(words in text for words in ("[masked: password]", *expected)), text

    told(page, "Differs only in “Ann” / “password: [masked: password]”")
    told(f"{regroup}?merge={one.pk}", "Merge two patterns?")
    plan = plan_merge(other, one)
    carry_out(lambda: plan, mark=plan.mark, actor="ann")
    told(page, "What varies", f"Merged pattern #{one.pk}")
    told(f"{regroup}?split={one.pk}", "Split this pattern?")


def test_what_templates_differ_in_beside_their_message_is_masked() -> None:
    one, other = two_alike()
    for pattern, code in ((one, f"password: {SECRET}"), (other, "E42")):
        FailurePattern.objects.filter(pk=pattern.pk).update(words="it was refused", kind=["Refused", code, ""])
    client = client_of(make_user("view_backfilldlq", "annotate_backfilldlq"))
    page = reverse("admin:dlq_failurepattern_change", args=[other.pk])

    def told(*expected: str) -> None:
        text = get(client, page).text
        assert SECRET not in text
        assert all(words in text for words in expected), text

    told("Differs only in “E42” / “password: [masked: password]”")
    plan = plan_merge(other, FailurePattern.objects.get(pk=one.pk))
    carry_out(lambda: plan, mark=plan.mark, actor="ann")
    told("What varies", "code E42", "code password: [masked: password]")


RULES = ("customer.iban", "/K-[0-9]{6}/")
TOLD = "card K-123456 of the customer was refused"


@pytest.mark.parametrize("error", [TOLD, {"message": TOLD, "customer": {"iban": "XX00 1234"}}])
def test_rules_that_come_later_rewrite_what_patterns_keep(settings: Any, error: Any) -> None:
    """What people wrote stays, and is found by the failures that come now."""
    settings.DLQ_REDACT = ()
    entry = add_entry(last_error=json.dumps(error), failure_reason="of K-123456")
    other = add_entry(last_error='"no disk"')
    group_everything()
    FailurePattern.objects.filter(pk=pattern_of(entry).pk).update(notes="call the bank")
    before = pattern_of(other).fingerprint
    kept = "SELECT string_agg(to_jsonb(p)::text, '') FROM dlq_failurepattern p"
    assert mask_kept_texts() == 0
    assert "123456" in value(kept)
    settings.DLQ_REDACT = RULES
    assert mask_kept_texts() == 1
    assert "123456" not in value(kept)
    assert "XX00" not in value(kept)
    assert mask_kept_texts() == 0, "nothing is left to do"
    later = add_entry(last_error=json.dumps(error).replace("123456", "654321"))
    group_everything()
    assert pattern_of(later) == pattern_of(entry)
    assert pattern_of(later).notes == "call the bank"
    assert pattern_of(other).fingerprint == before
    check_counts()


def test_two_patterns_that_differed_in_what_is_masked_become_one_with_both_writings(settings: Any) -> None:
    settings.DLQ_REDACT = ()
    entries = [add_entry(last_error=f'"the vault said {secret} and closed"') for secret in ("amber", "birch")]
    group_everything()
    for number, entry in enumerate(entries):
        FailurePattern.objects.filter(pk=pattern_of(entry).pk).update(notes=f"note {number}")
    settings.DLQ_REDACT = ("/(?:amber|birch)/",)
    assert mask_kept_texts() == 2
    assert pattern_of(entries[0]) == pattern_of(entries[1])
    assert pattern_of(entries[0]).notes == "note 0\nnote 1"
    check_counts()


def test_pattern_says_nothing_of_payload_values_that_are_masked() -> None:
    """Otherwise the pattern would tell whether a word of the error is the password."""
    for secret in ("Ann", "Bob"):
        add_entry(task_identifier=secret, payload={"password": secret}, last_error='"Ann may not log in"')
    group_everything()
    assert value("SELECT count(DISTINCT words) FROM dlq_failurepattern") == 1
    assert sql("SELECT DISTINCT sample_values FROM dlq_failurepattern") == [([],)]
