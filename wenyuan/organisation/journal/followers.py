"""Who wants to know what: rooms above register a step for the kinds they follow (``@follows`` in their tasks.py)."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from wenyuan.organisation.journal.data import Kind

Follower = Callable[[int], None]
"""Takes the id of an entry; runs inside the delivery's transaction, in a savepoint of its own."""

_followers: dict[Kind, dict[str, Follower]] = defaultdict(dict)


def follows(*kinds: Kind) -> Callable[[Follower], Follower]:
    """Register a follower for these kinds under its dotted name; it must be idempotent."""

    def register(follower: Follower) -> Follower:
        for kind in kinds:
            _followers[kind][f"{follower.__module__}.{follower.__qualname__}"] = follower
        return follower

    return register


def followers_of(kind: str) -> Mapping[str, Follower]:
    """Followers of a kind by name; an unknown kind (written by a newer version) has none."""
    return _followers.get(Kind(kind), {}) if kind in Kind._value2member_map_ else {}


def forget(follower: Follower) -> None:
    """Take a follower out again (tests)."""
    name = f"{follower.__module__}.{follower.__qualname__}"
    for registered in _followers.values():
        registered.pop(name, None)
