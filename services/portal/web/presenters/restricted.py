"""Safeguarding concerns and Mental Health Act periods in words. No I/O."""

from dataclasses import dataclass
from datetime import date

from services.portal.readmodels.mha_periods import MhaPeriodRow
from services.portal.readmodels.safeguarding import ConcernRow
from services.portal.web.moments import day_in_words
from services.portal.web.presenters.clock import Tag
from services.portal.web.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernLine:
    concern_id: str
    opened: str
    levels: list[str]
    """Each level with the day it holds from, the first one first."""
    closed: str | None
    tag: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLine:
    period_id: str
    status: str
    started: str
    ended: str | None
    tag: Tag


def concern_lines(rows: list[ConcernRow]) -> list[ConcernLine]:
    return [
        ConcernLine(
            concern_id=row.concern_id,
            opened=day_in_words(row.opened_on),
            levels=[_level(each["level"], each["from"]) for each in row.levels],
            closed=_closed(row),
            tag=Tag("Closed", "grey") if row.closed_on else Tag("Open", "orange"),
        )
        for row in rows
    ]


def _level(code: str, day: str) -> str:
    return f"{word('safeguarding_level', code)}, from {day_in_words(date.fromisoformat(day))}"


def _closed(row: ConcernRow) -> str | None:
    if row.closed_on is None:
        return None
    return f"{day_in_words(row.closed_on)}: {word('concern_closing_reason', row.close_reason)}"


def period_lines(rows: list[MhaPeriodRow]) -> list[PeriodLine]:
    return [
        PeriodLine(
            period_id=row.period_id,
            status=word("legal_status", row.legal_status),
            started=day_in_words(row.started_on),
            ended=day_in_words(row.ended_on) or None,
            tag=Tag("Ended", "grey") if row.ended_on else Tag("Now", "orange"),
        )
        for row in rows
    ]
