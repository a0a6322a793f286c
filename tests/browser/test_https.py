"""The real browser behind the real nginx: every cookie is for https only."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Window
from tests.support.secure_site import NAME, PASSWORD, secure_site

pytestmark = [pytest.mark.alone, pytest.mark.browser]


def test_logging_in_over_https(chromium: Browser) -> None:
    with secure_site() as front, chromium.new_context(ignore_https_errors=True) as context:
        window = Window(context.new_page(), front.https)
        window.watch()
        page = window.open("/admin/login/?next=/admin/dlq/backfilldlq/")
        page.fill("#id_username", NAME)
        page.fill("#id_password", PASSWORD)
        page.click("[type=submit]")
        page.wait_for_url("**/admin/dlq/backfilldlq/")
        window.settle()
        cookies = {cookie["name"]: cookie["secure"] for cookie in context.cookies()}
        assert cookies == {"csrftoken": True, "sessionid": True, "dlq_tz": True}
        assert window.problems == []
