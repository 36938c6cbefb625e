"""The events behind one number of the report: ids, types and times, and nothing else."""

from typing import Any

from services.kit.errors import DomainError, Kind
from services.portal.readmodels.evidence import Evidence
from services.portal.report.evaluation import Evaluation


class FigureUnknown(DomainError):
    """There is no such figure in this report."""

    slug = "figure-unknown"
    kind = Kind.NOT_FOUND


def events_json(evaluation: Evaluation, figure: str) -> dict[str, Any]:
    """`number` is the sum of what the events count for; `figure` is a key of `evaluation.events`."""
    counted = evaluation.events[figure]
    return {
        "figure": figure,
        "number": counted.number,
        "from": evaluation.first_day.isoformat(),
        "to": evaluation.last_day.isoformat(),
        "as_at": evaluation.as_at.isoformat(),
        "events": [
            {
                **_reference(one.fact),
                "counts": one.counts,
                "compared_with": _reference(one.compared_with) if one.compared_with else None,
            }
            for one in counted
        ],
    }


def _reference(fact: Evidence) -> dict[str, Any]:
    return {
        "stream": fact.stream,
        "version": fact.version,
        "type": fact.type,
        "occurred_at": fact.occurred_at.isoformat(),
        "recorded_at": fact.recorded_at.isoformat(),
    }
