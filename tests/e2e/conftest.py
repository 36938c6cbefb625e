"""The whole platform in a folder of its own, and somebody at a real browser."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, StorageState, async_playwright

from deploy.cli.client import Client
from deploy.cli.pcn import bring_on
from deploy.cli.pcn_file import read_pcn_file
from deploy.local.stack import Stack
from services.kit.tenancy import TenantId
from tests.e2e.visitor import Visitor

ROOT = Path(__file__).parents[2]
PCN = TenantId("U12001")
PCN_FILE = ROOT / "deploy" / "demo" / f"pcn-{PCN}.yaml"

Visit = Callable[..., Awaitable[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.stack)
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(120))


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where Chromium is; without it these tests are skipped. The one without windows takes two thirds of the time."""
    installed = filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser")))
    found = os.environ.get("PERINATAL_CHROMIUM") or next(installed, None)
    if found is None:
        pytest.skip("Chromium is not installed (Debian: chromium-headless-shell; else name it in PERINATAL_CHROMIUM)")
    return found


@pytest.fixture(scope="package")
def stack(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything `perinatal up --demo` starts, with one network and nobody in it."""
    stack = Stack(tmp_path_factory.mktemp("e2e"), fast=True, demo=True, new_ports=True)
    stack.start()
    with Client(stack.home, "operator") as client:
        bring_on(stack.home, client, read_pcn_file(PCN_FILE))
    yield stack
    stack.stop()


@pytest.fixture(scope="package")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="package")
def signed_in() -> dict[str, StorageState]:
    """What the browser of each role keeps that has signed in once."""
    return {}


@pytest.fixture
async def visit(stack: Stack, browser: Browser, signed_in: dict[str, StorageState]) -> AsyncIterator[Visit]:
    """`await visit("clinician")` is somebody of that role, signed in; `scripts=False` without JavaScript."""
    opened: list[Visitor] = []
    portal = stack.wiring.address_of("portal")

    async def begin(role: str | None, *, scripts: bool = True) -> Visitor:
        cookies = signed_in.get(role) if role else None
        visitor = await Visitor.at(browser, portal, PCN, scripts=scripts, cookies=cookies)
        opened.append(visitor)
        if cookies:
            await visitor.page.goto(f"{portal}/")
        elif role:
            await visitor.sign_in(role)
            signed_in[role] = await visitor.context.storage_state()
        return visitor

    yield begin
    for visitor in opened:
        await visitor.leave()
