"""Master keys and tenants' keys turned over while everybody reads and writes: nobody loses a key, whatever is killed."""

import asyncio
import base64
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.services import SOURCE
from deploy.local.wiring import MASTER_KEY
from deploy.operations.keys import Status, add_newest, forget, rewrap, status
from services.kit.errors import Erased
from services.kit.keyring import Keyring
from services.kit.migrate import KEYRING_MIGRATIONS
from services.kit.settings import keys_of
from services.kit.tenancy import TenantId, TenantPool, Tx
from services.kit.testing import eventually
from services.kit.wrapping import MasterKeyMissing, MasterKeys, fingerprint
from tests.conftest import MakeDatabase
from tests.databases import Database

OLDER, NEWER = bytes(range(32)), bytes(range(32, 64))
TENANTS = [TenantId(f"U0000{number}") for number in range(1, 5)]
A, B = TENANTS[:2]
BOTH = MasterKeys(NEWER, OLDER)
AT_WORK = (
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
    " where l.locktype = 'advisory' and d.datname = current_database()"
)
WAITS = "select count(*) from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0"

Ring = Callable[..., Awaitable[Keyring]]
Known = dict[tuple[TenantId, str], bytes]


@pytest.fixture
async def database(new_database: MakeDatabase) -> Database:
    return await new_database(KEYRING_MIGRATIONS)


@pytest.fixture
async def ring(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ring]:
    """Opens a keyring with these master keys, as a process of its own would; none remembers what it opened."""
    monkeypatch.setattr("services.kit.keyring._KEEP_SECONDS", 0.0)
    opened: list[Keyring] = []

    async def open_one(*masters: bytes) -> Keyring:
        opened.append(Keyring(await TenantPool.open(database.app), *masters))
        return opened[-1]

    yield open_one
    for each in opened:
        await each.close()


@pytest.fixture
async def people(ring: Ring) -> Known:
    """Keys made before anything is turned over; one person was erased."""
    older = await ring(OLDER)
    known = {(tenant, str(uuid4())): b"" for tenant in TENANTS for _ in range(5)}
    known = {place: await older.key(*place) for place in known}
    await older.destroy(A, "erased-before")
    return known


def untold(_done: int, _total: int) -> None:
    """Nobody watches."""


async def seen(database: Database, *masters: bytes) -> Status:
    return await status(database.admin, MasterKeys(*masters))


async def assert_opened(ring: Keyring, known: Known) -> None:
    for (tenant, subject), key in known.items():
        assert await ring.keys(tenant, [subject]) == {subject: key}


async def waiting(admin: str) -> None:
    """Until a session of this database waits for another."""
    await until(admin, WAITS, lambda count: count > 0)


async def nobody_left(admin: str) -> None:
    """Until the server has noticed that who turned keys over is no more."""
    await until(admin, AT_WORK, lambda count: count == 0)


async def until(admin: str, counted: str, enough: Callable[[int], bool]) -> None:
    connection = await asyncpg.connect(admin)
    try:

        async def there() -> bool:
            return enough(await connection.fetchval(counted))

        await eventually(there, within=20, what=counted)
    finally:
        await connection.close()


@asynccontextmanager
async def holding(database: Database, statement: str, *arguments: str) -> AsyncIterator[None]:
    """Rows held by somebody who does not hurry."""
    connection = await asyncpg.connect(database.admin)
    try:
        async with connection.transaction():
            await connection.execute(statement, *arguments)
            yield
    finally:
        await connection.close()


async def killed_at_work(database: Database, *options: str) -> None:
    """A rewrap that is killed as soon as it waits for somebody."""
    keys = ",".join(base64.b64encode(key).decode() for key in (NEWER, OLDER))
    command = (sys.executable, "-m", "tests.integration.kit.rewrapper", database.admin, keys, *options)
    process = await asyncio.create_subprocess_exec(*command, cwd=SOURCE)
    await waiting(database.admin)
    process.kill()
    await process.wait()


async def test_at_first_one_master_key_opens_everything(database: Database, people: Known) -> None:
    found = await seen(database, OLDER)
    assert [(key.fingerprint, key.newest, key.opens, key.alone) for key in found.keys] == [
        (fingerprint(OLDER), True, 4, 4)
    ]
    assert (found.networks, found.people, found.waiting) == (4, 20, 0)
    assert (found.unopened, found.elsewhere, found.turning) == ([], [], [])
    assert (await seen(database, NEWER)).unopened == TENANTS


