"""The frame of a verb: outermost, atomic, and never inside another verb."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Run a verb in a transaction of its own; a verb called inside a transaction is an error in the house.

    Tests that roll back wrap everything in one transaction and say so by ``WENYUAN_VERBS_NEST``.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(durable=not getattr(settings, "WENYUAN_VERBS_NEST", False)):
            return function(*args, **kwargs)

    return run


def assert_in_verb() -> None:
    """For steps: they are only called from within a verb."""
    assert connection.in_atomic_block, "a step needs the transaction of a verb"
