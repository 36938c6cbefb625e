"""The places a lost end of a log had: none left out, none twice, each where it can have been."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.operations.gaps import DoesNotFit, Hole, Place, Stream, fill, holes_of

A: Stream = ("U00001", "a")
B: Stream = ("U00001", "b")


def place(position: int, stream: Stream, version: int) -> Place:
    return Place(position=position, stream=stream, version=version)


def test_a_version_that_is_missing_lies_between_its_neighbours() -> None:
    published = [place(12, A, 5), place(15, A, 7)]
    holes = holes_of(published, {A: 3}, 10)
    assert holes == [Hole(stream=A, version=4, after=10, before=12), Hole(stream=A, version=6, after=12, before=15)]
    filled, left = fill([11, 13, 14], holes)
    assert filled == [place(11, A, 4), place(13, A, 6)]
    assert left == [14]


def test_who_can_wait_least_comes_first() -> None:
    published = [place(13, B, 2), place(14, A, 2)]
    filled, left = fill([11, 12], holes_of(published, {}, 10))
    assert filled == [place(11, B, 1), place(12, A, 1)]
    assert left == []


def test_a_version_the_log_has_already_does_not_fit() -> None:
    with pytest.raises(DoesNotFit, match="version 3 at position 11"):
        holes_of([place(11, A, 3)], {A: 3}, 10)


def test_a_version_without_a_position_does_not_fit() -> None:
    with pytest.raises(DoesNotFit, match="1 versions have no position"):
        fill([], holes_of([place(11, A, 2)], {}, 10))


@settings(max_examples=200)
@given(log=st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=40), kept=st.integers(0, 40))
def test_whatever_was_lost_its_places_are_found(log: list[tuple[str, bool]], kept: int) -> None:
    """A log of streams with public and private events, cut off anywhere: what Kafka has of the rest tells all its places."""
    versions: dict[Stream, int] = {}
    events = []
    for position, (name, public) in enumerate(log, 1):
        stream = ("U00001", name)
        versions[stream] = versions.get(stream, 0) + 1
        events.append((place(position, stream, versions[stream]), public))
    head = min(kept, len(events))
    had = {each.stream: each.version for each, _ in events[:head]}
    published = [each for each, public in events[head:] if public]
    newest = max((each.position for each in published), default=head)
    taken = {each.position for each in published}
    filled, left = fill([p for p in range(head + 1, newest) if p not in taken], holes_of(published, had, head))
    everything = [each for each, _ in events[:head]] + published + filled
    assert sorted([each.position for each in everything] + left) == list(range(1, newest + 1))
    for stream in {each.stream for each in everything}:
        mine = sorted((each.position, each.version) for each in everything if each.stream == stream)
        assert [version for _, version in mine] == list(range(1, len(mine) + 1))
