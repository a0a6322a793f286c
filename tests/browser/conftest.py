"""A real Chromium on a real server with the test's database, that notices every error and refusal on its pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect, sync_playwright

if TYPE_CHECKING:  # this file may be read before Django is set up
    from django.contrib.auth.models import User
    from pytest_django.live_server_helper import LiveServer

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


MOST_TABS = 400
"""More than any page has."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        sentence = "There is no chromium: apt-get install chromium."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Window:
    """A window of the browser; `problems` are errors on its pages, refusals of the policy and answers that failed."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status}: {response.url}")

    def open(self, path: str) -> Page:
        """Open the page and wait for what it loads afterwards."""
        self.page.goto(f"{self.address}{path}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Until the page is loaded and htmx has fetched what belongs to it."""
        self.page.wait_for_load_state("load")
        expect(self.page.locator("[hx-trigger^='load,'], .htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(
            0
        )

    def reach(self, target: Locator) -> None:
        """By the Tab key, as somebody without a mouse does."""
        target.wait_for()
        for _tab in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by {MOST_TABS} tabs")

    def press_enter(self, target: Locator) -> None:
        """Reach it and press Enter."""
        self.reach(target)
        self.page.keyboard.press("Enter")

    def type(self, target: Locator, text: str) -> None:
        """Reach a field and type this instead of what is in it."""
        self.reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def unreadable(self) -> dict[str, list[str]]:
        """The serious findings of axe: rule and markup. Without its preloading of style sheets, which the policy refuses."""
        # Colours fade when the theme changes; axe must see where they end.
        self.page.evaluate("document.getAnimations().forEach(animation => animation.finish())")
        found = Axe().run(self.page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
        return {
            violation["id"]: [node["html"][:160] for node in violation["nodes"]][:3]
            for violation in found
            if violation["impact"] in ("serious", "critical")
        }

    @property
    def overflow(self) -> int:
        """Pixels that the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def window(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Window]]:
    """Opens a window: `window(user, width=390, theme="dark", zone="America/New_York")`."""
    contexts = []

    def open_window(user: User | None = None, *, width: int = 1440, theme: Any = "light", zone: str = "UTC") -> Window:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, timezone_id=zone)
        contexts.append(context)
        context.set_default_timeout(15_000)
        if user:
            from tests.support.people import client_of

            session = client_of(user).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        opened = Window(context.new_page(), live_server.url)
        opened.watch()
        return opened

    yield open_window
    for context in contexts:
        context.close()
