"""The identity provider as the portal meets it."""

from collections.abc import Iterator

import pytest

from services.kit.auth import IssuerUnreachable
from services.portal.identity import Attempt, IdentityProvider
from tests.support import Issuer


class Begun(Issuer):
    """It answers before it knows itself; `whole` once it does."""

    whole = False

    def discovery(self) -> dict[str, str]:
        return super().discovery() if self.whole else {"issuer": self.url}


@pytest.fixture
def begun() -> Iterator[Begun]:
    issuer = Begun()
    yield issuer
    issuer.close()


async def test_half_an_answer_of_the_provider_is_none_and_is_not_remembered(begun: Begun) -> None:
    provider = IdentityProvider(
        issuer=begun.url, client_id="portal", client_secret="-", public_url="http://portal.invalid"
    )
    with pytest.raises(IssuerUnreachable):
        await provider.sign_in_url(Attempt.begin("/"))
    begun.whole = True
    assert (await provider.sign_in_url(Attempt.begin("/"))).startswith(f"{begun.url}/sign-in?")
    await provider.close()
