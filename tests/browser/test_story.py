"""The first morning that docs/using.md tells, with the samples of `make run` and their worker."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User

from dlq.models import FailurePattern, Requeue
from dlq.table.location import TABLE
from tests.browser.conftest import Window
from tests.support.database import sql
from tests.support.demo import demo_worker, samples, wait_until_done
from tests.support.pages import START, entry_url, pattern_url
from tests.support.patterns import group_everything

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.worker, pytest.mark.django_db(transaction=True)]

ENTRIES = 400


@pytest.fixture
def morning() -> Iterator[None]:
    with samples(ENTRIES), demo_worker():
        wait_until_done()
        yield


def pattern_of(task: str) -> str:
    return pattern_url(FailurePattern.objects.filter(task_identifier=task).order_by("-entry_count")[0].pk)


def recovered(task: str) -> int:
    return Requeue.objects.filter(task_identifier=task, outcome="recovered").count()


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_first_morning_is_solved_by_keyboard_as_the_documents_tell(
    superuser: User, window: Callable[..., Window], width: int, theme: str
) -> None:
    opened = window(superuser, width=width, theme=theme)

    def is_fine() -> None:
        opened.settle()
        assert (opened.unreadable(), opened.overflow) == ({}, 0)

    # What is wrong, and the cause.
    page = opened.open(START)
    page.get_by_role("listitem").filter(has_text="by maria").wait_for()
    is_fine()
    opened.press_enter(page.get_by_role("link", name="must be in capitals"))
    opened.press_enter(page.get_by_text("What do these have in common?"))
    page.get_by_role("link", name="order.currency=eur").wait_for()
    is_fine()

    # The cure, with a look and a few first.
    opened.press_enter(page.get_by_role("button", name="Edit payloads of all"))
    opened.type(page.get_by_label("Changes, one a line"), 'order.currency = "EUR"')
    opened.press_enter(page.get_by_role("button", name="Show what would change"))
    page.get_by_role("heading", name="What would change").wait_for()
    assert page.locator(".dlq-diff ins").count() == 5
    opened.type(page.get_by_label("How many to try first"), "5")
    is_fine()
    opened.press_enter(page.get_by_role("button", name="Edit and requeue 32"))
    page.get_by_text(re.compile("Edited and requeued: 5 failed jobs")).first.wait_for()
    wait_until_done()
    page.get_by_text(re.compile("Edited and requeued: 32 failed jobs")).first.wait_for()
    wait_until_done()
    assert recovered("charge_card") == 32

    # The outage, over ten minutes: some run at once, the others later.
    page = opened.open(pattern_of("send_email"))
    opened.press_enter(page.get_by_role("button", name="Requeue all of this pattern"))
    opened.type(page.get_by_label("Reason"), "the mail server is back")
    opened.press_enter(page.get_by_text("When, how fast"))
    opened.type(page.get_by_label("Spread over minutes"), "10")
    is_fine()
    opened.press_enter(page.get_by_role("button", name="Requeue 128"))
    page.get_by_text("Requeued: 128 failed jobs.").wait_for()
    ((minutes,),) = sql("SELECT extract(epoch FROM max(run_at) - now()) / 60 FROM graphile_worker.jobs")
    assert 9 < minutes <= 10

    # The noise, deleted and taken back and deleted.
    page = opened.open(pattern_of("warm_cache"))
    for is_second in (False, True):
        opened.press_enter(page.get_by_role("button", name="Delete all"))
        opened.type(page.get_by_label("Reason"), "the sale is over")
        opened.press_enter(page.get_by_role("button", name=re.compile(r"^Delete \d+$")))
        page.get_by_text(re.compile(r"Moved to the trash: \d+ failed jobs")).wait_for()
        is_fine()
        if not is_second:
            opened.press_enter(page.get_by_role("button", name="Undo"))
            page.get_by_text(re.compile(r"Restored from the trash: \d+ failed jobs")).first.wait_for()
            group_everything()
            page = opened.open(pattern_of("warm_cache"))
    assert sql(f"SELECT count(*) FROM {TABLE.regclass} WHERE task_identifier = 'warm_cache'") == [(0,)]

    # What came back is one failure with two lives, told once.
    last = Requeue.objects.filter(actor="maria").exclude(returned_as=None).latest("id")
    page = opened.open(entry_url(last.returned_as or 0))
    page.get_by_role("heading", name="One failure, 2 lives").wait_for()
    assert page.locator(".dlq-life").all_inner_texts() == ["earlier life", "stands for all"]
    is_fine()

    # Handing over.
    page = opened.open(START)
    opened.press_enter(page.get_by_text("Hand over"))
    text = page.get_by_label("The hand-over as text").input_value()
    assert "the mail server is back" in text
    assert "the sale is over" in text
    opened.press_enter(page.get_by_role("button", name="Seen"))
    page.get_by_text("you last said “seen”").wait_for()
    assert opened.problems == []
