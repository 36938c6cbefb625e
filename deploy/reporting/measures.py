"""The tables of one questionnaire's score, from the report's JSON. No figure is computed here."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from services.portal.web.presenters.figures import of_words
from services.portal.web.presenters.impacts import interval_words, signed

_NONE = "–"
Numbers: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = tuple[str, list[str], list[list[str]]]
"""Caption, headings, rows."""


def measure_tables(measure: Numbers) -> Iterator[Rows]:
    pairs = measure["pairs"]
    scores = [
        ("First", measure["first"]),
        ("Last", measure["last"]),
        ("First, of those with one score only", measure.get("unpaired")),
        ("First, of the pairs", pairs["first"]),
        ("Last, of the pairs", pairs["last"]),
    ]
    rows = [_scores(name, numbers) for name, numbers in scores if numbers is not None]
    yield "Scores", ["Scores", "People", "Mean", "SD", "Range", "At or above"], rows
    if pairs["n"]:
        yield "Change", ["Change, last minus first", "Value"], list(_change(pairs))


def _scores(name: str, numbers: Numbers) -> list[str]:
    reached = "; ".join(f"{count:,} at {at} or more" for at, count in numbers["at_or_above"].items())
    extent = _NONE if numbers["min"] is None else f"{numbers['min']:g} to {numbers['max']:g}"
    return [name, f"{numbers['n']:,}", _plain(numbers["mean"]), _plain(numbers["sd"]), extent, reached or _NONE]


def _plain(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def _change(pairs: Numbers) -> Iterator[list[str]]:
    yield ["Pairs", f"{pairs['n']:,}"]
    yield ["Mean change", f"{signed(pairs['mean_change'], decimals=2)} ({pairs['better']} is better)"]
    yield ["SD of the change", _plain(pairs["sd_change"])]
    yield ["95% interval", interval_words(pairs["ci95"])]
    effect, reliable = pairs.get("effect_size"), pairs.get("reliable")
    if effect:
        yield [f"Effect size {effect['name']}", signed(effect["value"], decimals=2)]
    if reliable:
        rule = f"reliably, {reliable['points']:g} points or more ({reliable['source']})"
        yield [f"Improved {rule}", of_words(reliable["improved"], pairs["n"])]
        yield ["No reliable change", of_words(reliable["no_change"], pairs["n"])]
        yield ["Deteriorated reliably", of_words(reliable["deteriorated"], pairs["n"])]
    for at, crossed in pairs.get("crossed", {}).items():
        if crossed["of"]:
            share = "{:.0%} to {:.0%}".format(*crossed["ci95"])
            words = f"{of_words(crossed['below'], crossed['of'])}, 95% interval {share}"
            yield [f"Below {at} in the end, of those at {at} or more before", words]
