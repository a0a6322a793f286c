"""Renews the pictures of the docs, by walking through the story of docs/using.md on a first-run server with fresh samples.

make run                                                        # in one terminal
.venv/bin/python docs/make_screenshots.py http://127.0.0.1:8000    # in another, a minute later
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
LIST, PATTERNS = "/admin/dlq/backfilldlq/", "/admin/dlq/failurepattern/"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip


def log_in(page: Page, server: str) -> None:
    page.goto(server)
    page.fill("#id_username", "admin")
    page.fill("#id_password", "admin")
    page.click("input[type=submit]")
    page.wait_for_selector(".dlq-start")


def take(page: Page, name: str, height: int = 500) -> None:
    """The top of the page, below the banner of the samples."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", clip={"x": 0, "y": 30, "width": 1280, "height": height})


def open_pattern(page: Page, server: str, words: str) -> None:
    page.goto(f"{server}{PATTERNS}")
    page.get_by_role("link", name=words).click()


def look_around(page: Page, server: str) -> None:
    take(page, "start", 720)
    page.goto(f"{server}{LIST}?status=&failed_before=5m")
    take(page, "list")
    page.goto(f"{server}{LIST}?task_identifier=deliver_webhook&status=failed_again")
    page.click("#result_list th.field-job a >> nth=0")
    take(page, "entry", 970)
    page.goto(f"{server}{PATTERNS}")
    take(page, "patterns")
    page.goto(f"{server}{LIST}statistics/")
    take(page, "statistics", 940)


def solve(page: Page, server: str) -> None:
    open_pattern(page, server, "must be in capitals")
    page.get_by_text("What do these have in common?").click()
    page.wait_for_selector("#dlq-in-common table")
    page.locator("details.dlq-more", has=page.locator("#dlq-in-common")).screenshot(path=IMAGES / "cause.png")
    page.get_by_role("button", name="Edit payloads of all").click()
    page.get_by_label("Changes, one a line").fill('order.currency = "EUR"')
    page.get_by_label("Reason").fill("release 47.2 sent small letters")
    page.get_by_role("button", name="Show what would change").click()
    page.wait_for_selector(".dlq-diff")
    take(page, "edit", 560)
    open_pattern(page, server, "ECONNREFUSED")
    page.get_by_role("button", name="Requeue all of this pattern").click()
    page.get_by_label("Reason").fill("the mail server is back")
    page.get_by_text("When, how fast").click()
    page.get_by_label("Spread over minutes").fill("10")
    take(page, "confirm", 820)


def main(server: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, timezone_id="Europe/Berlin")
        log_in(page, server)
        look_around(page, server)
        solve(page, server)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
