"""PgBouncer dies while a confirmed requeue is being done: it acts once, and the confirmation sent again shows its result."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.faults.pages import broken, pages, shows
from tests.faults.site import MOST_SECONDS, Server, web_site
from tests.support.pooler import pooler_of

CONFIRMED = "/admin/dlq/backfilldlq/confirmed/"
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def test_a_confirmation_acts_once_when_the_pooler_is_killed_in_the_middle(server: Server) -> None:
    token = {"token": server.known["tokens"].pop(0)}
    with pooler_of(str(server.cluster.data), "postgres") as pooler, web_site(server, pooler.address) as site:
        before = server.sql("SELECT count(*) FROM dlq_requeue")[0][0]
        with ThreadPoolExecutor(1) as browser, psycopg.connect(server.cluster.url()) as other:
            other.execute("SELECT FROM graphile_worker.backfill_dlq FOR UPDATE")
            sent = browser.submit(site.open, CONFIRMED, token)
            deadline = time.monotonic() + MOST_SECONDS
            while not server.sql(WAITING):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            pooler.end(at_once=True)
            answer = sent.result()
            other.rollback()
        assert (answer.status, answer.seconds < MOST_SECONDS) == (503, True)
        assert "does not answer" in answer.text
        assert "What you confirmed acts once, however often it is sent" in answer.text
        assert broken(site, pages(site)[:1], "does not answer") == {"list"}
        pooler.start()
        assert broken(site, pages(site)[:1], "") == set()
        assert [site.open(CONFIRMED, token).status for _again in range(2)] == [302, 302]
        assert server.sql("SELECT count(*) FROM dlq_requeue")[0][0] == before + 1
        (operation,) = server.sql("SELECT max(id) FROM dlq_bulkoperation")[0]
        assert "Requeued: 1 failed job." in shows(site, f"/admin/dlq/bulkoperation/{operation}/change/")
