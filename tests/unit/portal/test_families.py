"""What the portal does for a family under its own account, when the account or a service is not ready."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from services.kit.auth import IssuerUnreachable, NotSignedIn
from services.kit.tenancy import TenantId
from services.portal.commands import Done, Outcome, Refusal
from services.portal.families import Families, _once_known
from services.portal.owners import Caller
from services.portal.web.forms import Form

DONE = Done(id="1", stream="session-1", version=1)
NOT_KNOWN = Refusal(slug="person-unknown", message="This person is not known in this network.")
GITA = {"full_name": "Gita", "telephone": "07700 900001"}


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


class Service:
    """A service that knows a command by its id, and refuses the first few of one path."""

    def __init__(self, path: str, refusals: int) -> None:
        self._path = path
        self._refusals = refusals
        self.people: set[UUID] = set()

    async def post(self, _: str, path: str, body: Mapping[str, Any], *, command_id: UUID) -> tuple[int, Any]:
        if path.endswith(self._path) and self._refusals:
            self._refusals -= 1
            return 409, {"slug": "party-too-large", "title": "There is not room for so many people.", "field": None}
        if path.endswith("/people"):
            self.people.add(command_id)
        return 201, {"id": str(command_id), "stream": path, "version": 1}


def families(account: Account, service: Service | None = None) -> Families:
    owners = SimpleNamespace(referral=service, scheduling=service)
    return Families(owners=owners, account=account, tenant=TenantId("U99999"))  # type: ignore[arg-type]


async def test_a_family_that_tries_again_is_the_same_person() -> None:
    service, form = Service("/places", refusals=2), Form.sent({"command_id": str(uuid4())})
    here, session = families(Account("a token"), service), uuid4()
    for party_size in (12, 11):
        outcome = await here.take_place(form.command_id, session, GITA, party_size)
        assert isinstance(outcome, Refusal)
        form.refuse(outcome)
    assert isinstance(await here.take_place(form.command_id, session, GITA, 2), Done)
    assert len(service.people) == 1


async def test_a_family_that_asks_for_help_again_is_the_same_person() -> None:
    service, form = Service("/referrals", refusals=1), Form.sent({"command_id": str(uuid4())})
    here = families(Account("a token"), service)
    outcome = await here.ask_for_help(form.command_id, GITA, {"note": "first"})
    assert isinstance(outcome, Refusal)
    form.refuse(outcome)
    assert isinstance(await here.ask_for_help(form.command_id, GITA, {"note": "second"}), Done)
    assert len(service.people) == 1


async def test_a_number_that_was_put_right_is_not_lost() -> None:
    service, form = Service("/places", refusals=1), Form.sent({"command_id": str(uuid4())})
    here, session = families(Account("a token"), service), uuid4()
    for telephone in ("07700 900001", "07700 900002"):
        await here.take_place(form.command_id, session, {**GITA, "telephone": telephone}, 2)
    assert len(service.people) == 2


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
