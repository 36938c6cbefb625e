"""Instrument files: what the shipped ones say, and a broken one refused by file, line and field."""

from pathlib import Path

import pytest

from services.kit.code_lists import UnknownCode
from services.outcomes.domain.instrument import Comparison
from services.outcomes.domain.instruments import parse
from services.outcomes.domain.located import BrokenFile
from services.outcomes.library import read_instruments
from tests.unit.outcomes.broken import WHOLE
from tests.unit.outcomes.builders import INSTRUMENTS, LIBRARY

LAST_ITEM = "  - {number: 3, minimum: 0, maximum: 3}  # last"


def test_the_five_instruments_are_there() -> None:
    assert sorted(INSTRUMENTS) == ["core10", "epds", "gad7", "hads", "phq9"]
    assert {instrument.version for instrument in INSTRUMENTS.values()} == {"1"}


@pytest.mark.parametrize(
    ("code", "items", "highest", "turned", "risk"),
    [
        ("epds", 10, 30, {3, 5, 6, 7, 8, 9, 10}, {10}),
        ("phq9", 9, 27, set(), {9}),
        ("gad7", 7, 21, set(), set()),
        ("hads", 14, 21, {1, 3, 5, 6, 8, 10, 11, 13}, set()),
        ("core10", 10, 40, {2, 3}, {6}),
    ],
)
def test_the_keys_are_the_published_ones(
    code: str, items: int, highest: float, turned: set[int], risk: set[int]
) -> None:
    instrument = INSTRUMENTS[code]

    assert len(instrument.items) == items
    assert {rule.maximum for rule in instrument.scores} == {highest}
    assert {item.number for item in instrument.items if item.reversed_on_form} == turned
    assert {each.item for each in instrument.risk_items} == risk


def test_hads_has_two_halves_that_share_no_item() -> None:
    anxiety, depression = INSTRUMENTS["hads"].scores

    assert (anxiety.name, anxiety.items) == ("anxiety", (1, 3, 5, 7, 9, 11, 13))
    assert (depression.name, depression.items) == ("depression", (2, 4, 6, 8, 10, 12, 14))


def test_the_code_of_a_form_is_not_the_code_of_its_total() -> None:
    for instrument in INSTRUMENTS.values():
        totals = {code.code for rule in instrument.scores for code in rule.codes}
        assert totals.isdisjoint(code.code for code in instrument.codes)


def test_no_file_holds_more_text_than_facts() -> None:
    copyrighted = [each.code for each in INSTRUMENTS.values() if not each.licence.wording_may_ship]

    assert copyrighted == ["epds", "hads"]
    assert all(not hasattr(item, "text") for each in INSTRUMENTS.values() for item in each.items)


