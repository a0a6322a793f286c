"""The main pages, and what must be true of each whatever is broken: a page, in time, that says what is wrong or is whole."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from tests.faults.site import MOST_SECONDS, Answer, Site

NO_PAGE = re.compile(r"Traceback|Something went wrong|Server Error|Internal Server Error|File \"")
TALKS = 400
"""From this status on an answer has to say what is wrong."""


@dataclass(frozen=True)
class Asked:
    name: str
    path: str
    form: dict[str, str] | None = None


def pages(site: Site) -> list[Asked]:
    known, entries = site.server.known, f"{site.admin}dlq/backfilldlq/"
    ticked = {"action": "requeue_selected", "_selected_action": known["entry"], "index": "0", "select_across": "0"}
    return [
        Asked("list", entries),
        Asked("search", f"{entries}?q=needle"),
        Asked("count", f"{entries}count/"),
        Asked("alerts", f"{entries}alerts/"),
        Asked("entry", f"{entries}{known['entry']}/change/"),
        Asked("history", f"{entries}{known['entry']}/history/"),
        Asked("payload", f"{entries}{known['entry']}/payload/"),
        Asked("statistics", f"{entries}statistics/"),
        Asked("indexes", f"{entries}indexes/"),
        Asked("export page", f"{entries}export/"),
        Asked("csv", f"{entries}export/?format=csv"),
        Asked("jsonl", f"{entries}export/?format=jsonl"),
        Asked("confirmation", entries, ticked),
        Asked("requeue", f"{entries}confirmed/", {"token": known["tokens"].pop()}),
        Asked("patterns", f"{site.admin}dlq/failurepattern/"),
        Asked("pattern", f"{site.admin}dlq/failurepattern/{known['pattern']}/change/"),
        Asked("operations", f"{site.admin}dlq/bulkoperation/"),
        Asked("operation", f"{site.admin}dlq/bulkoperation/{known['operation']}/change/"),
        Asked("trash", f"{site.admin}dlq/deletedentry/"),
    ]


def around(site: Site) -> list[Asked]:
    """What is not of the app itself: the product's log-in page and its first page, and what programs ask."""
    return [
        Asked("log-in", f"{site.admin}login/"),
        Asked("index", site.admin),
        Asked("metrics", "/metrics"),
        Asked("health", "/healthz"),
    ]


def broken(site: Site, asked: list[Asked], sentence: str, status: int = 503) -> set[str]:
    """Ask for all of them; the names of those that the fault keeps away. Each says the sentence (a pattern), or is whole."""
    away, wrong = set(), []
    for page in asked:
        answer = site.open(page.path, page.form)
        if answer.status >= TALKS:
            away.add(page.name)
        if why := _problem(answer, page, sentence, status):
            wrong.append(f"{page.name}: {why}, {answer.status}, {answer.seconds:.1f} s: {answer.text[-700:]}")
    assert not wrong, "\n".join([*wrong, site.log.read_text()[-3000:]])
    return away


def _problem(answer: Answer, page: Asked, sentence: str, status: int) -> str:
    if answer.seconds > MOST_SECONDS:
        return "too late"
    if NO_PAGE.search(answer.text):
        return "no page"
    if answer.status < TALKS:
        return ""
    if page.name == "health":
        return "" if (answer.status, answer.text) == (503, "not ok") else "wrong"
    if answer.status != status:
        return f"not {status}"
    return "" if re.search(sentence, html.unescape(answer.text), re.DOTALL) else "does not say it"


def shows(site: Site, path: str) -> str:
    """The text of a page that is whole."""
    answer = site.open(path)
    assert answer.status == 200, answer.text[-500:]
    return html.unescape(answer.text)


def works(site: Site) -> None:
    """Right after a fault, each page at the first try."""
    assert broken(site, [*pages(site), *around(site)], "") == set()
