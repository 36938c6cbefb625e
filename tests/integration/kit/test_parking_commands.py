"""Others' facts that become our commands: one that is refused for good parks its stream, and no command is carried out twice."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.kit.errors import Busy, DomainError
from services.kit.inbox import commands
from services.kit.record import Answer, Recorded
from services.kit.tenancy import TenantId
from services.kit.testing import eventually
from services.kit.tracing import start_trace
from tests.faults.chain import NOW, PATIENCE, TENANTS, Chain, at_work
from tests.faults.oracle import administrator
from tests.faults.poison import standing
from tests.integration.kit.toy import CountedFact
from tests.integration.kit.toy_log import Opened

pytestmark = [pytest.mark.postgres, pytest.mark.kafka, pytest.mark.timeout(120)]

BAD = 13
A = TENANTS[0]


class NotNow(DomainError):
    """This cannot be done."""

    slug = "not-now"


@dataclass(slots=True)
class Answering:
    """A service that notes each amount in a stream of its own, and refuses the bad one."""

    chain: Chain
    refuses: bool = True
    busy: int = 0
    asked: list[int] = field(default_factory=list)

    async def __call__(self, tenant: TenantId, command: CountedFact, *, command_id: UUID, **_: Any) -> Answer:
        self.asked.append(command.amount)
        if command.amount == BAD and self.refuses:
            raise NotNow
        if self.busy and command.amount == 0:
            self.busy -= 1
            raise Busy
        # A private event, so that it is not published and heard of again.
        event = Opened(account_id=str(command.amount), owner=None, occurred_at=NOW)
        return await self.chain.source.store.append(
            tenant,
            f"noted-{command.account_id}",
            expected=None,
            events=[event],
            command_id=command_id,
            actor="test",
            occurred_at=NOW,
        )

    def work(self) -> Any:
        return commands("toy", {CountedFact: react}, self)

    async def noted(self, stream: str) -> list[int]:
        loaded = await self.chain.source.store.load(A, f"noted-{stream}")
        return [int(recorded.event.account_id) for recorded in loaded]


def react(recorded: Recorded[CountedFact]) -> CountedFact:
    return recorded.event


@pytest.fixture
def partitions() -> int:
    """What is behind a stuck record is stuck too, if anything is."""
    return 1


async def is_noted(service: Answering, stream: str, *amounts: int) -> bool:
    return await service.noted(stream) == list(amounts)


async def stands(chain: Chain, *streams: str) -> bool:
    return [place.stream for place in await standing(chain.pool)] == list(streams)


async def test_a_refusal_parks_its_stream_and_after_the_mend_each_command_is_done_once(chain: Chain) -> None:
    service = Answering(chain)
    async with at_work(chain.relay(), chain.consumer(work=service.work())):
        await chain.append("account-1", 1, 2, BAD, 3)
        await chain.append("account-2", 1)
        await eventually(lambda: stands(chain, "account-1"), within=PATIENCE)
        await chain.append("account-1", 4)
        await chain.append("account-2", 2)
        await eventually(lambda: is_noted(service, "account-2", 1, 2), within=PATIENCE)
        assert await service.noted("account-1") == [1, 2]
        assert await why(chain) == ("refused", "NotNow")
        service.refuses = False
        (place,) = await standing(chain.pool)
        done = await chain.consumer(work=service.work()).replay().run(place)
        assert (done.applied, done.left) == (3, 0)
        await chain.append("account-1", 5)
        await eventually(lambda: is_noted(service, "account-1", 1, 2, BAD, 3, 4, 5), within=PATIENCE)


async def test_what_an_event_brings_about_belongs_to_its_trace(chain: Chain) -> None:
    service = Answering(chain)
    trace = start_trace()
    await chain.append("account-1", 1)
    start_trace()
    async with at_work(chain.relay(), chain.consumer(work=service.work())):
        await eventually(lambda: is_noted(service, "account-1", 1), within=PATIENCE)
    (noted,) = await chain.source.store.load(A, "noted-account-1")
    assert noted.traceparent == trace


async def why(chain: Chain) -> tuple[str, str]:
    async with administrator(chain.place.target) as connection:
        return tuple(await connection.fetchrow("select reason, error_type from parked_streams"))


async def test_a_batch_in_which_somebody_is_busy_waits_even_if_another_is_refused(chain: Chain) -> None:
    service = Answering(chain, busy=3)
    await chain.append("account-1", BAD)
    await chain.append("account-2", 0, 1)
    async with at_work(chain.relay()), at_work(chain.consumer(work=service.work())):
        await eventually(lambda: is_noted(service, "account-2", 0, 1), within=PATIENCE)
        await eventually(lambda: stands(chain, "account-1"), within=PATIENCE)
    assert service.asked.count(0) >= 4


async def test_a_replay_that_loses_its_connection_has_done_no_command_twice(chain: Chain) -> None:
    """The commands are in another transaction than what is parked: their ids keep them from being done again."""
    service = Answering(chain)
    async with at_work(chain.relay(), chain.consumer(work=service.work())):
        await chain.append("account-1", BAD, 1, 2)
        await eventually(lambda: stands(chain, "account-1"), within=PATIENCE)
        service.refuses = False
        work = service.work()

        async def cut_off(tx: Any, events: Any) -> None:
            await work(tx, events)
            async with administrator(chain.place.target) as connection:
                await connection.execute("select pg_terminate_backend($1)", tx.get_server_pid())

        (place,) = await standing(chain.pool)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await chain.consumer(work=cut_off).replay().run(place)
        assert await service.noted("account-1") == [BAD, 1, 2]
        assert await standing(chain.pool) == [place]
        done = await chain.consumer(work=work).replay().run(place)
        assert (done.applied, done.left) == (3, 0)
    assert await service.noted("account-1") == [BAD, 1, 2]
