"""Every page under any address: none crashes, and what is not one's own is not even said to be there."""

import re
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from services.kit.errors import Kind
from services.portal.session import Session
from services.portal.web.app import FOR_FAMILIES, ROUTERS
from services.portal.web.presenters.paging import NoSuchPage
from tests.integration.portal.conftest import Portal
from tests.integration.portal.family import IDS, OTHER, OWN, a_family, addresses
from tests.unit.portal import scenarios as given
from tests.unit.portal.training_scenarios import CONSULTATION

pytestmark = pytest.mark.postgres

MARKUP = "<script>alert('hit')</script>'\"{{7*7}}"
UNHEARD_OF = "U99997"
DAYS = [f"{name}-{part}" for name in ("on", "from", "to", "as_at") for part in ("day", "month", "year")]
QUERIES = {
    "page before the first": {"page": "-1"},
    "page beyond all numbers": {"page": "1000000000000"},
    "page that is no number": {"page": "one"},
    "page beyond the last": {"page": "9999"},
    "an order": {"page": "1", "order": ";drop table events", "sort": "1;--"},
    "markup": dict.fromkeys(
        ("status", "when", "about", "kind", "practice", "service", "saved", "names", "to", "person", "figure"), MARKUP
    ),
    "NUL": dict.fromkeys(("status", "part", "clinician", "source", "priority", "about", "practice"), "\x00"),
    "long": dict.fromkeys(("clinician", "strand", "status", "to", "state", "on"), "n" * 5_000),
    "no such day": {"on": "2026-02-30", "view": "decade", "from": "2026-02-30", "to": "0000-00-00", "as_at": "soon"},
    "no such day in boxes": dict.fromkeys(DAYS, "30"),
    "a day of many digits": dict.fromkeys(DAYS, "9" * 5_000),
    "the last day": {name: {"day": "31", "month": "12", "year": "9999"}[name.rpartition("-")[2]] for name in DAYS}
    | {"on": "9999-12-31", "from": "9999-12-31", "to": "9999-12-31", "as_at": "9999-12-31T23:59:59+14:00"},
    "the first day": {name: {"day": "1", "month": "1", "year": "1"}[name.rpartition("-")[2]] for name in DAYS}
    | {"on": "0001-01-01", "from": "0001-01-01", "to": "9999-12-31", "as_at": "0001-01-01T00:00:00-14:00"},
    "ids of nobody": dict.fromkeys(("person", "referral", "after"), str(uuid4())),
    "ids that are none": dict.fromkeys(("person", "referral", "after", "instrument"), "../../etc/passwd"),
}
ANY_ID = re.compile(r"[0-9a-f]{8}((-[0-9a-f]{4}){3}-[0-9a-f]{12})?")
FIGURE = {"figure": "referrals_received"}


@pytest.fixture(scope="module", autouse=True)
async def known(portal: Portal) -> None:
    await a_family(portal)


def pages(network: str = given.PCN, method: str = "GET") -> list[str]:
    """The address of every page, filled in with what is there."""
    return addresses((route for router in (*ROUTERS, *FOR_FAMILIES) for route in router.routes), method, network)


@pytest.fixture(scope="module")
def session(portal: Portal) -> Session:
    return portal.session("clinician", given.PCN)


@pytest.mark.parametrize("hostile", QUERIES.values(), ids=QUERIES)
async def test_no_page_trips_over_what_is_asked(portal: Portal, session: Session, hostile: dict[str, str]) -> None:
    for path in pages():
        response = await portal.browse(session, f"{path}?{urlencode({**FIGURE, **hostile})}")
        # The services are down here, which is what a page says that can do nothing without them.
        assert response.status_code < 500 or response.status_code == 503, path
        assert "Traceback" not in response.text
        assert "<script>alert" not in response.text, path
        if response.status_code >= 400:
            assert "<h1" in response.text, path


@pytest.mark.parametrize("path", ["/triage", "/waiting", "/everybody", "/sessions", "/diary", "/referrals"])
async def test_a_page_beyond_the_last_is_said_not_to_be_there(portal: Portal, session: Session, path: str) -> None:
    response = await portal.browse(session, f"{OWN}{path}?page=9999")
    assert response.status_code == 404
    assert "There is no such page here." in response.text
    assert (NoSuchPage.slug, NoSuchPage.kind) == ("page-not-there", Kind.NOT_FOUND)


async def test_another_network_and_one_nobody_has_heard_of_look_alike(portal: Portal, session: Session) -> None:
    """Somebody who types in codes does not learn which networks there are."""
    theirs = [await portal.browse(session, path) for path in pages(OTHER) if "/pcns/" in path]
    nobodys = [await portal.browse(session, path) for path in pages(UNHEARD_OF) if "/pcns/" in path]
    assert {response.status_code for response in [*theirs, *nobodys]} == {403}
    assert [response.text for response in theirs] == [response.text for response in nobodys]


