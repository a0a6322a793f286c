from tests.support.entries import add_entry
from tests.support.operations import requeue
from tests.support.jobs import jobs
import pytest
@pytest.mark.django_db
def test_smoke() -> None:
    e = add_entry()
    op = requeue(e)
    assert op.done_count == 1
    assert len(jobs()) == 1
