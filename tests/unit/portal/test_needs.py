"""What somebody needs, how they are reached, what was written: read from forms and put into words."""

from datetime import UTC, datetime

from services.kit.testing import ProjectionCase
from services.portal.details import Details
from services.portal.names import Names, Shown
from services.portal.readmodels.referrals_made import REFERRALS_MADE, Made, MadeRow
from services.portal.web.forms import Form
from services.portal.web.needs_form import REMOVABLE, read_changes, read_needs, shown_as
from services.portal.web.presenters.needs import arrangements, written
from services.portal.web.presenters.referrals_made import made_cells, made_lines, outcome_of, standing_of
from services.portal.web.words import word
from services.portal.written import Note, Notes
from services.referral.domain.details import REMOVABLE as OF_THE_OWNER
from tests.unit.portal import scenarios as given
from tests.unit.portal.test_presenters import TODAY

KNOWN = {
    "revision": 3,
    "full_name": "Amara Nwosu",
    "birth_date": "1994-03-27",
    "nhs_number": "9990000042",
    "telephone": "01632 960001",
    "email": None,
    "postcode": "ZZ99 3WZ",
    "postal_address": "1 High Street\nNorthtown",
    "contact_preference": "9",
    "access_needs": ["easy_read", "step_free"],
    "access_note": "Ring twice.",
    "preferred_language": "ig",
    "interpreter_required": True,
    "ethnic_category": "N",
    "perinatal_stage": "antenatal",
    "practice_ods_code": None,
    "estimated_delivery_date": "2026-09-01",
    "infant_birth_date": None,
}


def test_what_is_left_empty_is_not_sent() -> None:
    assert read_needs(Form()) == {}
    assert read_changes(Form(), given.a_network()) == {}


def test_a_page_that_is_sent_as_it_was_shown_tells_what_was_known() -> None:
    form = Form(values=shown_as(Details(known=KNOWN)))
    told = read_changes(form, given.a_network())
    assert form.valid
    assert told == {name: value for name, value in KNOWN.items() if name != "revision" and value is not None}


def test_something_is_taken_away_by_its_name() -> None:
    form = Form(values={"remove-telephone": "yes", "remove-access_needs": "yes", "remove-full_name": "yes"})
    assert read_changes(form, given.a_network()) == {"remove": ["telephone", "access_needs"]}
    assert set(REMOVABLE) <= OF_THE_OWNER


def test_needs_are_in_words_and_the_way_somebody_prefers_comes_first() -> None:
    said = arrangements(Details(known=KNOWN))
    assert said.needs == ["Easy read, with pictures", "A way in without steps"]
    assert said.note == "Ring twice."
    assert [(fact.label, fact.words) for fact in said.reach] == [
        ("They prefer", "By text message"),
        ("Telephone", "01632 960001"),
        ("Address", "1 High Street\nNorthtown, ZZ99 3WZ"),
    ]


def test_a_page_says_when_it_could_not_ask() -> None:
    assert arrangements(Details(shown=Shown.NOT_NOW)).known is False
    nothing = arrangements(Details())
    assert (nothing.known, nothing.needs, nothing.note, nothing.reach) == (True, [], None, [])


def test_notes_say_what_they_were_written_on_when_and_by_whom() -> None:
    at = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    notes = (
        Note(about="referral-triaged", words="Ring today.", written_at=at, written_by="a.clinician"),
        Note(about="referral-received", words="I cannot sleep.", written_at=at, written_by=None),
        Note(about="flag-reviewed", words="Spoke with her.", written_at=None, written_by=None),
    )
    said = written(Notes(notes=notes))
    assert said.whole
    assert [(line.about, line.said) for line in said.lines] == [
        ("At triage", "4 May 2026 at 10:30am, by a.clinician"),
        ("When the referral came", "4 May 2026 at 10:30am, by the family"),
        ("When a risk flag was reviewed", ""),
    ]
    assert not written(Notes(shown=Shown.NOT_NOW)).whole


def test_who_sent_a_referral_is_kept_only_where_somebody_signed_in() -> None:
    heard = given.heard(given.received(referred_by="a.midwife"), f"referral-{given.REFERRAL}", 1)
    ProjectionCase(REFERRALS_MADE).given(heard).then(
        MadeRow(
            referral_id=given.REFERRAL,
            person_id=given.PERSON,
            referred_by="a.midwife",
            received_at=given.RECEIVED,
        )
    )
    ProjectionCase(REFERRALS_MADE).given(given.heard(given.received(), f"referral-{given.REFERRAL}", 1)).then()


def test_whoever_referred_reads_in_plain_words_what_became_of_it() -> None:
    arrived = Made(referral=given.a_referral(), wait=given.a_wait())
    seen = Made(
        referral=given.a_referral(status="accepted"), wait=given.a_wait(parts_met={"first_contact": given.ACCEPTED})
    )
    gone = Made(
        referral=given.a_referral(status="redirected", redirected_to="family_hub", ended_at=given.ACCEPTED), wait=None
    )
    lines = made_lines([arrived, seen, gone], Names())
    assert [line.tag.words for line in lines] == ["Arrived", "Care has begun", "Sent on"]
    assert lines[2].words.endswith(f"{word('redirected_to', 'family_hub')}.")
    assert lines[1].since == "6 May 2026"
    assert made_cells(seen)[3:] == ["seen", given.ACCEPTED.date(), given.DUE]


def test_whoever_referred_reads_nothing_clinical() -> None:
    row = given.a_referral(
        status="triaged", triaged_at=given.TRIAGED, clinical_response_priority="1", primary_reason="15"
    )
    said = " ".join(f"{fact.label} {fact.words}" for fact in outcome_of(row, given.a_wait(), TODAY))
    assert "A clinician has read it" in said
    assert "1 June 2026 (7 days left)" in said
    assert not [clinical for clinical in ("Emergency", "Self-harm", given.PERSON) if clinical in said]


def test_a_referral_that_ended_is_not_under_way_any_more() -> None:
    wait = given.a_wait(parts_met={"first_contact": given.ACCEPTED}, clock_stopped_at=given.ACCEPTED)
    assert standing_of(given.a_referral(status="closed"), wait) == "closed"
    labels = [fact.label for fact in outcome_of(given.a_referral(status="accepted"), wait, TODAY)]
    assert "Care should begin by" not in labels
