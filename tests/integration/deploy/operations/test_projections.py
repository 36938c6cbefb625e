"""`perinatal projections` as its user meets it where no stack runs. On a running one: test_erase.py."""

import json

import pytest

from deploy.local.home import Home
from deploy.operations.projections import CONSUMERS, Work, log_of, told, work_for
from services.kit.keyring import Keyring
from services.kit.rebuild.fold import Fold
from services.kit.rebuild.topics import Topics
from services.kit.tenancy import TenantPool
from tests.integration.deploy.typist import error_of, perinatal

pytestmark = pytest.mark.timeout(90)


@pytest.mark.parametrize(
    "wrong",
    [
        ("rebuild",),
        ("rebuild", "--all", "portal.people"),
        ("rebuild", "portal.peeple"),
        ("rebuild", "--all", "--pcn", "U1"),
        ("rebuild", "--all", "--pcn", "U12001", "--no-swap"),
        ("verify",),
        ("rollback",),
        ("nothing",),
    ],
)
def test_wrong_use_is_2(home: Home, wrong: tuple[str, ...]) -> None:
    assert perinatal("projections", *wrong, home=home.root).returncode == 2


def test_a_dry_run_says_what_would_be_touched_and_needs_nothing(home: Home) -> None:
    done = perinatal("projections", "rebuild", "portal.people", "referral.pcns", "--dry-run", "--json", home=home.root)
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "dry_run": True,
        "touched": [
            {"service": "portal", "name": "portal.people", "table": "people"},
            {"service": "referral", "name": "referral.pcns", "table": "pcns"},
        ],
    }


@pytest.mark.parametrize("command", [("status",), ("rebuild", "--all"), ("swap",), ("rollback", "portal.people")])
def test_without_a_stack_it_is_one_line(home: Home, command: tuple[str, ...]) -> None:
    done = perinatal("projections", *command, home=home.root)
    assert done.returncode == 1
    assert "there is no stack in" in error_of(done)


@pytest.mark.parametrize("work", work_for(()), ids=lambda work: work.service)
async def test_every_read_model_heeds_something_of_what_it_is_rebuilt_from(work: Work) -> None:
    keyring = Keyring(await TenantPool.open("postgresql://nobody@localhost/nothing"), bytes(32))
    consumes = work.service in CONSUMERS
    source = Topics(told(work.service, "localhost:1")) if consumes else log_of(work.service, keyring)
    assert all(Fold([model], source.kinds).kinds for model in work.models)
    await keyring.close()


def test_every_read_model_has_a_name_and_a_table_of_its_own() -> None:
    for work in work_for(()):
        assert len({model.table for model in work.models}) == len(work.models)
        assert all(model.name.startswith(f"{work.service}.") for model in work.models)
