"""A stateful test of the whole engine: random lives of a dead letter queue, beside a model that says what must be."""

import pytest

pytest.register_assert_rewrite("tests.engine_model.compare")
