"""Who wants to know what: rooms above register a step for the kinds they follow (``@follows`` in their tasks.py)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from wenyuan.organisation.journal.data import Kind

Follower = Callable[[int], None]
"""Takes the id of an entry; runs inside the delivery's transaction, in a savepoint of its own."""

Chooser = Callable[[Sequence[int]], Collection[int]]
"""Of the entries of a batch those that concern a follower, in one question for all of them; it changes nothing."""


@dataclass(frozen=True, slots=True)
class Following:
    """A follower, and how it tells what concerns it; without a chooser every entry of its kinds does."""

    call: Follower
    choose: Chooser | None


_followers: dict[Kind, dict[str, Following]] = defaultdict(dict)


def follows(*kinds: Kind, among: Chooser | None = None) -> Callable[[Follower], Follower]:
    """Register a follower for these kinds under its dotted name; it must be idempotent.

    :param among: for the kinds of every day, of which few entries concern it: what it does for one entry must not make
        another of the same batch concern it.
    """

    def register(follower: Follower) -> Follower:
        for kind in kinds:
            _followers[kind][f"{follower.__module__}.{follower.__qualname__}"] = Following(follower, among)
        return follower

    return register


def followers_of(kind: str) -> Mapping[str, Following]:
    """Followers of a kind by name; an unknown kind (written by a newer version) has none."""
    return _followers.get(Kind(kind), {}) if kind in Kind._value2member_map_ else {}


def forget(follower: Follower) -> None:
    """Take a follower out again (tests)."""
    name = f"{follower.__module__}.{follower.__qualname__}"
    for registered in _followers.values():
        registered.pop(name, None)
