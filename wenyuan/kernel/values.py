"""Values of which every loan and return makes some: frozen where the type checker looks, cheap where the program runs.

``dataclass(frozen=True)`` sets each field through ``object.__setattr__``, and such a value takes three times as long to
make as one whose fields are simply set. A loan makes thirty, so that was an eighth of all the Python it runs
(docs/adr/0022). Everything that is not made with each act stays ``dataclass(frozen=True)``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(field,))
def light_value(*, kw_only: bool = False, repr: bool = True) -> Callable[[type[T]], type[T]]:
    """A class of values as ``dataclass(frozen=True, slots=True)`` makes them: compared and hashed by their fields,
    without room for others. That nobody sets a field of one is held by the type checker alone.

    :param kw_only: every field is given by its name.
    :param repr: whether the class gets a ``repr`` of its fields.
    """
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only, repr=repr)
