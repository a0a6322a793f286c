"""Least power: everybody tries every page and every button. The table of rights is tests/support/rights.py."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, resolve, reverse
from pytest_django import DjangoDbBlocker

from dlq.models import BulkOperation, FailurePattern
from dlq.operations.confirmation import Confirmation
from dlq.operations.kinds import KINDS
from dlq.operations.kinds.edit.changes import edit_of_lines
from dlq.operations.pages.buttons import CONTROLS
from dlq.pattern_pages.pattern_page import ACTS
from dlq.patterns.regrouping import plan_merge
from tests.support.database import SCHEMA, sql
from tests.support.offers import Offers
from tests.support.people import client_of, make_user
from tests.support.rights import (
    BUTTONS,
    DJANGOS,
    NOBODYS,
    ONLY_SENT,
    OPERATIONS,
    PAGES,
    PERMISSIONS,
    SENT,
    VIEW,
    Right,
    Who,
    everybody,
    of,
)
from tests.support.secret import SECRET, SecretSite, columns_without_the_secret, make_secret_site

LIST, ENTRY, OPERATION = "dlq_backfilldlq_changelist", "dlq_backfilldlq_change", "dlq_bulkoperation_change"
PATTERNS, PATTERN, TRASH = "dlq_failurepattern_changelist", "dlq_failurepattern_change", "dlq_deletedentry_changelist"
READS = ("GET", "HEAD", "OPTIONS")
OTHERS = ("POST", "PUT", "DELETE")


pytestmark = [pytest.mark.long, pytest.mark.django_db]


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SecretSite]:
    """Made once for all tests here, in a transaction that is rolled back in the end: theirs are savepoints in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_secret_site()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quick(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Sessions are none of the tables that are watched, and thousands of refusals need no traceback each."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    caplog.set_level(logging.ERROR, logger="django.request")


@dataclass(frozen=True)
class Answer:
    """What came back: the status, all that could be read in it, and how many rows were written by the way."""

    status: int
    location: str
    said: str
    written: int

    @property
    def tells_the_secret(self) -> bool:
        return SECRET.lower() in self.said.lower()

    @property
    def leads_to_the_log_in(self) -> bool:
        return self.status == 302 and self.location.startswith("/admin/login/?next=")


class Visit:
    """The browser of one person, in which no request leaves a trace."""

    def __init__(self, who: Who) -> None:
        self.who = who
        if who.is_known:
            user = make_user(*who.permissions, name="visitor", is_superuser=who.is_superuser)
            user.is_staff = who.is_staff
            user.save()
            self.client, self.number = client_of(user), user.pk
        else:
            self.client, self.number = Client(), 0
        self.written = _written()

    def ask(self, method: str, address: str, form: dict[str, Any] | None = None) -> Answer:
        savepoint = transaction.savepoint()
        response = self.client.generic(method, address) if form is None else self.client.post(address, form)
        said = _all_that_is_said_in(response)
        before, self.written = self.written, _written()
        transaction.savepoint_rollback(savepoint)
        self.client.cookies.pop("messages", None)
        return Answer(response.status_code, response.headers.get("Location", ""), said, self.written - before)


def _all_that_is_said_in(response: Any) -> str:
    content = b"".join(response).decode()
    messages = [str(message) for message in get_messages(response.wsgi_request)]
    return "\n".join([content, str(response.headers), *messages])


def _written() -> int:
    """Rows inserted, changed or deleted in this transaction so far, also by what was rolled back."""
    ((number,),) = sql(
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
        f" WHERE schemaname IN ('{SCHEMA}', 'public') "
    )
    return int(number)


def problem(who: Who, right: Right, answer: Answer) -> str:
    """What is wrong with the answer; "" where nothing is."""
    refused = answer.leads_to_the_log_in if not who.gets_in else answer.status == 403
    if who.may(right) == refused:
        return "was refused" if refused else f"was not refused, but answered with {answer.status}"
    if refused and answer.written:
        return "wrote, although it was refused"
    if answer.tells_the_secret and not who.may(of(VIEW)):
        return "told the secret"
    if answer.status >= 400 and not refused:
        return f"was answered with {answer.status}"
    return ""


# What there is


def addresses(site: SecretSite) -> Iterator[tuple[str, list[str]]]:
    """The name of each page, and its addresses: the first one, and others at which it looks otherwise."""
    arguments: dict[str, list[Any]] = {
        "app_list": ["dlq"],
        "dlq_backfilldlq_change": [site.entry, site.waiting, site.without_notes, site.edited],
        "dlq_backfilldlq_history": [site.entry, site.gone],
        "dlq_backfilldlq": [site.entry],
        "dlq_bulkoperation_change": [*site.over.values(), *site.under_way.values(), site.paused],
        "dlq_bulkoperation": [site.over["requeue"]],
        "dlq_failurepattern": [site.pattern],
        "dlq_deletedentry": [site.trashed],
    }
    queries = {
        "autocomplete": ["?app_label=dlq&model_name=deletedentry&field_name=operation&term=outage"],
        "dlq_backfilldlq_values": ["?of=task_identifier"],
        "dlq_backfilldlq_payload": ["?column=last_error"],
        "dlq_backfilldlq_compare": ["", f"?with={site.waiting}"],
        "dlq_backfilldlq_export": ["", "?format=csv", "?format=jsonl"],
        "dlq_backfilldlq_export_progress": [f"?token={'0' * 32}"],
        "dlq_backfilldlq_statistics": ["", "?table=time"],
        "dlq_bulkoperation_changelist": ["", "?q=outage"],
        "dlq_bulkoperation_change": ["", "?code=refused"],
        "dlq_backfilldlq_common": ["", f"?pattern={site.pattern}"],
        "dlq_failurepattern_regroup": ["", f"?merge={site.other_pattern}", f"?split={site.pattern}"],
    }
    with_arguments = {pattern.name for _prefix, pattern in patterns() if "<" in str(pattern.pattern)}
    for name in PAGES:
        found = arguments.get(name) or arguments[name.rpartition("_")[0]] if name in with_arguments else []
        first, *others = [reverse(f"admin:{name}", args=[given]) for given in found] or [reverse(f"admin:{name}")]
        yield name, [*(first + query for query in queries.get(name, [""])), *others]


def patterns(found: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in found or admin.site.get_urls():
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, f"{prefix}{pattern.pattern}")
        else:
            yield prefix, pattern


def key_of(prefix: str, pattern: URLPattern) -> str:
    return pattern.name or str(pattern.pattern)


def forms(site: SecretSite, user: int) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Each button: where it is sent and its name there, as BUTTONS has them; the address, and what is sent."""
    ticked = {"_selected_action": [site.entry], "index": "0"}
    filtered = {"_selected_action": ["0"], "index": "0", "select_across": "1"}
    for kind in KINDS.values():
        if kind.action:
            for selected in (ticked, filtered):
                yield LIST, kind.action, reverse(f"admin:{LIST}"), {"action": kind.action, **selected}
            token = Confirmation.of(kind.name, user, entry_ids=[site.entry]).counted(1).token
            address = reverse("admin:dlq_backfilldlq_confirmed")
            fields = {"token": token, "note": "n"} | (_edited() if kind.name == "edit" else {})
            yield f"confirmation of {kind.name}", "token", address, fields
    at = reverse(f"admin:{ENTRY}", args=[site.entry])
    yield ENTRY, "notes", at, {"notes": "new", "seen": f"notes {SECRET}"}
    yield ENTRY, "recall", reverse(f"admin:{ENTRY}", args=[site.waiting]), {"recall": "1"}
    yield ENTRY, "put_back", reverse(f"admin:{ENTRY}", args=[site.edited]), {"put_back": "1"}
    yield ENTRY, "show_masked", at, {"show_masked": "1"}
    export = reverse("admin:dlq_backfilldlq_export")
    yield "dlq_backfilldlq_export", "format", export, {"unmasked": "1", "format": "csv"}
    yield "dlq_backfilldlq_snapshot", "", reverse("admin:dlq_backfilldlq_snapshot"), {"": ""}
    at = reverse("admin:dlq_backfilldlq_views")
    yield "dlq_backfilldlq_views", "save", at, {"save": "1", "save_as": "mine"}
    yield "dlq_backfilldlq_views", "default", at, {"default": "hour"}
    yield "dlq_backfilldlq_seen", "seen", reverse("admin:dlq_backfilldlq_seen"), {"seen": "1"}
    yield PATTERNS, "", reverse(f"admin:{PATTERNS}"), {"": ""}
    at = reverse(f"admin:{PATTERN}", args=[site.pattern])
    for button in ACTS:
        yield PATTERN, button, at, {button: "1"}
    yield PATTERN, "advice", at, {"state": "known", "advice": "no", "notes": "new", "seen": "0"}
    at = reverse("admin:dlq_failurepattern_regroup", args=[site.pattern])
    merge = plan_merge(*(FailurePattern.objects.get(pk=number) for number in (site.pattern, site.other_pattern)))
    yield "dlq_failurepattern_regroup", "mark", f"{at}?merge={site.other_pattern}", {"mark": merge.mark}
    at = reverse(f"admin:{TRASH}")
    yield (
        TRASH,
        "restore_selected",
        at,
        {"action": "restore_selected", "_selected_action": [site.trashed], "index": "0"},
    )
    for kind_name, number in site.under_way.items():
        for control in CONTROLS:
            yield f"{kind_name} operation", control, reverse(f"admin:{OPERATION}", args=[number]), {control: "running"}
    for kind in KINDS.values():
        for follow_up in kind.follow_ups:
            at = reverse(f"admin:{OPERATION}", args=[site.over[kind.name]])
            yield f"{kind.name} operation", follow_up.name, at, {follow_up.name: "1"}


def _edited() -> dict[str, str]:
    """A change of payloads that was looked at."""
    changes = "+ added = 1"
    return {"changes": changes, "shown": edit_of_lines(changes).fingerprint}


def place_of(address: str) -> str:
    """Where an address of ours leads, as PAGES (or, for what is sent there, BUTTONS) has it."""
    match = resolve(address)
    if match.url_name == OPERATION:
        return f"{BulkOperation.objects.get(pk=match.kwargs['object_id']).kind} operation"
    return match.url_name or match.route


# The walks


def test_every_address_has_a_right() -> None:
    ours = {
        key
        for prefix, pattern in patterns()
        if not (key := key_of(prefix, pattern)).startswith("auth_") and key not in DJANGOS
    }
    assert ours == set(PAGES)


def test_every_text_has_the_secret(site: SecretSite) -> None:
    assert columns_without_the_secret() == []


def test_every_permission_is_tried(site: SecretSite) -> None:
    assert set(Permission.objects.filter(content_type__app_label="dlq").values_list("codename", flat=True)) == set(
        PERMISSIONS
    )


def test_every_button_has_a_right(site: SecretSite) -> None:
    assert {(place, button) for place, button, _address, _form in forms(site, 0)} == set(BUTTONS)
    visit = Visit(Who(is_superuser=True))
    readable = [address for name, found in addresses(site) if PAGES[name] != NOBODYS for address in found]
    pages = [(address, visit.ask("GET", address)) for address in readable]
    pages += [(address, visit.ask("POST", address, form)) for *_, address, form in forms(site, visit.number)]
    offered = {button for address, answer in pages for button in buttons_of(address, answer)}
    assert offered - set(BUTTONS) == set()


def methods(who: Who, name: str) -> tuple[str, ...]:
    """Those of a page that are tried. What two rights together open does not depend on it, so two are enough there."""
    if name == "autocomplete":
        return READS[:2]  # the others are not answered at all
    return ("GET", "POST") if len(who.permissions) == 2 else (*READS, *OTHERS)


@pytest.mark.parametrize("who", everybody(), ids=str)
def test_pages_are_shown_to_those_who_may_see_them_and_to_nobody_else(site: SecretSite, who: Who) -> None:
    visit, problems = Visit(who), []
    for name, found in addresses(site):
        for method, address in [
            *((method, found[0]) for method in methods(who, name)),
            *(("GET", one) for one in found[1:]),
        ]:
            right = SENT.get(name, PAGES[name]) if method == "POST" else PAGES[name]
            answer = visit.ask(method, address)
            wrong = problem(who, right, answer)
            if name in ONLY_SENT and who.may(right):
                # What leads to such an address without sending anything, a log-in, is led on.
                is_right = answer.status != 405 if method == "POST" else answer.status in (302, 405)
                wrong = "" if is_right else f"was answered with {answer.status}"
            elif name == "app_list" and not (who.may(of(VIEW)) or who.may(of(OPERATIONS))):
                wrong = "" if answer.status == 403 or answer.leads_to_the_log_in else "was shown"
            if answer.written and method != "POST":
                wrong = wrong or "wrote"
            if wrong := wrong or offers_too_much(who, address, answer):
                problems.append(f"{method} {address} ({name}) {wrong}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("who", everybody(), ids=str)
def test_buttons_act_for_those_who_may_press_them_and_for_nobody_else(site: SecretSite, who: Who) -> None:
    visit, problems = Visit(who), []
    for place, name, address, form in forms(site, visit.number):
        button = BUTTONS[place, name]
        answer = visit.ask("POST", address, form)
        wrong = problem(who, button.right, answer)
        if not wrong and who.may(button.right) and bool(answer.written) != button.writes:
            wrong = "wrote" if answer.written else "did nothing"
        if wrong := wrong or offers_too_much(who, address, answer):
            problems.append(f"{name} of {place} ({address}) {wrong}")
    assert not problems, "\n".join(problems)


# What is offered


def offers_too_much(who: Who, address: str, answer: Answer) -> str:
    """Links that lead where the person may not go, buttons that they may not press."""
    if answer.status != 200:
        return ""
    links = {link for link in Offers(answer.said).links if not who.may(right_of(urljoin(address, link)))}
    buttons = {button for button in buttons_of(address, answer) if not who.may(BUTTONS[button].right)}
    return f"offered {links | buttons}" if links | buttons else ""


def right_of(link: str) -> Right:
    found = urlsplit(unescape(link))
    if found.netloc or not found.path.startswith("/admin/"):
        return frozenset()
    name = resolve(found.path).url_name or ""
    return frozenset() if name in DJANGOS or name.startswith("auth_") else PAGES[name]


def buttons_of(address: str, answer: Answer) -> Iterator[tuple[str, str]]:
    for form in Offers(answer.said).forms:
        target = urlsplit(urljoin(address, form.address)).path
        place = place_of(target)
        if place == "dlq_backfilldlq_confirmed":
            (kind,) = re.findall("<h1>Confirm: (.*) failed jobs</h1>", answer.said)
            yield f"confirmation of {next(one.name for one in KINDS.values() if one.verb == kind)}", "token"
        elif place not in DJANGOS:
            yield from ((place, name) for name in form.sends)
