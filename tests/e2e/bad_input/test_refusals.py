"""What cannot be is refused by name, in a sentence, beside its field; what was entered is kept, and nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

import httpx2
import pytest

from tests.e2e.bad_input.conftest import PCN, Platform
from tests.e2e.bad_input.forms_found import plausible, read_page, today

NO_SUCH_DAY = {"birth_date-day": "30", "birth_date-month": "2", "birth_date-year": "1990"}
SESSION, REFER, PLACE = f"/pcns/{PCN}/sessions/new", f"/pcns/{PCN}/refer", f"/pcns/{PCN}/sessions/{{}}/places/new"
DETAILS = f"/pcns/{PCN}/people/{{}}/details"
OUTCOME, MEASURE = f"/pcns/{PCN}/appointments/{{}}/outcome", f"/pcns/{PCN}/people/{{}}/measures/new"
ACCEPT = f"/pcns/{PCN}/triage/{{}}/accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """One thing that cannot be. `anchor`: the box the summary leads to."""

    address: str
    changes: Mapping[str, str]
    slug: str
    said: str
    anchor: str | None = None


CASES = {
    "a wrong check digit": Impossible(
        address=REFER,
        changes={"nhs_number_known": "yes", "nhs_number": "9990000019"},
        slug="nhs-number-invalid",
        said="NHS number",
        anchor="nhs_number",
    ),
    "a day that is none": Impossible(
        address=REFER,
        changes=NO_SUCH_DAY,
        slug="answer-not-usable",
        said="Date of birth must be a real date, like 27 3 2026",
        anchor="birth_date-day",
    ),
    "a practice of another network": Impossible(
        address=REFER,
        changes={"practice_ods_code": "Y12031"},
        slug="answer-not-usable",
        said="Choose a GP practice",
        anchor="practice_ods_code",
    ),
    "an end before the start": Impossible(
        address=SESSION,
        changes={"starts": "18:00", "ends": "17:00"},
        slug="ends-before-start",
        said="The end has to be after the start.",
        anchor="ends",
    ),
    "a session for nobody": Impossible(
        address=SESSION,
        changes={"capacity": "0"},
        slug="answer-not-usable",
        said="How many people there is room for must be a whole number from 1 to 999",
        anchor="capacity",
    ),
    "a place for nobody": Impossible(
        address=PLACE,
        changes={"party_size": "0"},
        slug="answer-not-usable",
        said="must be a whole number from 1 to",
        anchor="party_size",
    ),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_what_cannot_be_is_refused_beside_its_field(platform: Platform, case: Impossible) -> None:
    by, form = await platform.still_asked(case.address)
    before = await platform.stored()
    sent = {**plausible(form, today()), **case.changes}
    response = await by.send(form.action, sent)
    is_refused(response, case.slug, case.said)
    page = read_page(form.action, response.text)
    assert case.anchor in page.anchors
    assert case.anchor in page.ids
    [again] = [each for each in page.forms if each.action == form.action]
    assert {name: again.fields[name].value for name in case.changes if again.fields[name].typed} == {
        name: value for name, value in case.changes.items() if again.fields[name].typed
    }
    assert await platform.stored() == before


def is_refused(response: httpx2.Response, slug: str, said: str) -> None:
    assert response.status_code == 422
    assert read_page("", response.text).slugs == slug
    assert said in response.text


@pytest.mark.timeout(300)
async def test_the_outcome_of_what_was_cancelled_is_refused(platform: Platform) -> None:
    by, form = await platform.still_asked(OUTCOME)
    cancelled = form.action.replace(form.ids()[-1], platform.seeded.ids["cancelled"][0])
    is_refused(await by.send(cancelled, plausible(form, today())), "appointment-cancelled", "cancelled")


@pytest.mark.timeout(300)
async def test_a_questionnaire_of_somebody_nobody_knows_is_refused(platform: Platform) -> None:
    by, form = await platform.still_asked(MEASURE)
    before = await platform.stored()
    response = await by.send(form.action.replace(form.ids()[-1], str(uuid4())), plausible(form, today()))
    assert response.status_code in (404, 422)
    assert "unknown" in (read_page("", response.text).slugs or "") or "<code>not-found</code>" in response.text
    assert await platform.stored() == before


@pytest.mark.timeout(300)
async def test_a_page_that_was_overtaken_says_so(platform: Platform) -> None:
    """Two people have the same referral open; the second decides about what is decided already."""
    by, form = await platform.still_asked(ACCEPT)
    values = plausible(form, today())
    assert (await by.send(form.action, values)).status_code == 303
    before = await platform.stored()
    response = await by.send(form.action, {**values, "care_strand": "wider_family"})
    is_refused(response, "referral-already-accepted", "This referral was already accepted.")
    assert await platform.stored() == before


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("revision", "slug", "said"),
    [("99", "details-moved-on", "changed these details meanwhile"), ("1x", "answer-not-usable", "open it again")],
)
async def test_a_change_made_with_another_revision_is_not_saved(
    platform: Platform, revision: str, slug: str, said: str
) -> None:
    by, form = await platform.still_asked(DETAILS)
    before = await platform.stored()
    is_refused(await by.send(form.action, {**plausible(form, today()), "revision": revision}), slug, said)
    assert await platform.stored() == before


@pytest.mark.timeout(300)
async def test_who_was_signed_out_meanwhile_is_told_that_nothing_was_saved(platform: Platform) -> None:
    by, form = await platform.still_asked(SESSION)
    gone = replace(by, session=None)
    before = await platform.stored()
    response = await gone.send(form.action, plausible(form, today()))
    assert response.status_code == 401
    assert "<code>not-signed-in</code>" in response.text
    assert "was not saved" in response.text
    assert await platform.stored() == before


@pytest.mark.timeout(300)
async def test_ten_megabytes_in_a_text_are_refused(platform: Platform) -> None:
    by, form = await platform.still_asked(SESSION)
    before = await platform.stored()
    response = await by.send(form.action, {**plausible(form, today()), "ends": "n" * 10_000_000})
    assert response.status_code == 413
    assert "<code>too-large</code>" in response.text
    assert "too long to be saved" in response.text
    assert await platform.stored() == before
