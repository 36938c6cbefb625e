"""One synthetic family after another: who they are, how they came, how long they waited, what was done and what changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from deploy.demo.calendar import Diaries, Meeting, moment, working_day
from deploy.demo.chance import Chance, nhs_number
from deploy.demo.character import Character, language_of, name_of
from deploy.demo.forms import measures
from deploy.demo.reached import reached
from deploy.demo.story import CLINICIAN, IMPORTER, Step, Story
from deploy.demo.worries import goals, restricted

_YEARS = 3 * 365
_BOOKED_AHEAD = 28
_LATE_DAYS = 10
_CLOSED_AFTER = timedelta(days=120)
_PROFESSIONALS = {
    "A1": ("general_practitioner", "practice_nurse"),
    "A2": ("health_visitor",),
    "A3": ("general_practitioner",),
    "A4": ("midwife", "obstetrician"),
    "C1": ("social_worker",),
    "C2": ("social_worker",),
    "D1": ("family_support_worker",),
    "E3": ("other_professional",),
    "G4": ("voluntary_sector_worker", "social_prescriber"),
}
_ENDINGS = {"accepted": 86, "redirected": 7, "withdrawn": 7}
_CONTACTS = {1: 34, 2: 30, 3: 22, 4: 14}
_ATTENDED = ("5", "6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An appointment and what became of it; None: it is still to come."""

    meeting: Meeting
    attendance: str | None

    @property
    def attended(self) -> bool:
        return self.attendance in _ATTENDED


