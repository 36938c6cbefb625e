"""Who looked at a record: one line for what was read in one go."""

from datetime import UTC, datetime, timedelta

from services.kit.access_log import Access
from services.portal.web.presenters.accesses import Look, looks

AT = datetime(2026, 6, 1, 8, 5, tzinfo=UTC)


def read(what: str, *, after: float = 0.0, reader: str = "dr.grove", request: str | None = "a") -> Access:
    return Access(
        at=AT + timedelta(seconds=after),
        reader=reader,
        roles=("clinician",),
        what=what,
        why="direct-care",
        request=request,
    )


def test_what_was_read_for_one_request_is_one_line() -> None:
    assert looks([read("measures", after=0.2), read("page"), read("identity", after=0.1)]) == [
        Look(
            when="1 June 2026 at 9:05am",
            reader="dr.grove",
            role="Clinician",
            parts="A page about them, Name and number, Questionnaires",
            why="Caring for the family",
        )
    ]


def test_another_reader_and_another_request_are_lines_of_their_own_the_newest_first() -> None:
    found = looks(
        [
            read("page"),
            read("page", after=60, request="b"),
            read("page", after=30, reader="somebody.else"),
            read("details", after=90, request=None),
            read("details", after=91, request=None),
        ]
    )
    assert [(look.reader, look.parts) for look in found] == [
        ("dr.grove", "Details and contact"),
        ("dr.grove", "Details and contact"),
        ("dr.grove", "A page about them"),
        ("somebody.else", "A page about them"),
        ("dr.grove", "A page about them"),
    ]


def test_a_code_without_words_is_shown_as_it_is() -> None:
    (look,) = looks([read("something-new")])
    assert look.parts == "something-new"
