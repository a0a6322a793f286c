"""Requests that nobody's browser makes: generated from what each page knows, and from what it does not."""

import pytest

pytest.register_assert_rewrite("tests.requests.judge")
