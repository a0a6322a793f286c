"""`make run` behind the real nginx with TLS, as docs/running.md has it: https, cookies, and whose wrong passwords count."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.nginx import Front
from tests.support.secure_site import NAME, PASSWORD, secure_site
from tests.support.visitor import LOGIN, Visitor

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    with secure_site() as front:
        yield front


def test_logging_in_over_https_sets_secure_cookies(front: Front) -> None:
    visitor = Visitor(front, "127.0.1.1")
    answer = visitor.log_in(NAME, PASSWORD)
    assert (answer.status, answer.headers["Location"]) == (302, "/admin/")
    assert {cookie.name: cookie.secure for cookie in visitor.jar} == {"csrftoken": True, "sessionid": True}
    page = visitor.open("/admin/dlq/backfilldlq/")
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_the_form_is_refused_when_it_comes_from_elsewhere(front: Front) -> None:
    visitor = Visitor(front, "127.0.1.2")
    ours, other = front.https, "https://elsewhere.example"
    plain = ours.replace("https", "http")  # an address of this host that somebody on the way could have written
    assert visitor.log_in(NAME, PASSWORD, Origin=other).status == 403
    assert visitor.log_in(NAME, PASSWORD, Origin=plain).status == 403
    assert visitor.log_in(NAME, PASSWORD, Referer=other).status == 403
    assert visitor.log_in(NAME, PASSWORD, Referer=plain + LOGIN).status == 403
    assert visitor.log_in(NAME, PASSWORD, Accept="text/html").status == 403
    assert visitor.log_in(NAME, PASSWORD, Referer=ours + LOGIN).status == 302


def test_http_is_redirected_except_for_health(front: Front) -> None:
    visitor = Visitor(front, "127.0.1.3")
    answer = visitor.open(f"{front.http}/admin/login/?next=/admin/")
    assert answer.status == 301
    assert answer.headers["Location"] == front.http.replace("http:", "https:") + "/admin/login/?next=/admin/"
    assert "Strict-Transport-Security" not in answer.headers
    assert (visitor.open(f"{front.http}/healthz").status, visitor.open("/healthz").status) == (200, 200)
    # A client that says that it came by https is not believed: nginx knows.
    liar = Visitor(front, "127.0.1.3", X_Forwarded_Proto="https", X_Forwarded_Ssl="on", X_Forwarded_Protocol="ssl")
    assert liar.open(f"{front.http}/admin/login/").status == 301


def test_a_guesser_locks_out_only_his_own_address_whatever_he_claims(front: Front) -> None:
    # Each time another address of somebody else: were it believed, there would be no brake, and the colleague's would be hit.
    guesser = [Visitor(front, "127.0.2.1", X_Forwarded_For=f"127.0.2.2, 203.0.113.{n}") for n in range(12)]
    guesses = [visitor.log_in(NAME, f"guess {n}").status for n, visitor in enumerate(guesser)]
    assert guesses == [200] * 9 + [429] * 3
    assert "closed for a quarter of an hour" in guesser[-1].log_in(NAME, PASSWORD).text
    assert Visitor(front, "127.0.2.1", X_Forwarded_For="127.0.2.3").log_in(NAME, PASSWORD).status == 429
    assert Visitor(front, "127.0.2.2").log_in(NAME, PASSWORD).status == 302


def test_sixty_names_from_one_address_meet_a_brake(front: Front) -> None:
    def guess(n: int) -> int:
        return Visitor(front, "127.0.3.1", X_Forwarded_For=f"203.0.113.{n}").log_in(f"name{n}", "password").status

    with ThreadPoolExecutor(4) as guessers:  # a guess costs the server a third of a second
        answers = list(guessers.map(guess, range(60)))
    # At the limit four may be under way.
    assert 46 <= answers.count(200) <= 53
    assert set(answers) == {200, 429}
    assert Visitor(front, "127.0.3.1").log_in(NAME, PASSWORD).status == 429
    assert Visitor(front, "127.0.3.2").log_in(NAME, PASSWORD).status == 302
