"""The start of a process of the house."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import django


def set_up_django() -> None:
    """``django.setup``, in two thirds of its time."""
    with loaded_for_good():
        django.setup()


@contextmanager
def loaded_for_good() -> Iterator[None]:
    """What is loaded in here stays as long as the process: nobody looks for garbage among it, neither now nor later.

    Thirteen hundred modules make a quarter of a million objects, and Python would begin three hundred searches.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
