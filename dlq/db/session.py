"""Some of PostgreSQL's settings for a block of statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dlq.db.statements import rows


@contextmanager
def settings_for_block(**settings: str) -> Iterator[None]:
    """Some of PostgreSQL's settings for the statements of the block, put back at its end. Within a transaction.

    Where a statement fails, the transaction (or savepoint) that is undone takes the settings with it.
    """
    with settings_kept(*settings):
        _set(settings)
        yield


@contextmanager
def settings_kept(*names: str) -> Iterator[None]:
    """These settings are after the block what they were before it, whatever the block sets. Within a transaction."""
    (before,) = rows(f"SELECT {', '.join(f'current_setting(%({n})s)' for n in names)}", {n: n for n in names})
    yield
    _set(dict(zip(names, before, strict=True)))


def _set(settings: Mapping[str, str]) -> None:
    """Each until the transaction ends."""
    parameters = {f"{name}_is": value for name, value in settings.items()} | {name: name for name in settings}
    rows(f"SELECT {', '.join(f'set_config(%({name})s, %({name}_is)s, true)' for name in settings)}", parameters)
