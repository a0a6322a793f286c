"""Renews the pictures of the docs from a running first-run server.

make run                                                        # in one terminal
.venv/bin/python docs/make_screenshots.py http://127.0.0.1:8000    # in another
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
LIST = "/admin/dlq/backfilldlq/"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip


def log_in(page: Page, server: str) -> None:
    page.goto(server)
    page.fill("#id_username", "admin")
    page.fill("#id_password", "admin")
    page.click("input[type=submit]")
    page.wait_for_selector("#dlq-count strong")


def confirm_all(page: Page, server: str) -> None:
    page.goto(f"{server}{LIST}?task_identifier=send_email")
    page.click("#action-toggle")
    page.click("text=Select everything that matches")
    page.get_by_role("button", name="Requeue …").click()


def main(server: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800}, timezone_id="Europe/Berlin")
        log_in(page, server)
        page.screenshot(path=IMAGES / "list.png")
        page.click("#result_list th.field-job a >> nth=5")
        page.screenshot(path=IMAGES / "entry.png")
        confirm_all(page, server)
        page.screenshot(path=IMAGES / "confirm.png")
        page.goto(f"{server}/admin/dlq/failurepattern/")
        page.screenshot(path=IMAGES / "patterns.png")
        page.goto(f"{server}{LIST}statistics/")
        page.screenshot(path=IMAGES / "statistics.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
