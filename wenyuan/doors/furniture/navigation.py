"""What a page's navigation is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One place one can go to.

    ``label`` is already in the reader's language. ``icon`` names a symbol of ``furniture/icons.html`` and is
    needed in the portal's tab bar; ``current`` marks where one is, with the fishtail and for screen readers.
    """

    label: str
    url: str
    icon: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to this page; the last, this page itself, has no ``url``."""

    label: str
    url: str = ""
