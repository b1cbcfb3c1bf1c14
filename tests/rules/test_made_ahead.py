"""Making the next thing while the one before is worked on."""

import sys
import threading
from collections.abc import Iterator

import pytest

from wenyuan.plumbing.ahead import made_ahead

PATIENCE_S = 30


def test_the_next_thing_is_made_while_the_one_before_is_worked_on() -> None:
    second_begun = threading.Event()

    def things() -> Iterator[int]:
        yield 1
        second_begun.set()
        yield 2

    coming = made_ahead(things())
    first = next(coming)

    assert second_begun.wait(PATIENCE_S)
    assert [first, *coming] == [1, 2]


def test_one_is_ahead_and_never_two() -> None:
    taken: list[int] = []
    most: list[int] = []

    def things() -> Iterator[int]:
        for number in range(50):
            most.append(number - len(taken))
            yield number

    for thing in made_ahead(things()):
        taken.append(thing)

    assert taken == list(range(50))
    assert max(most) <= 1


def test_what_making_one_raises_is_raised_where_it_is_asked_for() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    coming = made_ahead(things())

    assert next(coming) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(coming)


def test_whoever_stops_asking_leaves_no_thread_and_the_interpreter_as_it_was() -> None:
    before = sys.getswitchinterval()
    coming = made_ahead(iter(range(10)))
    next(coming)

    during = sys.getswitchinterval()
    coming.close()  # type: ignore[attr-defined] # ty: it is a generator

    assert during < before == sys.getswitchinterval()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
