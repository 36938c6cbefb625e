"""Where the stacks of these tests live, and one whole stack for the tests that only look at it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.home import Home
from deploy.local.stack import Stack
from tests.integration.deploy.local import TOY


def folder() -> Path:
    """Unlike pytest's own folders, one that the account PostgreSQL runs as may enter."""
    made = Path(tempfile.mkdtemp(prefix="perinatal-"))
    made.chmod(0o755)
    return made


def new_home() -> Iterator[Home]:
    """For a fixture: removed when that is over."""
    made = folder()
    yield Home(root=made / "home")
    shutil.rmtree(made)


@pytest.fixture
def home() -> Iterator[Home]:
    yield from new_home()


@pytest.fixture(scope="module")
def home_of_module() -> Iterator[Home]:
    yield from new_home()


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """PostgreSQL, Kafka, identity provider and the toy service, durable as in `perinatal up`."""
    made = folder()
    stack = Stack(made / "home", services=[TOY])
    stack.start()
    yield stack
    stack.stop()
    shutil.rmtree(made)
