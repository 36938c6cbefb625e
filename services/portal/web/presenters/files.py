"""What the files of lists hold: ids and coded facts, a line each. Moments are days and times in England. No I/O."""

from datetime import datetime

from services.portal.readmodels.appointments import AppointmentRow
from services.portal.readmodels.group_sessions import Filled
from services.portal.readmodels.referrals import ReferralRow
from services.portal.readmodels.training_sessions import TrainingSessionRow
from services.portal.web.csv_file import Cell
from services.portal.web.moments import LONDON, london_day

REFERRAL_HEADINGS = (
    "referral_id",
    "person_id",
    "status",
    "source_of_referral",
    "referring_professional_type",
    "referring_org_ods_code",
    "primary_reason",
    "clinical_response_priority",
    "care_strand",
    "received_on",
    "triaged_on",
    "accepted_on",
    "ended_on",
    "end_reason",
    "redirected_to",
    "withdrawn_by",
)


def referral_cells(row: ReferralRow) -> list[Cell]:
    """One line under REFERRAL_HEADINGS."""
    return [
        row.referral_id,
        row.person_id,
        row.status,
        row.source_of_referral,
        row.referring_professional_type,
        row.referring_org_ods_code,
        row.primary_reason,
        row.clinical_response_priority,
        row.care_strand,
        *(_day(moment) for moment in (row.received_at, row.triaged_at, row.accepted_at, row.ended_at)),
        row.end_reason,
        row.redirected_to,
        row.withdrawn_by,
    ]


APPOINTMENT_HEADINGS = (
    "appointment_id",
    "person_id",
    "referral_id",
    "clinician_id",
    "day",
    "starts",
    "ends",
    "consultation_mechanism",
    "activity_location_type",
    "site_ods_code",
    "interpreter_required",
    "status",
    "attendance_status",
    "activities",
    "others_present",
    "interpreter_present",
)


def appointment_cells(row: AppointmentRow) -> list[Cell]:
    """One line under APPOINTMENT_HEADINGS."""
    return [
        row.appointment_id,
        row.person_id,
        row.referral_id,
        row.clinician_id,
        *_span(row.starts_at, row.ends_at),
        row.consultation_mechanism,
        row.activity_location_type,
        row.site_ods_code,
        _yes_or_no(row.interpreter_required),
        row.status,
        row.attendance_status,
        " ".join(row.activities),
        " ".join(row.others_present),
        _yes_or_no(row.interpreter_present),
    ]


SESSION_HEADINGS = (
    "group_session_id",
    "session_type",
    "status",
    "day",
    "starts",
    "ends",
    "language",
    "consultation_mechanism",
    "activity_location_type",
    "site_ods_code",
    "open_to_all",
    "capacity",
    "people_with_a_place",
    "families_waiting",
    "cancel_reason",
    "families_who_came",
    "people_who_came",
    "drop_ins",
)


def session_cells(filled: Filled) -> list[Cell]:
    """One line under SESSION_HEADINGS."""
    row = filled.session
    return [
        row.group_session_id,
        row.session_type,
        row.status,
        *_span(row.starts_at, row.ends_at),
        row.language,
        row.consultation_mechanism,
        row.activity_location_type,
        row.site_ods_code,
        _yes_or_no(row.open_to_all),
        row.capacity,
        filled.people_booked,
        filled.families_waiting,
        row.cancel_reason,
        row.families,
        row.participant_count,
        row.drop_ins,
    ]


TRAINING_HEADINGS = ("training_session_id", "course", "status", "day", "starts", "ends", "objectives", "attended")


def training_cells(row: TrainingSessionRow) -> list[Cell]:
    """One line under TRAINING_HEADINGS."""
    return [
        row.training_session_id,
        row.course,
        row.status,
        *_span(row.starts_at, row.ends_at),
        " ".join(row.objectives),
        row.attended,
    ]


def _day(moment: datetime | None) -> Cell:
    return london_day(moment) if moment else None


def _span(starts_at: datetime | None, ends_at: datetime | None) -> tuple[Cell, Cell, Cell]:
    """Day, start and end."""
    return _day(starts_at), _time(starts_at), _time(ends_at)


def _time(moment: datetime | None) -> Cell:
    return f"{moment.astimezone(LONDON):%H:%M}" if moment else None


def _yes_or_no(said: bool | None) -> Cell:
    return None if said is None else ("yes" if said else "no")
