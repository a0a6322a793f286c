"""What the database has no answer for now (a full disk, its time limit) holds up nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import Error, InterfaceError, OperationalError


@contextmanager
def first_failure_last() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Gives a block for each attempt, which holds back what the database raises; the first failure is raised at the end."""
    failures: list[Error] = []

    @contextmanager
    def attempt() -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            failures.append(error)

    yield attempt
    if failures:
        raise failures[0]
