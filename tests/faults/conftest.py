from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.site import Server, Site, own_server, web_site


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for all tests here: each undoes what it breaks."""
    with own_server() as made:
        yield made


@pytest.fixture(scope="session")
def site(server: Server) -> Iterator[Site]:
    with web_site(server) as made:
        yield made