@dataclass(kw_only=True)
class Family:
    """One referral drawn for a family. Days on or after `today` have not been yet."""

    character: Character
    number: int
    today: date
    diaries: Diaries
    chance: Chance = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Chance(f"{self.character.pcn}/family/{self.number}")
        ago = 1 + round(_YEARS * (1 - self.chance.random() ** (1 / self.character.growth)))
        self.received = working_day(self.today - timedelta(days=ago))
        self.key = f"family-{self.number}"
        # Days from receipt to birth: below zero when the infant was there already.
        self.birth = self.received + timedelta(days=self.chance.randint(-330, 200))
        self.ethnic_category = self.chance.one(self.character.ethnic_categories)
        self.language = language_of(self.chance, self.ethnic_category)
        self.interpreter = self.language != "en" and self.chance.happens(0.6)
        self.partner = self.chance.happens(0.08)

    def story(self) -> Story:
        return Story(
            pcn=self.character.pcn, key=self.key, opening=list(self._opening()), course=list(self._after_referral())
        )

    def _opening(self) -> Iterator[Step]:
        yield Step(
            name="person",
            account=CLINICIAN,
            service="referral",
            path="people",
            body=self._person(),
            keeps=f"{self.key}.person",
        )
        consulted = self.chance.happens(0.06)
        if consulted:
            yield self._consultation()
        yield Step(
            name="referral",
            account=CLINICIAN,
            service="referral",
            path="referrals",
            body=self._referral(consulted=consulted),
            keeps=f"{self.key}.referral",
        )

    def _person(self) -> dict[str, Any]:
        character, chance = self.character, self.chance
        youngest, oldest = character.ages
        born = self.today - timedelta(days=round(365.25 * chance.triangular(youngest, oldest + 3)))
        person: dict[str, Any] = {
            "full_name": name_of(chance, self.ethnic_category),
            "birth_date": born.isoformat(),
            "external_reference": f"demonstration-{self.key}",
            "practice_ods_code": chance.choice(character.practices),
            "ethnic_category": self.ethnic_category,
            "preferred_language": self.language,
            "interpreter_required": self.interpreter,
            "imd_decile": chance.choices(range(1, 11), character.deciles)[0],
            "perinatal_stage": "antenatal" if self.birth > self.received else "postnatal",
        }
        infant = "infant_birth_date" if self.birth < self.today else "estimated_delivery_date"
        # Draws of their own, so that what is asked here leaves the rest of a family as it is.
        contact = reached(Chance(f"{character.pcn}/reached/{self.number}"))
        return {**person, **contact, **self._number(), infant: self.birth.isoformat()}

    def _number(self) -> dict[str, str]:
        if not self.chance.happens(self.character.unnumbered):
            return {"nhs_number": nhs_number(self.chance)}
        reasons = {"nhs-number-not-known": 5, "overseas-patient": 3, "devolved-nation": 2}
        return {"nhs_number_missing_reason": self.chance.one(reasons)}

    def _consultation(self) -> Step:
        body = {
            "subject_kind": "anonymous_case",
            "topic": self.chance.choice(("low-mood", "anxiety", "parent-infant-relationship", "which-service")),
            "duration_minutes": self.chance.choice((15, 20, 30, 45)),
            "professional_type": "health_visitor",
            "practice_ods_code": self.chance.choice(self.character.practices),
            "outcome": "led_to_referral",
            "held_on": working_day(self.received - timedelta(days=3)).isoformat(),
        }
        kept = f"{self.key}.consultation"
        return Step(
            name="consultation", account=CLINICIAN, service="training", path="consultations", body=body, keeps=kept
        )

    def _referral(self, *, consulted: bool) -> dict[str, Any]:
        source = "A2" if consulted else self.chance.one(self.character.sources)
        told = {
            "person_id": f"{{{self.key}.person}}",
            "source_of_referral": source,
            "primary_reason": "29" if self.partner else self.chance.one(self.character.reasons),
            "received_at": moment(self.received, self.chance.randint(8, 10), self.chance.randrange(60)),
        }
        if source in _PROFESSIONALS:
            told["referring_professional_type"] = self.chance.choice(_PROFESSIONALS[source])
        return {**told, "consultation_id": f"{{{self.key}.consultation}}"} if consulted else told

    def _after_referral(self) -> Iterator[Step]:
        triaged = working_day(self.received + timedelta(days=self.chance.randint(3, 6)))
        priority = self.chance.one(self.character.priorities)
        if triaged >= self.today:
            return
        yield self._decision("triage", triaged, 12, {"clinical_response_priority": priority})
        ending = self.chance.one(_ENDINGS)
        decided = working_day(triaged + timedelta(days=self.chance.randint(2, 4)))
        if decided >= self.today:
            return
        match ending:
            case "redirected":
                yield self._decision("redirect", decided, 15, self._redirection())
            case "withdrawn":
                left = working_day(decided + timedelta(days=self.chance.randint(0, 14)))
                yield self._decision("withdraw", min(left, self._yesterday), 15, self._withdrawal())
            case _:
                yield self._decision("accept", decided, 15, {"care_strand": self.chance.one(self.character.strands)})
                yield from self._care(urgent=priority in ("1", "2"))

    @property
    def _yesterday(self) -> date:
        return self.today - timedelta(days=1)

    def _decision(self, name: str, day: date, hour: int, body: dict[str, Any]) -> Step:
        path = f"referrals/{{{self.key}.referral}}/{name}"
        told = {**body, "happened_at": moment(day, hour, self.chance.randrange(60))}
        return Step(name=name, account=CLINICIAN, service="referral", path=path, body=told)

    def _redirection(self) -> dict[str, Any]:
        to = self.chance.choice(("specialist_perinatal_team", "talking_therapies", "health_visiting", "family_hub"))
        more = to == "specialist_perinatal_team"
        return {"reason": "more_specialist_care_needed" if more else "better_met_elsewhere", "redirected_to": to}

    def _withdrawal(self) -> dict[str, Any]:
        reasons = ("no_longer_needed", "not_the_right_time", "helped_elsewhere", "not_said", "moved_away")
        return {"reason": self.chance.choice(reasons), "withdrawn_by": self.chance.one({"family": 5, "referrer": 1})}

    def _care(self, *, urgent: bool) -> Iterator[Step]:
        contacts = list(self._contacts(urgent=urgent))
        for number, contact in enumerate(contacts):
            before = [one for one in contacts[:number] if one.attended]
            yield from self._contact(number, contact, before=len(before), last=contact is contacts[-1])
        seen = [contact.meeting.day for contact in contacts if contact.attended]
        over = bool(contacts) and all(contact.attendance for contact in contacts)
        over = over and (self.chance.happens(0.8) or contacts[-1].meeting.day < self.today - _CLOSED_AFTER)
        closed = working_day(max(seen, default=self.received) + timedelta(days=self.chance.randint(30, 60)))
        over = over and closed < self.today
        if seen:
            yield from measures(self.chance, self.character, self.key, seen, birth=self.birth, over=over)
            yield from goals(self.chance, self.key, seen)
            yield from restricted(self.chance, self.key, seen)
        if over:
            reason = {"work_completed": 80, "family_chose_to_stop": 10, "moved_away": 4, "moved_to_another_service": 6}
            yield self._decision("close", closed, 16, {"reason": self.chance.one(reason) if seen else "contact_lost"})

    def _contacts(self, *, urgent: bool) -> Iterator[Contact]:
        """Until enough were attended, two in a row were missed, or the diary ends."""
        median, spread = self.character.wait_days
        wait = median * self.chance.lognormvariate(0, spread) * (0.45 if urgent else 1)
        day = self.received + timedelta(days=max(9, round(wait)))
        wanted, without = self.chance.one(_CONTACTS), 0
        while wanted and without < 2 and day < self.today + timedelta(days=_BOOKED_AHEAD):
            meeting = self.diaries.book(day)
            if meeting.day >= self.today:
                yield Contact(meeting=meeting, attendance=None)
                return
            contact = Contact(meeting=meeting, attendance=self.chance.one(self.character.attendance))
            yield contact
            wanted, without = (wanted - 1, 0) if contact.attended else (wanted, without + 1)
            day = meeting.day + timedelta(days=self.chance.choice((7, 14, 14, 21)))

    def _contact(self, number: int, contact: Contact, *, before: int, last: bool) -> Iterator[Step]:
        mechanism = self.chance.one(self.character.mechanisms)
        kept = f"{self.key}.appointment-{number}"
        place = {"activity_location_type": self.chance.choice(("C01", "B01", "K01"))} if mechanism == "01" else {}
        booking = {
            "person_id": f"{{{self.key}.person}}",
            "referral_id": f"{{{self.key}.referral}}",
            "clinician_id": contact.meeting.clinician,
            "starts_at": contact.meeting.starts_at,
            "ends_at": contact.meeting.ends_at,
            "consultation_mechanism": mechanism,
            "interpreter_required": self.interpreter,
            **place,
        }
        name = f"book-{number}"
        yield Step(name=name, account=IMPORTER, service="scheduling", path="appointments", body=booking, keeps=kept)
        # Now and then nobody has put down yet what became of an appointment of the last days.
        forgotten = (self.today - contact.meeting.day).days < _LATE_DAYS and self.chance.happens(0.4)
        if contact.attendance and not forgotten:
            told = {"attendance_status": contact.attendance, **self._seen(contact, before, last=last)}
            path = f"appointments/{{{kept}}}/outcome"
            yield Step(name=f"outcome-{number}", account=IMPORTER, service="scheduling", path=path, body=told)

    def _seen(self, contact: Contact, before: int, *, last: bool) -> dict[str, Any]:
        if not contact.attended:
            return {}
        others = {"infant": 0.5 if self.birth < contact.meeting.day else 0, "other_parent": 0.2, "grandparent": 0.04}
        told: dict[str, Any] = {
            "activities": self._activities(before, last=last),
            "others_present": [who for who, share in others.items() if self.chance.happens(share)],
        }
        if self.interpreter:
            told["interpreter_present"] = self.chance.happens(0.85)
        return {**told, "partner_assessment_offered": self.chance.happens(0.7)} if before == 0 else told

    def _activities(self, before: int, *, last: bool) -> list[str]:
        if before == 0:
            return ["assessment", "care_plan"] if self.chance.happens(0.9 if last else 0.5) else ["assessment"]
        kind = {
            "psychological_intervention": 6,
            "psychosocial_intervention": 3,
            "parent_infant_work": 3,
            "signposting": 1,
        }
        return [self.chance.one(kind), *(["medication"] if self.chance.happens(0.06) else [])]
