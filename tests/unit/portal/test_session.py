"""What the browser holds: sealed, whole, and gone when it is over."""

import time
from http.cookies import SimpleCookie

import pytest

from services.portal.identity import Attempt, Tokens
from services.portal.session import Cookies, Session
from services.portal.web.pages.signing import own_path

KEY = bytes(range(32))
TOKENS = Tokens(access="an access token", refresh="a refresh token", expires_at=time.time() + 600)


def kept(values: list[str]) -> dict[str, str]:
    """What a browser has after these `Set-Cookie`."""
    jar = SimpleCookie()
    for value in values:
        jar.load(value)
    return {name: cookie.value for name, cookie in jar.items() if cookie["max-age"] != "0"}


def test_a_session_comes_back_as_it_was() -> None:
    cookies, session = Cookies(KEY, secure=False), Session.begin(TOKENS)
    assert cookies.session(kept(cookies.keep_session(session))) == session


def test_nothing_in_the_cookie_can_be_read() -> None:
    cookies = Cookies(KEY, secure=False)
    assert "access" not in "".join(kept(cookies.keep_session(Session.begin(TOKENS))).values())


def test_a_cookie_that_was_touched_is_no_session() -> None:
    cookies = Cookies(KEY, secure=False)
    held = kept(cookies.keep_session(Session.begin(TOKENS)))
    touched = {"session": held["session"][:-2] + ("AA" if held["session"][-2:] != "AA" else "BB")}
    assert cookies.session(touched) is None
    assert cookies.session({"session": "nonsense"}) is None
    assert Cookies(bytes(32), secure=False).session(held) is None
    assert cookies.session({}) is None


def test_a_long_token_is_spread_over_cookies_a_browser_keeps() -> None:
    cookies = Cookies(KEY, secure=True)
    session = Session.begin(Tokens(access="x" * 6_000, refresh=None, expires_at=0))
    values = cookies.keep_session(session)
    assert all(len(value) < 4_096 for value in values)
    assert cookies.session(kept(values)) == session


def test_a_shorter_session_leaves_no_part_of_the_longer_one() -> None:
    cookies = Cookies(KEY, secure=False)
    long = cookies.keep_session(Session.begin(Tokens(access="x" * 6_000, refresh=None, expires_at=0)))
    short = Session.begin(TOKENS)
    assert cookies.session(kept([*long, *cookies.keep_session(short)])) == short


def test_a_session_ends_after_its_time() -> None:
    cookies = Cookies(KEY, secure=False)
    old = Session(token="t", refresh_token=None, expires_at=0, signed_in_at=time.time() - 13 * 3600, csrf="c")
    assert cookies.session(kept(cookies.keep_session(old))) is None


def test_no_script_and_no_other_site_gets_at_it() -> None:
    plain = Cookies(KEY, secure=False).keep_session(Session.begin(TOKENS))[0]
    secure = Cookies(KEY, secure=True).keep_session(Session.begin(TOKENS))[0]
    assert "; HttpOnly; SameSite=Lax" in plain
    assert secure.startswith("__Host-session=")
    assert secure.endswith("; Secure")


def test_an_attempt_is_not_a_session() -> None:
    cookies = Cookies(KEY, secure=False)
    held = kept([cookies.keep_attempt(Attempt.begin("/"))])
    assert cookies.session({"session": held["sign-in"]}) is None
    assert cookies.attempt(held) is not None


def test_the_challenge_is_that_of_the_standard() -> None:
    # The worked example of RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    attempt = Attempt(state="s", nonce="n", verifier=verifier, return_to="/")
    assert attempt.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("path", ["https://elsewhere", "//elsewhere", "/\\elsewhere", "elsewhere", "", "/a\nb"])
def test_signing_in_leads_to_no_other_site(path: str) -> None:
    assert own_path(path) == "/"


def test_signing_in_leads_back_to_where_one_was() -> None:
    assert own_path("/pcns/U99999/triage?page=2") == "/pcns/U99999/triage?page=2"
