"""Questions of machines: parts joined by and, or, not, to any depth they need."""

from dataclasses import dataclass

from wenyuan.kernel.searching.questions import Part


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of which all must be found, or with ``is_any`` one at least."""

    parts: tuple[Part, ...]
    is_any: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """Published from ``first`` to ``last``, both counted; none sets no limit."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Anything:
    """Every work."""


@dataclass(frozen=True, slots=True)
class Both:
    """What both sides find."""

    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Either:
    """What either side finds."""

    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Without:
    """What the left side finds and the right one does not."""

    left: "Tree"
    right: "Tree"


Tree = Parts | Years | Anything | Both | Either | Without


def parts_of(tree: Tree) -> tuple[Part, ...]:
    """Every part of a tree, from the left."""
    match tree:
        case Parts(parts):
            return parts
        case Both(left, right) | Either(left, right) | Without(left, right):
            return (*parts_of(left), *parts_of(right))
        case _:
            return ()
