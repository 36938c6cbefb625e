"""The hand-written families of U12001 (families.yaml), as stories."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import yaml

from deploy.demo.calendar import moment
from deploy.demo.character import FOLDER
from deploy.demo.story import CLINICIAN, Step, Story

PCN = "U12001"


def told_stories(today: date) -> list[Story]:
    families = yaml.safe_load((FOLDER / "families.yaml").read_text(encoding="utf-8"))["families"]
    return [_story(told, today) for told in families]


def _story(told: Mapping[str, Any], today: date) -> Story:
    key = str(told["key"])
    opening = [
        _step("person", "referral", "people", _person(told, today), keeps=f"{key}.person"),
        _step("referral", "referral", "referrals", _referral(told, key, today), keeps=f"{key}.referral"),
    ]
    return Story(pcn=PCN, key=key, opening=opening, course=[*_decisions(told, key), *_measures(told, key, today)])


def _person(told: Mapping[str, Any], today: date) -> dict[str, Any]:
    person = {**told["person"], "birth_date": told["person"]["birth_date"].isoformat()}
    if "due_in" in told:
        person["estimated_delivery_date"] = _day(today, -told["due_in"])
    if "born_days_ago" in told:
        person["infant_birth_date"] = _day(today, told["born_days_ago"])
    return {**person, "external_reference": f"demonstration-{told['key']}"}


def _referral(told: Mapping[str, Any], key: str, today: date) -> dict[str, Any]:
    apart = ("days_ago", "priority", "care_strand")
    asked = {name: value for name, value in told["referral"].items() if name not in apart}
    received = moment(today - timedelta(days=told["referral"]["days_ago"]), 9)
    return {**asked, "person_id": f"{{{key}.person}}", "received_at": received}


def _decisions(told: Mapping[str, Any], key: str) -> Iterator[Step]:
    referral = f"referrals/{{{key}.referral}}"
    if priority := told["referral"].get("priority"):
        yield _step("triage", "referral", f"{referral}/triage", {"clinical_response_priority": priority})
    if strand := told["referral"].get("care_strand"):
        yield _step("accept", "referral", f"{referral}/accept", {"care_strand": strand})


def _measures(told: Mapping[str, Any], key: str, today: date) -> Iterator[Step]:
    for number, measure in enumerate(told.get("measures", [])):
        given = {name: measure[name] for name in ("instrument", "items", "collection_point")}
        completed = {"completed_on": _day(today, measure["days_ago"]), "orientation": "oriented"}
        body = {**given, **completed, "person_id": f"{{{key}.person}}"}
        yield _step(f"measure-{number}", "outcomes", "measures", body)


def _day(today: date, days_ago: int) -> str:
    return (today - timedelta(days=days_ago)).isoformat()


def _step(name: str, service: str, path: str, body: dict[str, Any], keeps: str | None = None) -> Step:
    return Step(name=name, account=CLINICIAN, service=service, path=path, body=body, keeps=keeps)
