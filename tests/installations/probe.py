"""What somebody does on the first day: logs in, opens every page, takes the files, annotates, requeues, deletes, restores."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.installations.visits import Browser, Visited

NOTE = "Looked at by the probe"
Sql = Callable[..., list[tuple[Any, ...]]]


class Probe:
    """`sql` asks the queue's database; `table` and `schema` are the quoted names of the dead letter table and the queue."""

    def __init__(self, browser: Browser, sql: Sql, table: str, schema: str, *, is_reader: bool) -> None:
        self.browser, self.sql, self.table, self.schema, self.is_reader = browser, sql, table, schema, is_reader
        self.list = f"{browser.site}dlq/backfilldlq/"
        self.offset = 0
        """How many of the newest entries it leaves alone."""
        self.names: set[str] = set()
        """The routes that were opened, their variable parts as {}."""

    def run(self, *, acts: bool = True) -> None:
        self.browser.log_in("boss", "correct-horse")
        if acts and not self.is_reader:
            start = self.browser.open(f"{self.browser.site}dlq/")
            self.browser.send(start, start.form("seen"), seen="1")
            self.annotate()
            self.requeue()
            self.delete_and_restore()
        self.export()
        self.walk()
        if self.is_reader:
            self.finds_nothing_to_press()

    def finds_nothing_to_press(self) -> None:
        (entry,) = self.newest(1)
        for address in (self.list, f"{self.list}{entry}/change/"):
            page = self.browser.open(address)
            assert "Read-only:" in page.text
            assert not {"action", "notes"} & {name for form in page.document.forms for name, _value in form.fields}

    def annotate(self) -> None:
        (entry,) = self.newest(1)
        page = self.browser.open(f"{self.list}{entry}/change/")
        self.browser.send(page, page.form("notes"), notes=NOTE)
        assert self.sql(f"SELECT notes FROM {self.table} WHERE id = {entry}") == [(NOTE,)]

    def requeue(self) -> None:
        chosen = self.newest(3)
        self.operate("requeue_selected", chosen)
        ids = ", ".join(map(str, chosen))
        assert self.sql(f"SELECT count(*) FROM {self.table} WHERE id IN ({ids}) AND requeued_count = 1") == [(3,)]
        assert self.sql(
            f"SELECT count(*) FROM dlq_requeue r JOIN {self.schema}._private_jobs j ON j.id = r.job_id"
        ) >= [(3,)]

    def delete_and_restore(self) -> None:
        chosen = self.newest(2, offset=10)
        ids = ", ".join(map(str, chosen))
        rows = f"SELECT t::text FROM {self.table} t WHERE id IN ({ids}) ORDER BY id"
        before = self.sql(rows)
        page = self.operate("delete_selected", chosen)
        assert self.sql(rows) == []
        self.browser.send(page, page.form("restore"), restore="1")
        assert self.sql(rows) == before

    def operate(self, action: str, entries: list[int], **typed: str) -> Visited:
        """From the list to the page of the operation that is done. A `document` is looked at before it is confirmed."""
        page = self.browser.open(self.list)
        token = dict(page.form("action").fields)["csrfmiddlewaretoken"]
        ticked = [("_selected_action", str(entry)) for entry in entries]
        asked = self.browser.open(self.list, [("csrfmiddlewaretoken", token), ("action", action), *ticked])
        if "document" in typed:
            asked = self.browser.send(asked, asked.form("token"), **typed)
        self.browser.send(asked, asked.form("token"), **typed)
        ((operation,),) = self.sql("SELECT max(id) FROM dlq_bulkoperation")
        address = f"{self.browser.site}dlq/bulkoperation/{operation}/change/"
        for _round in range(20):
            done = self.browser.open(address)
            if self.sql(f"SELECT state FROM dlq_bulkoperation WHERE id = {operation}") == [("done",)]:
                return done
            self.browser.send(done, done.form("drive"), drive="1")
        raise AssertionError(f"{address} never ended: {done.text}")

    def newest(self, count: int, offset: int = 0) -> list[int]:
        begins = self.offset + offset
        ask = f"SELECT id FROM {self.table} ORDER BY failed_at DESC, id DESC LIMIT {count} OFFSET {begins}"
        return [entry for (entry,) in self.sql(ask)]

    def export(self) -> None:
        ((count,),) = self.sql(f"SELECT count(*) FROM {self.table}")
        columns = self.sql(
            f"SELECT attname FROM pg_attribute WHERE attrelid = '{self.table}'::regclass AND attnum > 0 AND NOT attisdropped"
        )
        table = list(csv.reader(io.StringIO(self.browser.ask(f"{self.list}export/?format=csv&status=any").text)))
        assert len(table) == count + 1, table[-1]
        assert {name for (name,) in columns} <= {*table[0]}
        *lines, last = self.browser.ask(f"{self.list}export/?format=jsonl&status=any").text.splitlines()
        assert (len(lines), last) == (count, f'{{"complete": true, "entries": {count}}}')
        assert {name for (name,) in columns} <= json.loads(lines[0]).keys()

    def walk(self) -> None:
        """Every page of ours that some page leads to, a few that only a large table leads to, and what pages are made of."""
        (entry,) = self.newest(1)
        waiting = [
            *(self.list, f"{self.list}indexes/", f"{self.list}values/?of=task_identifier"),
            f"{self.list}{entry}/payload/?column=payload",
            *([] if self.is_reader else self._of_operations(entry)),
        ]
        seen: set[tuple[str, bool]] = set()
        assets: set[str] = set()
        while waiting:
            address = waiting.pop(0)
            kind = _kind(address)
            if kind in seen or "format=" in address:
                continue
            seen.add(kind)
            page = self.browser.open(address)
            self.names.add(kind[0].removeprefix(self.browser.site))
            if "text/html" not in page.headers["Content-Type"]:
                continue
            document = page.document
            waiting += self._ours(page, document.links)
            found = {self._absolute(page, asset) for asset in document.assets}
            assets |= {urlsplit(one).path for one in found if one.startswith(self.browser.server)}
        for asset in sorted(assets):
            status = self.browser.ask(asset).status
            assert status == 200, f"{asset} answered {status}"

    def _of_operations(self, entry: int) -> list[str]:
        ((operation,),) = self.sql("SELECT min(id) FROM dlq_bulkoperation")
        ((one, other),) = self.sql("SELECT min(id), max(id) FROM dlq_failurepattern")
        begun = f"{self.browser.site}dlq/bulkoperation/{operation}"
        regroup = f"{self.browser.site}dlq/failurepattern/{one}/regroup/?merge={other}"
        return [f"{self.list}{entry}/delete/", f"{begun}/change/", f"{begun}/problems/", regroup]

    def _ours(self, page: Visited, links: set[str]) -> list[str]:
        """Those to pages of this app; one to another admin site is a fault, and so is one to nowhere."""
        ours = []
        for link in sorted(links):
            if link.startswith(("#", "mailto:", "javascript:")) or (
                "://" in link and not link.startswith(self.browser.server)
            ):
                continue
            if "/dlq/" in self._absolute(page, link):
                ours.append(self.browser.within(page.path, link))
        return ours

    def _absolute(self, page: Visited, link: str) -> str:
        return urljoin(self.browser.server + page.path, link)


def _kind(address: str) -> tuple[str, bool]:
    """A route is opened once as it is and once with whatever parameters come first."""
    parts = urlsplit(address)
    return re.sub(r"/\d+/", "/{}/", parts.path), bool(parts.query)
