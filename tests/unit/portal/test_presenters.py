"""From rows to words."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.portal.names import Identity, Names, Shown
from services.portal.owners import Condition
from services.portal.readmodels.places import PlaceRow
from services.portal.readmodels.waits import WaitRow
from services.portal.report.evaluation import evaluation_of
from services.portal.report.figures import measures, reach
from services.portal.web.moments import day_in_words, days_in_words, moment_in_words
from services.portal.web.notices import notice_of
from services.portal.web.presenters.clock import Tag, clock
from services.portal.web.presenters.evaluation import report_words
from services.portal.web.presenters.measures import courses, flag_words, result
from services.portal.web.presenters.operations import Told, operations
from services.portal.web.presenters.paging import Paging
from services.portal.web.presenters.people import facts, needs, who
from services.portal.web.presenters.referrals import lines, progress, triage_cells
from services.portal.web.presenters.timeline import of_place
from tests.unit.portal import scenarios as given

TODAY = date(2026, 5, 25)
AMARA = Identity(full_name="Amara Nwosu", nhs_number="9990000042", birth_date="1994-03-27")


def test_times_are_those_of_england() -> None:
    moment = datetime(2026, 6, 30, 23, 5, tzinfo=UTC)
    assert day_in_words(moment) == "1 July 2026"
    assert moment_in_words(moment) == "1 July 2026 at 12:05am"
    assert moment_in_words(datetime(2026, 1, 9, 13, 0, tzinfo=UTC)) == "9 January 2026 at 1:00pm"
    assert (days_in_words(1), days_in_words(2)) == ("1 day", "2 days")


def test_a_person_is_named_with_number_and_birth_date() -> None:
    amara = who(Names(people={given.PERSON: AMARA}), given.PERSON)
    assert amara.name == "Amara Nwosu"
    assert amara.details == "NHS number 999 000 0042, born 27 March 1994"


def test_somebody_without_a_number_is_still_told_apart() -> None:
    identity = Identity(full_name="Amara Nwosu", birth_date="1994-03-27", external_reference="K7")
    assert who(Names(people={given.PERSON: identity}), given.PERSON).details == "Born 27 March 1994, reference K7"


def test_without_names_a_person_is_shown_by_id() -> None:
    shown = who(Names(shown=Shown.NOT_NOW), given.PERSON)
    assert shown.name == f"Person {given.PERSON[:8]}"
    assert shown.details == ""


def test_an_interpreter_is_asked_for_by_language() -> None:
    assert needs(given.a_person()) == "Interpreter needed: Bengali"
    assert needs(given.a_person(interpreter_required=False)) is None


def test_facts_are_in_words() -> None:
    said = {fact.label: fact.words for fact in facts(given.a_person(), given.a_network())}
    assert said["Practice"] == "The Grove Surgery"
    assert said["Stage"] == "After birth, up to the first birthday"
    assert {fact.label: fact.words for fact in facts(given.a_person(), None)}["Practice"] == "X00001"


@pytest.mark.parametrize(
    ("due", "tag"),
    [
        (date(2026, 6, 2), Tag("8 days left", "green")),
        (date(2026, 5, 26), Tag("1 day left", "orange")),
        (TODAY, Tag("Due today", "orange")),
        (date(2026, 5, 24), Tag("1 day past", "red")),
        (None, Tag("No date yet", "grey")),
    ],
)
def test_the_clock_says_how_it_stands_today(due: date | None, tag: Tag) -> None:
    assert clock(due, TODAY) == tag


def test_a_line_of_a_list_has_what_is_needed_to_decide() -> None:
    [line] = lines(
        [given.a_referral(clinical_response_priority="2", status="triaged")],
        Names(people={given.PERSON: AMARA}),
        {given.PERSON: given.a_person()},
        {given.PERSON},
        TODAY,
        waits=[given.a_wait()],
    )
    assert (line.who.name, line.source, line.reason) == ("Amara Nwosu", "Maternity service", "Perinatal mental health")
    assert (line.status.words, line.priority and line.priority.words) == ("To accept", "Urgent")
    assert (line.needs, line.flagged, line.clock.words) == ("Interpreter needed: Bengali", True, "7 days left")


def test_progress_says_nothing_about_who_it_is_for() -> None:
    row = given.a_referral(status="triaged", triaged_at=given.TRIAGED, clinical_response_priority="3")
    said = " ".join(fact.words for fact in progress(row, None, TODAY))
    assert "Routine" in said
    assert given.PERSON not in said


def waiting_said(wait: WaitRow | None) -> tuple[str, str]:
    last = progress(given.a_referral(), wait, TODAY)[-1]
    return last.label, last.words


def test_days_are_left_only_while_the_clock_runs() -> None:
    assert waiting_said(None) == ("Care should begin by", "No date yet")
    assert waiting_said(given.a_wait()) == ("Care should begin by", "1 June 2026 (7 days left)")
    later = given.a_wait(due_on=date(2026, 6, 5))
    assert waiting_said(later) == ("Care should begin by", "5 June 2026 (11 days left)")


@pytest.mark.parametrize(
    ("why", "words"), [("complete", "care has begun"), ("redirected", "the family was sent on to another service")]
)
def test_a_clock_that_stopped_says_when_and_why(why: str, words: str) -> None:
    wait = given.a_wait(clock_stopped_at=given.ACCEPTED, days=2, why=why)
    assert waiting_said(wait) == ("Waiting ended", f"6 May 2026: {words}")
    [line] = lines([given.a_referral()], Names(), {}, set(), TODAY, waits=[wait])
    assert (line.clock.words, line.over) == ("Stopped after 2 days", f"6 May 2026: {words}")


def test_a_referral_whose_clock_has_not_arrived_has_no_date_of_its_own() -> None:
    [line] = lines([given.a_referral()], Names(), {}, set(), TODAY)
    assert (line.due, line.clock.words, line.over) == ("", "No date yet", None)


def test_a_clock_that_was_revised_is_the_only_one_that_says_when() -> None:
    later = given.a_wait(due_on=date(2026, 6, 5))
    [line] = lines([given.a_referral()], Names(), {}, set(), TODAY, waits=[later])
    assert (line.due, line.clock.words) == ("5 Jun 2026", "11 days left")
    assert triage_cells(given.a_referral(), later)[-1] == date(2026, 6, 5)


def test_measures_are_shown_newest_first_with_a_trend() -> None:
    rows = [
        given.a_measure(measure_id="a", completed_on=date(2026, 3, 2), scores={"total": 16.0}),
        given.a_measure(measure_id="b", completed_on=date(2026, 5, 2), scores={"total": 9.0}),
    ]
    [epds] = courses(rows, [given.a_flag(measure_id="a")])
    assert [row.measure_id for row in epds.rows] == ["b", "a"]
    assert [row.flagged for row in epds.rows] == [False, True]
    assert epds.rows[1].values[0].reached == "at or above 13: probable depression"
    assert len(epds.charts) == 1


def test_one_score_is_no_trend() -> None:
    [epds] = courses([given.a_measure()], [])
    assert epds.charts == []


def test_a_questionnaire_without_a_score_says_so() -> None:
    shown = result(given.a_measure(scores={"total": None}, items_answered=9, complete=False), [])
    assert shown.scores[0].words == "No score: too few questions were answered"
    assert shown.answered == "9 questions answered"


def test_a_flag_is_named_by_question_and_day() -> None:
    [flag] = flag_words([given.a_flag()], [given.a_measure()])
    assert flag.words == "EPDS question 10, completed 19 May 2026"


def test_a_corrected_questionnaire_shows_what_it_replaced() -> None:
    row = given.a_measure(scores={"total": 9.0}, replaced=[{"scores": {"total": 14.0}}])
    assert result(row, []).replaced == ["Total 14"]


def test_a_long_list_is_shown_in_pages() -> None:
    paging = Paging(path="/pcns/U99999/triage", filters={"status": "received", "priority": ""}, number=2, total=61)
    assert paging.said == "Showing 26 to 50 of 61"
    assert paging.pagination is not None
    assert [item["number"] for item in paging.pagination["items"]] == [1, 2, 3]
    assert paging.pagination["next"] == {"href": "/pcns/U99999/triage?status=received&page=3"}


def test_pages_left_out_are_marked() -> None:
    paging = replace(Paging(path="/x", filters={}, number=5, total=250), number=5)
    assert paging.pagination is not None
    assert [item.get("ellipsis", item["number"]) for item in paging.pagination["items"]] == [1, True, 4, 5, 6, True, 10]


def test_a_short_list_has_no_pages() -> None:
    paging = Paging(path="/x", filters={}, number=1, total=25)
    assert (paging.pagination, paging.said) == (None, "25 in all")


def test_the_report_is_in_words() -> None:
    readings = [
        given.a_reading("a", date(2026, 3, 2), 16),
        given.a_reading("a", date(2026, 5, 2), 9),
        given.a_reading("b", date(2026, 3, 3), 12),
        given.a_reading("b", date(2026, 5, 3), 10),
    ]
    nothing = evaluation_of(given.PCN, [], date(2026, 1, 1), date(2026, 5, 31), given.CORRECTED)
    reached = reach([given.a_request()], given.CORRECTED)
    evaluation = replace(nothing, reach=reached, measures=measures(readings), questionnaires=4, risk_flags=1)
    said = report_words(evaluation)
    assert said.period == "1 January 2026 to 31 May 2026"
    assert [(each.words, each.label) for each in said.firsts[0].at_or_above] == [
        ("2 of 2 (100%)", "at 10 or more"),
        ("2 of 2 (100%)", "at 11 or more"),
        ("1 of 2 (50%)", "at 13 or more"),
    ]
    improved, *others = [each.words for each in said.changes[0].reliable]
    assert improved == "1 of 2 (50%), 95% interval 9% to 91%"
    assert others == ["1 of 2 (50%)", "0 of 2 (0%)"]
    assert (said.changes[0].change, said.changes[0].direction) == ("\N{MINUS SIGN}4.50", "May be no change")


@pytest.mark.parametrize(
    ("lasts", "said"),
    [((6, 5, 4), "Better"), ((26, 25, 24), "Worse"), ((9, 20, 16), "May be no change"), ((6,), "–")],
)
def test_a_change_is_called_better_only_where_chance_is_unlikely(lasts: tuple[int, ...], said: str) -> None:
    readings = [
        given.a_reading(f"person {number}", day, value)
        for number, last in enumerate(lasts)
        for day, value in ((date(2026, 3, 2), 16), (date(2026, 5, 2), last))
    ]
    nothing = evaluation_of(given.PCN, [], date(2026, 1, 1), date(2026, 5, 31), given.CORRECTED)
    assert report_words(replace(nothing, measures=measures(readings))).changes[0].direction == said


def test_one_is_said_as_one() -> None:
    place = PlaceRow(
        place_id="p", group_session_id="s", party_size=1, booked_at=given.RECEIVED, recorded_at=given.RECORDED
    )
    assert [entry.detail for entry in of_place(place, {})] == ["1 person"]
    assert result(given.a_measure(infant_age_weeks=1, gestation_weeks=None), []).weeks == "baby 1 week"
    assert result(given.a_measure(infant_age_weeks=None, gestation_weeks=1.0), []).weeks == "1 week pregnant"
    metrics = 'perinatal_parked_records{consumer="portal"} 1\nperinatal_relay_lag_events 1\n'
    up = Condition(healthy=True, checks={}, metrics=metrics)
    said = [tag.words for tag in operations([Told(service="referral", condition=up)]).summary]
    assert said == ["Every service is up", "1 event is parked", "1 event is still on the way"]


def test_only_notices_we_gave_out_are_shown() -> None:
    assert notice_of("referral-received") == "The referral has been received."
    assert notice_of("referral-received-soon") == "Saved. This page will show it shortly: reload it in a moment."
    assert notice_of("<script>") is None
    assert notice_of(None) is None
