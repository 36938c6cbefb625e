from pathlib import Path

import pytest

from services.kit.code_lists import BrokenCodeList, UnknownCode, read_code_lists
from services.referral.coded import CODED_FIELDS
from services.referral.codes import read_codes
from services.referral.domain.nhs_number import NOT_PRESENT_TRACE_NOT_REQUIRED, PRESENT_NOT_TRACED, TRACE_REQUIRED
from services.referral.domain.referral import FROM_THE_FAMILY

LISTS = read_codes()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("source_of_referral", "A4"),
        ("primary_reason", "13"),
        ("clinical_response_priority", "4"),
        ("ethnic_category", "99"),
        ("care_strand", "wider_family"),
        ("perinatal_stage", "antenatal"),
        ("nhs_number_status", "08"),
        ("nhs_number_missing_reason", "nhs-number-not-known"),
        ("referring_professional_type", "health_visitor"),
        ("preferred_language", "no"),
        ("redirection_reason", "belongs_to_another_network"),
        ("redirected_to", "talking_therapies"),
        ("withdrawal_reason", "bereavement"),
        ("withdrawn_by", "family"),
        ("closing_reason", "work_completed"),
        ("contact_preference", "3"),
        ("access_need", "easy_read"),
    ],
)
def test_the_lists_are_there_and_yaml_has_not_changed_their_codes(name: str, code: str) -> None:
    LISTS.require(name, code, field=name)


def test_a_code_that_is_not_in_its_list_is_refused_by_field_and_not_repeated() -> None:
    with pytest.raises(UnknownCode) as refused:
        LISTS.require("care_strand", "Synthia Testcase", field="care_strands")
    assert refused.value.field == "care_strands"
    assert "Synthia" not in str(refused.value)


def test_nothing_given_is_not_a_wrong_code() -> None:
    LISTS.require("perinatal_stage", None, field="perinatal_stage")


def test_every_coded_field_has_its_list() -> None:
    for command, fields in CODED_FIELDS.items():
        assert set(fields.values()) <= set(LISTS.lists), command
        assert set(fields) <= set(command.__dataclass_fields__), command


def test_the_codes_the_domain_speaks_of_are_in_the_lists() -> None:
    assert all(code in LISTS.lists["source_of_referral"] for code in FROM_THE_FAMILY)
    for status in (PRESENT_NOT_TRACED, TRACE_REQUIRED, NOT_PRESENT_TRACE_NOT_REQUIRED):
        assert status in LISTS.lists["nhs_number_status"]


def test_primary_reason_has_no_seventeen() -> None:
    assert [code.code for code in LISTS.lists["primary_reason"].codes] == [f"{n:02}" for n in range(1, 32) if n != 17]


GOOD = 'source: us\ncodes:\n  - {code: "a", label: "A", verified: true}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace('"a"', "no"), "quoted text"),
        (GOOD.replace("true", "certainly"), "verified is true or false"),
        (GOOD.replace(", verified: true", ""), "'verified' is missing"),
        (GOOD.replace("source: us", ""), "'source' is missing"),
        (GOOD + '  - {code: "a", label: "B", verified: true}', "more than once: a"),
        (GOOD + "  - [", "line 4"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "planted.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenCodeList) as broken:
        read_code_lists(tmp_path)
    assert "planted.yaml" in str(broken.value)
    assert said in str(broken.value)


def test_the_file_those_were_made_from_is_whole(tmp_path: Path) -> None:
    (tmp_path / "whole.yaml").write_text(GOOD, encoding="utf-8")
    assert "a" in read_code_lists(tmp_path).lists["whole"]