@pytest.mark.parametrize("role", ["clinician", "coordinator", "training-lead"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_is_somebody_elses_and_what_is_nobodys_look_alike(portal: Portal, role: str, method: str) -> None:
    """The ids of another network's family in one's own addresses show nothing of them, and nothing that they are there."""
    theirs = portal.session(role, OTHER)
    # Who looked for whom is told of one's own network: what this test itself opens is among it.
    paths = [path for path in pages(OTHER, method) if ANY_ID.search(path) and not path.endswith("/accesses")]
    assert len(paths) > 15
    for path in paths:
        nobodys = ANY_ID.sub(str(uuid4()), path)
        found = [await portal.browse(theirs, at, method) for at in (path, nobodys)]
        assert found[0].status_code == found[1].status_code, path
        assert ANY_ID.sub("", found[0].text) == ANY_ID.sub("", found[1].text), path


async def test_ids_of_another_network_in_a_query_show_nothing_of_them(portal: Portal) -> None:
    theirs, about = portal.session("coordinator", OTHER), (IDS["person_id"], IDS["referral_id"], CONSULTATION)
    for path in ("/refer?person={}", "/refer?after={}", "/places?person={}", "/places?referral={}"):
        nobodys = await portal.browse(theirs, f"/pcns/{OTHER}{path.format(uuid4())}")
        for each in about:
            elses = await portal.browse(theirs, f"/pcns/{OTHER}{path.format(each)}")
            assert ANY_ID.sub("", elses.text) == ANY_ID.sub("", nobodys.text), path


@pytest.mark.parametrize("pcn", ["U1", "u12001", "U12001%00", "..%2F..", "%F0%9F%91%B6", "U" * 300, "U1234\u0665"])
async def test_a_code_that_is_none_is_no_page(portal: Portal, session: Session, pcn: str) -> None:
    response = await portal.browse(session, f"/pcns/{pcn}/triage")
    assert response.status_code == 404
    assert "Page not found" in response.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
async def test_another_verb_is_no_page(portal: Portal, session: Session, method: str) -> None:
    response = await portal.client.request(method, f"{OWN}/triage", headers=portal.as_browser(session))
    assert response.status_code == 404


URLENCODED = "application/x-www-form-urlencoded"
NO_FORMS = {
    "10 MB": (b"x" * 10_000_000, URLENCODED, 413, "too-large"),
    "10 MB in a field": (b"term=" + b"x" * 10_000_000, URLENCODED, 413, "too-large"),
    "many fields": (b"&".join(b"f%d=1" % number for number in range(5_000)), URLENCODED, 400, "not-understood"),
    "JSON": (b'{"csrf": "x"}', "application/json", 403, "form-expired"),
    "half a part": (b"--x\r\nnot a part", "multipart/form-data; boundary=x", 400, "not-understood"),
    "bytes that are no text": (b"csrf=%ED%A0%80", URLENCODED, 403, "form-expired"),
    "nothing": (b"", URLENCODED, 403, "form-expired"),
}


@pytest.mark.parametrize("sent", NO_FORMS.values(), ids=NO_FORMS)
async def test_what_is_no_form_of_ours_is_refused_by_name(
    portal: Portal, session: Session, sent: tuple[bytes, str, int, str]
) -> None:
    content, kind, status, slug = sent
    headers = {**portal.as_browser(session), "content-type": kind}
    response = await portal.client.post(f"{OWN}/people", headers=headers, content=content)
    assert response.status_code == status
    assert f"<code>{slug}</code>" in response.text


async def test_half_a_surrogate_pair_is_no_token(portal: Portal, session: Session) -> None:
    """A charset of the sender's choice may bring what cannot be written as UTF-8."""
    part = b'--x\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n+2AA-\r\n--x--\r\n'
    headers = {**portal.as_browser(session), "content-type": "multipart/form-data; boundary=x; charset=utf-7"}
    response = await portal.client.post(f"{OWN}/people", headers=headers, content=part)
    assert response.status_code == 403
    assert "<code>form-expired</code>" in response.text


async def test_anothers_token_does_not_open_the_form(portal: Portal, session: Session) -> None:
    others = portal.session("clinician", given.PCN)
    response = await portal.browse(session, f"{OWN}/people", "POST", {"csrf": others.csrf})
    assert response.status_code == 403
    assert "<code>form-expired</code>" in response.text
    assert "open for too long" in response.text


@pytest.mark.parametrize("person", ["../../etc/passwd", "a\tb", "x/accesses?y="])
async def test_a_person_who_is_no_id_is_nobody(portal: Portal, session: Session, person: str) -> None:
    """It stands in a hidden field, and must not become a part of an address."""
    response = await portal.browse(session, f"{OWN}/refer", "POST", {"person_id": person})
    assert response.status_code == 422
    assert "start again from the home page" in response.text
