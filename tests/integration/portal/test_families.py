"""The pages for families, over HTTP and without signing in, while the services they would call are down."""

import httpx2
import pytest

from services.portal.web.app import FOR_FAMILIES
from tests.integration.portal.conftest import Portal, unseen
from tests.integration.portal.family import OTHER, a_family
from tests.unit.portal import scheduling_scenarios as given
from tests.unit.portal.scenarios import PCN, PERSON, an_id, configured, heard

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("account")]

SOON, PLACE = an_id("a session to come"), an_id("a place to come")
STREAM = f"session-{SOON}"
REQUEST = {
    "asking_for": "B1",
    "full_name": "<b>Gita</b>",
    "email": "gita@example.org",
    "preferred_language": "en",
    "interpreter_required": "no",
}


@pytest.fixture(scope="module", autouse=True)
async def known(portal: Portal) -> None:
    await a_family(portal)
    ahead = {"starts_at": given.STARTS.replace(year=2090), "ends_at": given.ENDS.replace(year=2090)}
    await portal.hear(
        heard(given.scheduled(group_session_id=SOON, **ahead), STREAM, 1),
        heard(given.place_booked(group_session_id=SOON, place_id=PLACE), STREAM, 2),
    )


async def fields(portal: Portal, path: str) -> dict[str, str]:
    """What the page's form carries; the client keeps the cookie."""
    return unseen((await portal.client.get(path)).text)


def leads_families_on(page: str, path: str) -> None:
    """Also where something went wrong: back to their own pages, and to help; not to where staff sign in."""
    assert f'<a href="{path}">Go back to help for families</a>' in page
    assert 'href="tel:999"' in page
    assert "Go to the home page" not in page


async def test_anybody_may_look_and_nothing_says_who_comes(portal: Portal) -> None:
    for path in (f"/join/{PCN}", f"/join/{PCN}/sessions/{SOON}", f"/join/{PCN}/places/{PLACE}", f"/help/{PCN}"):
        response = await portal.client.get(path)
        assert response.status_code == 200, path
        assert "If you need help now" in response.text
        assert response.text.index('href="tel:999"') < response.text.index("<h1")
        assert 'href="sms:85258"' in response.text
        asks = "<form" in response.text and "/places/" not in path
        assert ("What happens with what you tell us" in response.text) is asks
        assert ('autocomplete="tel"' in response.text) is asks
        assert PERSON not in response.text
    assert f"/sessions/{SOON}" in (await portal.client.get(f"/join/{PCN}")).text


async def test_a_network_nobody_brought_on_and_things_of_another_are_not_found(portal: Portal) -> None:
    await portal.hear(heard(configured(pcn_ods_code=OTHER, name="Southfield PCN"), f"pcn-{OTHER}", 1, tenant=OTHER))
    for path in (
        "/join/U00001",
        "/help/U00001",
        "/join/nowhere",
        f"/join/{OTHER}/sessions/{SOON}",
        f"/join/{OTHER}/places/{PLACE}",
        f"/join/{PCN}/places/not-an-id",
        f"/join/{PCN}/sessions/{given.SESSION}",
    ):
        missing = await portal.client.get(path)
        assert missing.status_code == 404, path
        assert "another network" not in missing.text or path == "/join/nowhere"


async def test_what_cannot_be_saved_now_is_kept_and_escaped(portal: Portal) -> None:
    hidden = await fields(portal, f"/help/{PCN}")
    response = await portal.client.post(f"/help/{PCN}", data={**hidden, **REQUEST})
    assert response.status_code == 422
    assert "Nothing you" in response.text
    assert "&lt;b&gt;Gita&lt;/b&gt;" in response.text
    assert f'name="command_id" value="{hidden["command_id"]}"' in response.text


async def test_a_form_of_another_page_is_shown_again_with_a_word(portal: Portal) -> None:
    response = await portal.client.post(f"/help/{PCN}", data={**REQUEST, "csrf": "guessed"})
    assert response.status_code == 422
    assert "This page was open for a long time." in response.text
    assert "gita@example.org" in response.text


async def test_a_program_that_fills_in_everything_gets_nowhere_and_a_person_is_told(portal: Portal) -> None:
    hidden = await fields(portal, f"/help/{PCN}")
    response = await portal.client.post(f"/help/{PCN}", data={**hidden, **REQUEST, "website": "http://example.org"})
    assert response.status_code == 422
    assert "Leave this box empty, then send again" in response.text


async def test_a_form_may_not_be_long(portal: Portal) -> None:
    hidden = await fields(portal, f"/help/{PCN}")
    response = await portal.client.post(f"/help/{PCN}", data={**hidden, **REQUEST, "words": "x" * 50_000})
    assert response.status_code == 413
    leads_families_on(response.text, f"/help/{PCN}")


async def test_many_forms_of_one_address_have_to_wait(portal: Portal) -> None:
    elsewhere = httpx2.ASGITransport(portal.app, client=("192.0.2.1", 443))
    async with httpx2.AsyncClient(transport=elsewhere, base_url="http://portal") as busy:
        page = await busy.get(f"/help/{PCN}")
        hidden = {**unseen(page.text), "words": "Nobody sleeps here."}
        said = [await busy.post(f"/help/{PCN}", data=hidden) for _ in range(31)]
    assert "Please send it again in ten minutes." not in said[0].text
    assert "Please send it again in ten minutes." in said[-1].text
    assert "too-many-forms" in said[-1].text
    assert "Nobody sleeps here.</textarea>" in said[-1].text
    assert "too-many-forms" not in (await portal.client.post(f"/help/{PCN}", data=hidden)).text


async def test_a_page_of_staff_that_is_not_there_says_nothing_of_families(portal: Portal) -> None:
    assert "families" not in (await portal.client.get("/pcns/nowhere")).text


def test_every_open_page_is_among_those_for_families() -> None:
    paths = [route.path for router in FOR_FAMILIES for route in router.routes]
    assert all(path.startswith(("/join/{pcn}", "/help/{pcn}")) for path in paths)
