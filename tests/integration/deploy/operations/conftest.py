"""A whole platform with one network, for the tests that leave it as it was."""

import shutil
from collections.abc import Iterator

import pytest

from deploy.cli.client import Client
from deploy.cli.pcn import bring_on
from deploy.cli.pcn_file import read_pcn_file
from deploy.local.home import Home
from deploy.local.services import SOURCE
from deploy.local.stack import Stack
from tests.integration.deploy.conftest import folder

PCN_FILE = SOURCE / "deploy" / "demo" / "pcn-U12001.yaml"


@pytest.fixture(scope="package")
def platform() -> Iterator[Home]:
    made = folder()
    stack = Stack(made / "home", fast=True, demo=True, new_ports=True)
    stack.start()
    with Client(stack.home, "operator") as client:
        bring_on(stack.home, client, read_pcn_file(PCN_FILE))
    yield stack.home
    stack.stop()
    shutil.rmtree(made)