async def test_a_new_master_key_takes_over_and_the_older_one_opens_nothing_any_more(
    database: Database, people: Known, ring: Ring, home: Home
) -> None:
    older, both = await ring(OLDER), await ring(NEWER, OLDER)
    done = await rewrap(database.admin, BOTH, untold)
    assert (done.networks, done.changed, done.people) == (4, 4, 0)
    for each in (older, both):
        await assert_opened(each, people)
    assert (await rewrap(database.admin, BOTH, untold)).changed == 0
    before = await forget(database.admin, BOTH, home)
    assert [key.fingerprint for key in before.keys] == [fingerprint(NEWER), fingerprint(OLDER)]
    await assert_opened(await ring(NEWER), people)
    with pytest.raises(MasterKeyMissing):
        await older.key(*next(iter(people)))
    with pytest.raises(Erased):
        await both.key(A, "erased-before")
    assert keys_of((home.secrets / MASTER_KEY).read_text()) == (NEWER,)


async def test_who_has_not_been_restarted_and_who_has_make_keys_for_each_other(
    database: Database, ring: Ring, home: Home
) -> None:
    older, both = await ring(OLDER), await ring(NEWER, OLDER)
    known = {(A, "by-the-older"): await older.key(A, "by-the-older"), (B, "by-both"): await both.key(B, "by-both")}
    for each in (older, both):
        await assert_opened(each, known)
    assert (await seen(database, NEWER, OLDER)).waiting == 1


async def test_no_older_key_is_forgotten_while_it_is_needed(
    database: Database, people: Known, ring: Ring, home: Home
) -> None:
    await (await ring(NEWER, OLDER)).key(TenantId("U00009"), "newcomer")
    with pytest.raises(StackError, match="4 of 5 networks' keys do not open with"):
        await forget(database.admin, BOTH, home)
    assert keys_of((home.secrets / MASTER_KEY).read_text()) == (NEWER, OLDER)
    await assert_opened(await ring(OLDER), people)


async def test_one_more_master_key_is_made_only_when_the_last_is_in_its_place(home: Home) -> None:
    with pytest.raises(StackError, match="an older key is still there"):
        add_newest(home)
    (home.secrets / MASTER_KEY).write_text(base64.b64encode(OLDER).decode())
    made = add_newest(home)
    newest, older = keys_of((home.secrets / MASTER_KEY).read_text())
    assert (fingerprint(newest), older) == (made, OLDER)
    assert (home.secrets / MASTER_KEY).stat().st_mode & 0o077 == 0


async def test_a_master_key_that_is_gone_is_named_by_whom_it_would_have_opened(
    database: Database, people: Known
) -> None:
    with pytest.raises(StackError, match=f"the key of {A} opens with no master key"):
        await rewrap(database.admin, MasterKeys(NEWER), untold)


async def test_a_tenants_own_key_is_turned_over(database: Database, people: Known, ring: Ring) -> None:
    before = await stored(database)
    done = await rewrap(database.admin, MasterKeys(OLDER), untold, tenant=A, new_key=True)
    assert (done.networks, done.people) == (1, 5)
    after = await stored(database)
    assert {tenant for tenant, *_ in set(before) - set(after)} == {A}
    older = await ring(OLDER)
    await assert_opened(older, people)
    with pytest.raises(Erased):
        await older.key(A, "erased-before")
    assert not await older.destroy(A, "erased-before")


async def stored(database: Database) -> list[tuple[str, ...]]:
    connection = await asyncpg.connect(database.admin)
    try:
        rows = await connection.fetch("select tenant, subject, wrapped from subject_keys where wrapped is not null")
        return [tuple(row) for row in rows]
    finally:
        await connection.close()


async def test_killed_between_two_tenants_it_goes_on_where_it_was(
    database: Database, people: Known, ring: Ring
) -> None:
    last = TENANTS[-1]
    async with holding(database, "select from tenant_keys where tenant = $1 for update", last):
        await killed_at_work(database)
    await nobody_left(database.admin)
    assert (await seen(database, NEWER, OLDER)).waiting == 1
    await assert_opened(await ring(OLDER), people)
    assert (await rewrap(database.admin, BOTH, untold)).changed == 1
    await assert_opened(await ring(NEWER), people)


