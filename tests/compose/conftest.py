"""One platform in containers for all tests here. They take minutes, so they run when they are asked for: `make test-compose`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from deploy.local.ports import choose
from tests.compose.platform import ROOT, Compose, Visitor, available

PCN = "U12001"
Visit = Callable[[str], Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.containers)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="package")
def compose() -> Iterator[Compose]:
    """Up and healthy from nothing, with one network on it."""
    if os.environ.get("PERINATAL_TEST_STACK") != "compose":
        pytest.skip("the platform in containers takes minutes to build and start: `make test-compose`")
    if reason := available():
        pytest.skip(reason)
    project = f"perinatal-test-{os.getpid()}"
    compose = Compose(project=project, ports=choose(["portal", "identity"], {}), version=f"test-{os.getpid()}")
    try:
        compose.up()
        compose.operations("pcn", "add", f"/files/pcn-{PCN}.yaml", mount=f"{ROOT / 'deploy' / 'demo'}:/files:ro")
        yield compose
    finally:
        compose.down()


@pytest.fixture
def visit(compose: Compose) -> Iterator[Visit]:
    """`visit("clinician")` is somebody of that role of the network, signed in."""
    opened: list[httpx2.Client] = []

    def begin(role: str) -> Visitor:
        opened.append(httpx2.Client(follow_redirects=True, timeout=30))
        visitor = Visitor(portal=compose.portal, http=opened[-1])
        visitor.sign_in(f"{role}.{PCN.lower()}")
        return visitor

    yield begin
    for client in opened:
        client.close()
