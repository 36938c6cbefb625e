"""What the portal does for a family under its own account, when the account or a service is not ready."""

from services.kit.auth import IssuerUnreachable, NotSignedIn
from services.kit.tenancy import TenantId
from services.portal.commands import Done, Outcome, Refusal
from services.portal.families import Families, _once_known
from services.portal.owners import Caller

DONE = Done(id="1", stream="session-1", version=1)
NOT_KNOWN = Refusal(slug="person-unknown", message="This person is not known in this network.")


class Account:
    """Gives the tokens listed, one after the other each time the last is forgotten; then none."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)

    async def token(self) -> str:
        if not self._tokens:
            raise IssuerUnreachable
        return self._tokens[0]

    def forget(self) -> None:
        self._tokens.pop(0)


def families(account: Account) -> Families:
    return Families(owners=None, account=account, tenant=TenantId("U99999"))  # type: ignore[arg-type]


async def only_with_a_fresh_token(caller: Caller) -> Outcome:
    if caller.token != "fresh":
        raise NotSignedIn
    return DONE


async def test_a_token_that_no_longer_opens_is_replaced_once() -> None:
    assert await families(Account("stale", "fresh"))._as_public(only_with_a_fresh_token) == DONE


async def test_an_account_that_cannot_sign_in_loses_nothing_of_what_was_typed() -> None:
    for account in (Account(), Account("stale"), Account("stale", "stale too")):
        outcome = await families(account)._as_public(only_with_a_fresh_token)
        assert isinstance(outcome, Refusal)
        assert outcome.undecided
        assert outcome.message.startswith("We could not save this just now.")


async def test_a_person_just_registered_is_waited_for() -> None:
    answers: list[Outcome] = [NOT_KNOWN, NOT_KNOWN, DONE]

    async def ask() -> Outcome:
        return answers.pop(0)

    assert await _once_known(ask) == DONE


async def test_any_other_refusal_is_told_at_once() -> None:
    refusal = Refusal(slug="session-started", message="This session has begun.")

    async def ask() -> Outcome:
        return refusal

    assert await _once_known(ask) == refusal
