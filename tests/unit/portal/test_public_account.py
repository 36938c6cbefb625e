"""The portal's own account: its token is kept while it lasts, and asked for again when it does not."""

import time

import pytest

from services.portal.identity import SignInFailed, Tokens
from services.portal.public_account import NotOpenNow, PublicAccount


class Provider:
    """Hands out tokens that last `seconds`, and counts them; none when it refuses."""

    def __init__(self, *, seconds: float, refuses: bool = False) -> None:
        self._seconds, self._refuses, self.asked = seconds, refuses, 0

    async def tokens_for(self, user: str, password: str) -> Tokens:
        assert (user, password) == ("public", "secret")
        if self._refuses:
            raise SignInFailed
        self.asked += 1
        return Tokens(access=f"token {self.asked}", refresh=None, expires_at=time.time() + self._seconds)


def account(provider: Provider) -> PublicAccount:
    return PublicAccount(provider, "public", "secret")  # type: ignore[arg-type]


async def test_a_token_is_kept_while_it_lasts() -> None:
    public = account(Provider(seconds=600))
    assert [await public.token() for _ in range(3)] == ["token 1"] * 3


async def test_a_token_about_to_run_out_is_asked_for_again() -> None:
    public = account(Provider(seconds=30))
    assert [await public.token() for _ in range(2)] == ["token 1", "token 2"]


async def test_a_token_that_did_not_open_is_forgotten() -> None:
    public = account(Provider(seconds=600))
    await public.token()
    public.forget()
    assert await public.token() == "token 2"


async def test_an_account_that_is_refused_is_our_trouble_and_not_a_familys() -> None:
    assert NotOpenNow.slug == "public-account-refused"
    with pytest.raises(NotOpenNow):
        await account(Provider(seconds=1, refuses=True)).token()
