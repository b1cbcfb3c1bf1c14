"""Whether there is a library to show yet."""

from enum import Enum

from django.conf import settings

from wenyuan.organisation.network.data import LibraryFacts
from wenyuan.organisation.network.queries import get_library

DEMO_MARKER = "demo"
"""In the home folder of a demo: holds ``building`` until the demo is complete, then ``complete``."""


class Readiness(Enum):
    """How far this installation is: no library founded, a demo still being built, or all there."""

    NOT_FOUNDED = "not_founded"
    BUILDING = "building"
    READY = "ready"


def is_ready() -> bool:
    """Whether the portal's pages can be shown: the library is founded, and a demo is complete."""
    return readiness(get_library()) is Readiness.READY


def readiness(library: LibraryFacts | None) -> Readiness:
    """How far the installation with this library, or none, is. A demo without its marker is not complete."""
    if settings.WENYUAN_DEMO and not _is_demo_complete():
        return Readiness.BUILDING
    return Readiness.READY if library is not None else Readiness.NOT_FOUNDED


def _is_demo_complete() -> bool:
    try:
        written: str = (settings.HOME / DEMO_MARKER).read_text("ascii")
    except FileNotFoundError:
        return False
    return written.strip() == "complete"
