"""Whatever is asked in whatever order: what was decided can be evolved, stored and read back."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.kit.codec import Codec
from services.kit.errors import DomainError
from services.kit.testing import NOW
from services.referral.domain import pcn, person, referral
from services.referral.domain.commands import ReferralCommand
from services.referral.domain.events import STORED_NAMES, Event, upcast
from tests.unit.referral.scenarios import (
    a_practice,
    accept,
    close,
    configure,
    receive,
    redirect,
    register,
    triage,
    withdraw,
)

CODEC = Codec(STORED_NAMES, subject_field="person_id", upcast=upcast)

dates = st.dates(date(1930, 1, 1), date(2027, 1, 1))
words = st.text(min_size=1, max_size=20)

configures = st.builds(
    configure,
    name=words,
    waiting_threshold_days=st.integers(-1, 60),
    practices=st.lists(
        st.builds(
            a_practice,
            st.sampled_from(["X00001", "X00002"]),
            joined_on=st.none() | dates,
            left_on=st.none() | dates,
        ),
        max_size=3,
    ).map(tuple),
)
registers = st.builds(
    register,
    full_name=st.none() | words,
    nhs_number=st.none() | st.just("9434765919") | words,
    nhs_number_missing_reason=st.none() | st.just("overseas-patient"),
    birth_date=st.none() | dates,
    infant_birth_date=st.none() | dates,
    imd_decile=st.none() | st.integers(-1, 12),
)
moments = st.integers(-400, 2).map(lambda days: NOW + timedelta(days=days, hours=3))
referral_commands = st.one_of(
    st.builds(
        receive,
        threshold_days=st.integers(1, 60),
        received_at=moments,
        source_of_referral=st.sampled_from(["A1", "B1"]),
        note=st.none() | words,
    ),
    st.builds(triage, st.sampled_from("1234"), st.none() | words),
    st.builds(accept, st.sampled_from(["universal", "parent_infant"])),
    st.builds(redirect, note=st.none() | words),
    st.builds(withdraw, note=st.none() | words),
    st.builds(close, note=st.none() | words),
)
ENDS = {"ReferralRedirected", "ReferralWithdrawn", "ReferralClosed"}


@given(st.lists(configures, max_size=5))
def test_a_network(commands: list[pcn.ConfigurePcn]) -> None:
    state = pcn.initial()
    for command in commands:
        try:
            decided = pcn.decide(command, state, now=NOW)
        except DomainError:
            continue
        for event in decided:
            state = pcn.evolve(state, stored(event))
        assert pcn.decide(command, state, now=NOW + timedelta(days=1)) == []


@given(st.lists(registers, max_size=3))
def test_a_person(commands: list[person.RegisterPerson]) -> None:
    state = person.initial()
    seen = 0
    for command in commands:
        try:
            decided = person.decide(command, state, now=NOW)
        except DomainError:
            continue
        for event in decided:
            state = person.evolve(state, stored(event))
        seen += len(decided)
    assert seen == (0 if state == person.initial() else 1)


@given(st.lists(referral_commands, max_size=8))
def test_a_referral(commands: list[ReferralCommand]) -> None:
    state = referral.initial()
    names = []
    for hours, command in enumerate(commands):
        try:
            decided = referral.decide(command, state, now=at(hours))
        except DomainError:
            continue
        for event in decided:
            state = referral.evolve(state, stored(event))
            names.append(type(event).__name__)
    stages = [name for name in names if name not in {*ENDS, "WaitStopped"}]
    assert stages == ["ReferralReceived", "WaitStarted", "ReferralTriaged", "ReferralAccepted"][: len(stages)]
    ended = [name for name in names if name in ENDS]
    assert names == [*stages, *ended, *["WaitStopped"] * len(ended)]
    assert len(ended) <= 1


def at(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def stored(event: Event) -> Event:
    """The event as it comes back from the store while its key is there; without the key it must still be readable."""
    encoded = CODEC.encode(event)
    CODEC.decode(encoded.type, encoded.data, {})
    back = CODEC.decode(encoded.type, encoded.data, encoded.personal)
    assert back == event
    return back