@pytest.mark.parametrize(
    ("line", "becomes", "at", "field", "why"),
    [
        ("code: demo", "code: EPDS 1", 1, "code", "must be small letters and digits"),
        ('version: "1"', "version: 1", 2, "version", "must be text (put a number in quotes)"),
        ("title: Demonstration of the format", "title: ''", 3, "title", "must be text (put a number in quotes)"),
        ("title: Demonstration of the format", "titel: Demonstration", 3, "titel", "unknown field"),
        ("recall_days: 7", "recall_days: a week", 4, "recall_days", "must be a whole number"),
        ("recall_days: 7", "recall_days: '7'", 4, "recall_days", "must be a whole number"),
        ("reference: nobody's", "code: demo", 5, "code", "is given twice"),
        (LAST_ITEM, "  - {number: 4, minimum: 0, maximum: 3}", 9, "items[3].number", "this one must be 3"),
        (
            LAST_ITEM,
            "  - {number: 3, minimum: 3, maximum: 3}",
            9,
            "items[3].maximum",
            "must be more than the minimum, 3",
        ),
        (LAST_ITEM, "  - {number: 3, minimum: 0}", 9, "items[3].maximum", "is missing"),
        (LAST_ITEM, "  - {number: 3, minimum: 0, maximum: 3, text: Hello}", 9, "items[3].text", "unknown field"),
        (LAST_ITEM, "  - three", 9, "items[3]", "must be fields"),
        (LAST_ITEM, "  - {number: 3, minimum: 0, maximum: 2}", 15, "scores[1].maximum", "the items give 8"),
        (
            LAST_ITEM,
            "  - {number: 3, minimum: 0, maximum: 3, reversed_on_form: 1}",
            9,
            "items[3].reversed_on_form",
            "must be true or false",
        ),
        (
            LAST_ITEM,
            "  - {number: 3, minimum: 0, maximum: 3, not_applicable: 4}",
            9,
            "items[3].not_applicable",
            "points from 0 to 3",
        ),
        ("  - name: total", "  - name: Total score", 11, "scores[1].name", "small letters"),
        ("    items: [1, 2, 3]", "    items: [1, 2, 4]", 12, "scores[1].items", "there is no item 4"),
        ("    items: [1, 2, 3]", "    items: [1, 2, 2]", 12, "scores[1].items", "names a number twice"),
        ("    items: [1, 2, 3]", "    items: [1, two]", 12, "scores[1].items", "must be a list of whole numbers"),
        ("    items: [1, 2, 3]", "    items: []", 12, "scores[1].items", "must name at least one item"),
        ("    items: [1, 2, 3]", "    items: all", 12, "scores[1].items", "must be a list"),
        ("    method: sum", "    method: median", 13, "scores[1].method", "must be one of sum, mean"),
        ("    method: sum", "    method: sum\n    multiplied_by: 10", 14, "scores[1].multiplied_by", "only a mean"),
        ("    method: sum", "    method: mean\n    multiplied_by: -1", 14, "scores[1].multiplied_by", "more than 0"),
        ("    maximum: 9", "    maximum: 10", 15, "scores[1].maximum", "the items give 9"),
        ("    minimum: 0", "    minimum: 1", 14, "scores[1].minimum", "the items give 0"),
        ("    direction: lower-is-better", "    direction: down", 16, "scores[1].direction", "must be one of"),
        ("    missing_at_most: 0", "    missing_at_most: 3", 17, "scores[1].missing_at_most", "must be 0 to 2"),
        (
            "      - {at_least: 0, label: low}",
            "      - {at_least: 1, label: low}",
            19,
            "scores[1].bands[1].at_least",
            "first",
        ),
        (
            "      - {at_least: 5, label: high}",
            "      - {at_least: 0, label: high}",
            20,
            "scores[1].bands[2].at_least",
            "more",
        ),
        (
            "      - {name: caseness, at_least: 5, source: nobody}",
            "      - {name: caseness, at_least: 10, source: nobody}",
            22,
            "scores[1].thresholds[1].at_least",
            "must be 0 to 9",
        ),
        (
            "      - {name: points, points: 3, source: nobody}",
            "      - {name: points, points: 0, source: nobody}",
            24,
            "scores[1].reliable_change[1].points",
            "must be more than 0",
        ),
        (
            "      - {name: points, points: 3, source: nobody}",
            "      - {name: sd, deviation: 5, reliability: 1.2, source: nobody}",
            24,
            "scores[1].reliable_change[1].reliability",
            "must be between 0 and 1",
        ),
        (
            '      - {system: snomed, code: "450320001", verified: false, source: nobody}',
            '      - {system: snomed, code: "44261-6", verified: false, source: nobody}',
            26,
            "scores[1].codes[1].code",
            "not the shape of a snomed code",
        ),
        (
            '      - {system: snomed, code: "450320001", verified: false, source: nobody}',
            '      - {system: snomed, code: "450320001", verified: "false", source: nobody}',
            26,
            "scores[1].codes[1].verified",
            "must be true or false",
        ),
        (
            "  - {item: 3, at_least: 1, concern: self-harm}",
            "  - {item: 4, at_least: 1, concern: x}",
            28,
            "risk_items[1].item",
            "no item 4",
        ),
        (
            "  - {item: 3, at_least: 1, concern: self-harm}",
            "  - {item: 3, at_least: 4, concern: x}",
            28,
            "risk_items[1].at_least",
            "0 to 3",
        ),
        ("codes: []", "codes: [", 31, "", "not YAML"),
        ("codes: []", "", 1, "codes", "is missing"),
        ("  holder: nobody", "  owner: nobody", 31, "licence.owner", "unknown field"),
        ("  holder: nobody", "", 30, "licence.holder", "is missing"),
        ("licence:", "licence: none", 31, "", "not YAML"),
    ],
)
def test_a_broken_file_is_refused_by_line_and_field(line: str, becomes: str, at: int, field: str, why: str) -> None:
    assert line + "\n" in WHOLE

    with pytest.raises(BrokenFile) as refused:
        parse("demo.yaml", WHOLE.replace(line + "\n", becomes + "\n", 1))

    where = f"demo.yaml, line {at}"
    assert str(refused.value).startswith(f"{where}, {field}: " if field else f"{where}: ")
    assert why in str(refused.value)
    assert (refused.value.slug, refused.value.line) == ("file-broken", at)


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ("just words", 1), ("- a\n- b", 1), ("a: 1\n\x00", 2), ("a: b: c", 1), ("a: 1\n\tb: 2", 2)],
)
def test_what_is_no_list_of_fields_is_refused(text: str, line: int) -> None:
    with pytest.raises(BrokenFile, match=rf"demo\.yaml, line {line}: "):
        parse("demo.yaml", text)


def test_two_scores_may_not_share_a_name() -> None:
    start, end = WHOLE.index("  - name: total"), WHOLE.index("risk_items:")
    score = WHOLE[start:end]

    with pytest.raises(BrokenFile, match=r"line 27, scores\[2\]\.name: another score has this name"):
        parse("demo.yaml", WHOLE.replace(score, score + score))


def test_a_rule_from_a_deviation_must_be_passed_and_one_in_points_reached() -> None:
    text = WHOLE.replace("points: 3, source", "deviation: 5, reliability: 0.8, source")
    by_deviation = parse("demo.yaml", text).scores[0].reliable_change[0]
    by_points = parse("demo.yaml", WHOLE).scores[0].reliable_change[0]

    assert by_deviation.points == pytest.approx(6.198, abs=0.001)
    assert (by_deviation.comparison, by_points.comparison) == (Comparison.MORE_THAN, Comparison.AT_LEAST)
    assert not by_deviation.reached_by(by_deviation.points)
    assert by_points.reached_by(by_points.points)


def test_a_folder_is_read_whole_and_a_broken_file_in_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(WHOLE, encoding="utf-8")
    assert list(read_instruments(tmp_path)) == ["demo"]

    (tmp_path / "other.yaml").write_text(WHOLE.replace("sum", "sums"), encoding="utf-8")
    with pytest.raises(BrokenFile, match=r"other\.yaml, line 13, scores\[1\]\.method"):
        read_instruments(tmp_path)


def test_the_code_lists_are_read_and_ask_for_their_codes() -> None:
    assert [entry.code for entry in LIBRARY.codes.lists["collection_point"].codes] == ["baseline", "review", "end"]
    LIBRARY.codes.require("collection_point", "review", field="collection_point")

    with pytest.raises(UnknownCode) as refused:
        LIBRARY.codes.require("collection_point", "later", field="collection_point")
    assert (refused.value.slug, refused.value.field) == ("code-unknown", "collection_point")