async def test_killed_among_a_tenants_people_everybody_reads_on_and_it_is_finished(
    database: Database, people: Known, ring: Ring
) -> None:
    person = next(subject for tenant, subject in people if tenant == A)
    hold = "select from subject_keys where tenant = $1 and subject = $2 for update"
    async with holding(database, hold, A, person):
        await killed_at_work(database, "--new-key")
    await nobody_left(database.admin)
    assert (await seen(database, NEWER, OLDER)).turning == [A]
    older = await ring(OLDER)
    people[A, "new"] = await older.key(A, "new")
    await assert_opened(older, people)
    await rewrap(database.admin, BOTH, untold)
    assert (await seen(database, NEWER, OLDER)).turning == []
    await assert_opened(await ring(NEWER), people)


async def test_who_is_making_a_key_is_waited_for(database: Database, people: Known, ring: Ring) -> None:
    older = await ring(OLDER)
    async with older._pool.scope(A) as tx:
        await older._hold_tenant_key(tx, A)
        turning = asyncio.create_task(rewrap(database.admin, BOTH, untold, new_key=True))
        await waiting(database.admin)
        people[A, "slow"] = await older._get_or_make(tx, A, "slow") or b""
    await turning
    await assert_opened(await ring(NEWER), people)


class Interrupted:
    """A transaction in which something happens after each statement that reads rows."""

    def __init__(self, tx: Tx, happens: Callable[[], Awaitable[object]]) -> None:
        self._tx, self._happens = tx, happens

    async def fetch(self, *asked: Any) -> Any:
        rows = await self._tx.fetch(*asked)
        await self._happens()
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


async def test_what_is_read_fits_together_whatever_is_moved_right_after(
    database: Database, people: Known, ring: Ring
) -> None:
    older = await ring(OLDER)
    mine = {subject: key for (tenant, subject), key in people.items() if tenant == A}
    async with older._pool.scope(A) as tx:
        interrupted: Any = Interrupted(tx, lambda: rewrap(database.admin, BOTH, untold, new_key=True))
        assert await older._fetch(interrupted, A, set(mine)) == mine


async def test_who_is_erased_meanwhile_stays_erased(database: Database, people: Known, ring: Ring) -> None:
    place = next(iter(people))
    destroy = "update subject_keys set wrapped = null, destroyed_at = now() where tenant = $1 and subject = $2"
    async with holding(database, destroy, *place):
        turning = asyncio.create_task(rewrap(database.admin, BOTH, untold, tenant=place[0], new_key=True))
        await waiting(database.admin)
    await turning
    with pytest.raises(Erased):
        await (await ring(OLDER)).key(*place)


async def test_two_do_not_turn_keys_over_at_once(database: Database, people: Known) -> None:
    async with holding(database, "select from tenant_keys where tenant = $1 for update", A):
        first = asyncio.create_task(rewrap(database.admin, BOTH, untold))
        await waiting(database.admin)
        with pytest.raises(StackError, match="somebody else is turning keys over"):
            await rewrap(database.admin, BOTH, untold)
    await first


async def test_while_everybody_reads_and_writes_nobody_notices(
    database: Database, people: Known, ring: Ring, home: Home
) -> None:
    chance, ended = random.Random(19), asyncio.Event()
    crews = [await ring(OLDER), await ring(NEWER, OLDER), await ring(OLDER), await ring(NEWER, OLDER)]
    counts = [0] * len(crews)

    async def work(number: int) -> None:
        """Half of it reads, half of it is for somebody new, sometimes of a new network."""
        while not ended.is_set():
            counts[number] += 1
            tenant, subject = chance.choice(list(people))
            assert await crews[number].keys(tenant, [subject]) == {subject: people[tenant, subject]}
            tenant = TenantId(f"U0001{counts[number] % 10}") if counts[number] % 20 == 0 else tenant
            subject = str(uuid4())
            people[tenant, subject] = await crews[number].key(tenant, subject)

    workers = [asyncio.create_task(work(number)) for number in range(len(crews))]
    for new_key in (False, True, True, False, True):
        reached = sum(counts) + 100

        async def busy(reached: int = reached) -> bool:
            return sum(counts) >= reached or any(worker.done() for worker in workers)

        await eventually(busy, within=30, what="everybody is at work")
        await rewrap(database.admin, BOTH, untold, new_key=new_key)
    ended.set()
    await asyncio.gather(*workers)
    await rewrap(database.admin, BOTH, untold)
    await forget(database.admin, BOTH, home)
    await assert_opened(await ring(NEWER), people)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path)
    made.secrets.mkdir()
    (made.secrets / MASTER_KEY).write_text(",".join(base64.b64encode(key).decode() for key in (NEWER, OLDER)))
    return made
