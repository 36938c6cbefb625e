"""Somebody at a browser: opens pages, fills in forms, and has every page they look at checked by axe."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Response, StorageState

from services.kit.tenancy import TenantId
from services.kit.testing import eventually

HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe-core-4.14.1.min.js").read_text("utf-8")
SCREENSHOTS = os.environ.get("PERINATAL_SCREENSHOTS")
"""The folder where a picture of every page is kept, if one is."""
WIDTHS = (1280, 375)
PASSWORD = "perinatal"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(kw_only=True)
class Visitor:
    browser: Browser
    context: BrowserContext
    page: Page
    portal: str
    pcn: TenantId
    scripts: bool
    mirror: Page | None = None
    outside: list[str] = field(default_factory=list)
    """Addresses the portal's own pages asked for elsewhere."""
    complaints: list[str] = field(default_factory=list)
    """What the browser's console said about a page of the portal."""

    @classmethod
    async def at(
        cls, browser: Browser, portal: str, pcn: TenantId, *, scripts: bool, cookies: StorageState | None = None
    ) -> "Visitor":
        context = await browser.new_context(
            viewport={"width": WIDTHS[0], "height": 900}, java_script_enabled=scripts, storage_state=cookies
        )
        page = await context.new_page()
        visitor = cls(browser=browser, context=context, page=page, portal=portal, pcn=pcn, scripts=scripts)
        page.on("request", lambda request: visitor._saw(request.url))
        page.on("console", lambda message: visitor._heard(message.type, message.text))
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    async def leave(self) -> None:
        await self.context.close()
        if self.mirror is not None:
            await self.mirror.context.close()

    async def sign_in(self, role: str) -> None:
        """As the network's own account of that role, at the real identity provider."""
        await self.page.goto(f"{self.portal}/")
        await self.page.get_by_role("button", name="Sign in").click()
        await self.give_password(role)

    async def give_password(self, role: str) -> None:
        await self.page.locator("input[name=username]").fill(f"{role}.{self.pcn.lower()}")
        await self.page.locator("input[name=password]").fill(PASSWORD)
        await self.page.locator("button[type=submit]").click()
        await self.page.wait_for_url(re.compile(re.escape(self.portal)))

    async def open(self, path: str) -> Response:
        """A page of the network."""
        response = await self.page.goto(f"{self.portal}/pcns/{self.pcn}{path}")
        assert response is not None
        return response

    async def follow(self, name: str) -> None:
        """The first link of that name, and the page it leads to."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=name).first.click()

    async def press(self, name: str) -> None:
        """A button, or a link that looks like one, and the page that comes next."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=name).click()

    async def focused(self) -> str:
        """What somebody hears of the element that has the focus: its label, or its own words; nothing where none has it."""
        said: str = await self.page.evaluate(
            "(({activeElement: at, body}) => at === body ? '' : (at.labels?.[0] ?? at).innerText)(document)"
        )
        return said.strip()

    async def tab_to(self, name: str, *, most: int = 60) -> None:
        """On with the Tab key, by `most` steps, until what has the focus begins with these words."""
        for _ in range(most):
            await self.page.keyboard.press("Tab")
            if (await self.focused()).startswith(name):
                return
        raise AssertionError(f"{name} is not reached; the focus is on {await self.focused()!r}")

    async def enter(self) -> None:
        """The Enter key, and the page that comes next."""
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def fill(self, values: Mapping[str, str]) -> None:
        """Fields by their names: text and dates are typed, lists chosen, radio buttons ticked by value, boxes by "yes"."""
        for name, value in values.items():
            box = self.page.locator(f"[name='{name}']").first
            kind = await box.evaluate("box => box.type")
            if kind == "radio":
                await self.page.locator(f"[name='{name}'][value='{value}']").check()
            elif kind == "checkbox":
                await box.set_checked(value == "yes")
            elif kind == "select-one":
                await box.select_option(value)
            else:
                await box.fill(value)

    async def text(self) -> str:
        """What the page says, white space made even."""
        return " ".join((await self.page.locator("body").inner_text()).split())

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.portal)

    def id_in_path(self) -> str:
        """The last id in the address."""
        return _ID.findall(self.path)[-1]

    async def check(self, name: str) -> None:
        """axe finds nothing, nothing is wider than the screen, no console error, no request to elsewhere."""
        await self.page.wait_for_load_state()
        page = self.page if self.scripts else await self._as_shown()
        await page.evaluate(AXE)
        for width in WIDTHS if self.scripts else WIDTHS[1:]:
            await page.set_viewport_size({"width": width, "height": 900})
            # The menu folds up a moment after the window has become narrower.
            await eventually(lambda: fits(page), within=5, what=f"{name} fits into {width}")
            found = await axe(page)
            assert found == [], f"{name} at {width}: {found}"
            if self.scripts:
                await keep_picture(page, f"{name}-{width}")
        await page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        assert (self.outside, self.complaints) == ([], []), name

    async def _as_shown(self) -> Page:
        """The page as it is without scripts, in a browser where axe itself can run: the same document, our scripts kept out."""
        if self.mirror is None:
            context = await self.browser.new_context()
            self.mirror = await context.new_page()
        document = await self.page.content()
        await self.mirror.unroute_all()
        await self.mirror.route("**/*.js*", lambda route: route.abort())
        await self.mirror.route(self.page.url, lambda route: route.fulfill(body=document, content_type="text/html"))
        await self.mirror.goto(self.page.url)
        return self.mirror

    def _at_portal(self) -> bool:
        return self.page.url.startswith(self.portal)

    def _saw(self, url: str) -> None:
        if self._at_portal() and not url.startswith((self.portal, "http://127.0.0.1")):
            self.outside.append(url)

    def _heard(self, kind: str, said: str) -> None:
        # That a page answers 403, 404 or 422 is said on the page; the browser says it too.
        if kind == "error" and self._at_portal() and "the server responded with a status of" not in said:
            self.complaints.append(said)


async def keep_picture(page: Page, name: str) -> None:
    if SCREENSHOTS:
        await page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


async def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways; not yet, while the next page is on its way."""
    return await page.evaluate(
        "document.documentElement !== null && document.documentElement.scrollWidth <= innerWidth"
    )


async def axe(page: Page) -> list[Any]:
    """What axe, which is on the page, finds there: rule, what it asks, where."""
    # Told so, axe does not write down each element where a rule holds, which takes longer than looking.
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [(rule["id"], rule["help"], [node["html"] for node in rule["nodes"]]) for rule in found]
