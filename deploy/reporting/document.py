"""The report as sections of words and tables, which a page and a PDF show alike. No figure is computed here.

The words for the figures are those of the portal's own page.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from deploy.reporting.measures import measure_tables
from services.portal.report.instruments import instrument
from services.portal.web.presenters import equity, impacts
from services.portal.web.presenters.figures import (
    Figure,
    activity,
    community,
    number_words,
    of_words,
    training,
    waits,
)
from services.portal.web.words import word

Report: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    caption: str
    headings: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    methods: list[str] = field(default_factory=list)
    """What its numbers mean, printed beside them."""
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    level: int = 2


def sections(report: Report) -> list[Section]:
    """In the order of the portal's page; a part that an older report does not have is left out."""
    made: list[tuple[str, Callable[[Report], Iterator[Section]]]] = [
        ("reach", _reach),
        ("waits", _waits),
        ("activity", _activity),
        ("impacts", _impacts),
        ("measures", _measures),
        ("equity", _equity),
        ("training", _training),
        ("community", _community),
        ("data_quality", _quality),
        ("definitions", _checking),
    ]
    return [section for name, make in made if name in report for section in make(report)]


def _methods(report: Report, *names: str) -> list[str]:
    return [report["definitions"][name] for name in names if name in report["definitions"]]


def _figures(caption: str, figures: list[Figure]) -> Table:
    return Table(
        caption=caption, headings=["Figure", "Value"], rows=[[figure.label, figure.words] for figure in figures]
    )


def _reach(report: Report) -> Iterator[Section]:
    reach, received = report["reach"], report["reach"]["received"]
    rows = [
        ["Referrals received", f"{received:,}"],
        ["People", f"{reach['people']:,}"],
        ["Asked for help themselves", of_words(reach["self_referred"], received)],
        ["Accepted", of_words(reach["accepted"], received)],
        ["Days to acceptance, median", number_words(reach["median_days_to_acceptance"])],
    ]
    shares = [
        ("Accepted, by strand of care", "Strand", "care_strand", reach["by_strand"], reach["accepted"]),
        ("Received, by who asked", "Asked by", "source_of_referral", reach["by_source"], received),
    ]
    tables = [
        Table(
            caption=caption,
            headings=[heading, "Referrals"],
            rows=[[word(codes, code), of_words(count, whole)] for code, count in counts.items()],
        )
        for caption, heading, codes, counts, whole in shares
        if counts
    ]
    first = Table(caption="Referrals received in the period", headings=["Figure", "Value"], rows=rows)
    yield Section(title="Reach", methods=_methods(report, "reach"), tables=[first, *tables])


def _waits(report: Report) -> Iterator[Section]:
    tables = [_figures("Clocks that started in the period", waits(report["waits"]))]
    yield Section(title="Waits", methods=_methods(report, "waits"), tables=tables)


def _activity(report: Report) -> Iterator[Section]:
    tables = [_figures("What was done", activity(report["activity"]))]
    yield Section(title="Activity", methods=_methods(report, "activity"), tables=tables)


def _impacts(report: Report) -> Iterator[Section]:
    yield Section(title="The four impacts")
    for impact in impacts.impacts(report["impacts"]):
        tables = [_figures(impact.title, impact.figures)] if impact.figures else []
        if impact.scores:
            rows = [
                [f"{each.instrument}, {each.score}", f"{each.n:,}", each.change, each.interval]
                for each in impact.scores
            ]
            headings = ["Questionnaire", "People", "Mean change", "95% interval"]
            tables.append(Table(caption="Last minus first", headings=headings, rows=rows))
        notes = [impact.none] if impact.none else []
        yield Section(title=impact.title, methods=_methods(report, impact.code), notes=notes, tables=tables, level=3)


def _measures(report: Report) -> Iterator[Section]:
    notes = [f"{report['questionnaires']:,} questionnaires, {report['risk_flags']:,} risk flags."]
    if not report["measures"]:
        notes.append("No measure was completed in the period.")
    methods = _methods(report, "risk_flags", "first", "last", "at_or_above", "sd")
    yield Section(title="Questionnaires", methods=methods, notes=notes)
    for measure in report["measures"]:
        tables = [
            Table(caption=caption, headings=headings, rows=rows) for caption, headings, rows in measure_tables(measure)
        ]
        yield Section(title=_title(measure), tables=tables, level=3)
    if report["measures"]:
        methods = _methods(report, "pairs", "effect_size", "reliable", "crossed", "unpaired")
        yield Section(title="How change is measured", methods=methods, level=3)


def _title(measure: Report) -> str:
    names = instrument(measure["instrument"])
    return f"{names.title}: {names.score(measure['score']).label}"


def _equity(report: Report) -> Iterator[Section]:
    headings = ["Group", *equity.COLUMNS.values()]
    tables = [
        Table(
            caption=table.title,
            headings=headings,
            rows=[[row.group, *(cell.words for cell in row.cells)] for row in table.rows],
        )
        for table in equity.equity(report["equity"])
    ]
    yield Section(title="Equity", methods=_methods(report, "equity", "suppression"), tables=tables)


def _training(report: Report) -> Iterator[Section]:
    figures = [_figures("Sessions, professionals and consultations", training(report["training"]))]
    yield Section(title="Training and consultation", methods=_methods(report, "training"), tables=figures)
    lines = equity.confidence(report["training"]["confidence"])
    rows = [
        [f"{line.objective} ({line.scale})", f"{line.pairs:,}", line.before, line.after, line.change, line.interval]
        for line in lines
    ]
    headings = ["What was to be learnt (scale)", "Pairs", "Before", "After", "Change", "95% interval"]
    tables = [Table(caption="Confidence before and after training", headings=headings, rows=rows)] if rows else []
    yield Section(title="Confidence", methods=_methods(report, "confidence"), tables=tables, level=3)


def _community(report: Report) -> Iterator[Section]:
    tables = [_figures("Contributions", community(report["community"]))]
    yield Section(title="Local families", methods=_methods(report, "community"), tables=tables)


def _quality(report: Report) -> Iterator[Section]:
    figures = impacts.data_quality(report["data_quality"], report["questionnaires"])
    tables = [_figures("What is recorded", figures)]
    yield Section(title="Data quality", methods=_methods(report, "data_quality"), tables=tables)


def _checking(report: Report) -> Iterator[Section]:
    yield Section(title="How every number can be checked", methods=_methods(report, "corrections", "events"))
