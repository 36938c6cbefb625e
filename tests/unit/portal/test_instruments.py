"""What pages and reports say of instruments and codes agrees with the services that own them."""

from pathlib import Path

import pytest
import yaml

from services.portal.report.instruments import instrument, instruments
from services.portal.web.words import choices, word, word_lists

SERVICES = Path(__file__).parents[3] / "services"
OWNED = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (SERVICES / "outcomes/instruments").glob("*.yaml")
}
CODES = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))["codes"]
    for service in ("referral", "outcomes")
    for path in (SERVICES / service / "codes").glob("*.yaml")
}
DIRECTIONS = {"lower": "lower-is-better", "higher": "higher-is-better"}


@pytest.mark.parametrize("code", sorted(OWNED))
def test_every_instrument_is_described_as_its_owner_has_it(code: str) -> None:
    owned = {score["name"]: score for score in OWNED[code]["scores"]}
    described = instruments()[code].scores
    assert described.keys() == owned.keys()
    for name, score in described.items():
        assert (score.minimum, score.maximum) == (owned[name]["minimum"], owned[name]["maximum"])
        assert DIRECTIONS[score.better] == owned[name]["direction"]


@pytest.mark.parametrize("code", sorted(OWNED))
def test_cut_offs_are_those_of_the_owner(code: str) -> None:
    for score in OWNED[code]["scores"]:
        published = {each["at_least"] for each in [*score["thresholds"], *score["bands"]]}
        described = instruments()[code].scores[score["name"]]
        assert {cut.at for cut in described.cut_offs} <= published
        assert set(described.count_at) <= published


def test_an_instrument_nobody_described_is_shown_by_its_code() -> None:
    assert instrument("new1").short == "new1"
    assert instrument("new1").score("sub_scale").label == "Sub scale"


@pytest.mark.parametrize("name", sorted(word_lists().keys() & CODES.keys()))
def test_every_code_of_the_owner_has_words(name: str) -> None:
    assert word_lists()[name].keys() == {code["code"] for code in CODES[name]}


@pytest.mark.parametrize("name", sorted(word_lists().keys() & CODES.keys()))
def test_no_form_offers_a_code_its_owner_is_not_sure_of(name: str) -> None:
    # Our own words for professions are offered: the standard's list has not been read at its source yet.
    unsure = {code["code"] for code in CODES[name] if not code["verified"]}
    if name != "referring_professional_type":
        assert not {choice.code for choice in choices(name)} & unsure


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert word("care_strand", "new_strand") == "new_strand"
    assert word("care_strand", None) == "Not known"
