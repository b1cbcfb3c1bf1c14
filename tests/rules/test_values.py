"""Values of the everyday acts: compared by their fields, and frozen for the type checker."""

import pytest

from wenyuan.kernel.values import light_value


@light_value()
class Due:
    base: int
    day: int = 0


def test_values_with_the_same_fields_are_one() -> None:
    assert Due(1, 2) == Due(base=1, day=2)
    assert len({Due(1, 2), Due(1, 2), Due(1)}) == 2


def test_a_value_has_no_room_for_other_fields() -> None:
    with pytest.raises(AttributeError):
        Due(1).other = 2  # type: ignore[attr-defined]


def test_the_type_checker_lets_nobody_set_a_field() -> None:
    due = Due(1)
    due.day = 2  # type: ignore[misc] # `make check` fails when this is no error any more
    assert due == Due(1, 2)
