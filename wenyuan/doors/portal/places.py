"""The network as a reader looks through it: a list by district, and one branch with all one needs before going."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from wenyuan.doors.portal.opening import Opening, opening_in_words
from wenyuan.doors.portal.words import kind_order
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import list_groups, opening_today

ON_HOME: Final = 8
"""How many branches the first page names."""


@dataclass(frozen=True, slots=True)
class Row:
    """A branch in the list. ``district`` is the branch it is listed under: the nearest one above it, or itself."""

    opening: Opening
    district: BranchFacts
    depth: int


def openings(network: NetworkMap, at: datetime) -> dict[int, Opening]:
    """Every branch that stands today, by id."""
    return {one.branch.id: opening_in_words(one, at) for one in opening_today(at, network=network)}


def for_home(found: Iterable[Opening]) -> list[Opening]:
    """The branches that matter most to most: the central library first, and those that state their hours."""
    return sorted(found, key=lambda one: (one.shape == "none", kind_order(one.branch.kind), one.branch.code))[:ON_HOME]


def by_district(network: NetworkMap, found: dict[int, Opening], on: date) -> list[Row]:
    """Every branch once, in the order of the tree: a branch, then what stands below it.

    Roots and the branches right below them head districts of their own when something stands below them; the others
    are listed under the nearest of these.
    """
    children: dict[int | None, list[int]] = {}
    for branch_id in found:
        parent = network.parent_of(branch_id, on)
        children.setdefault(parent if parent in found else None, []).append(branch_id)
    for below in children.values():
        below.sort(key=lambda one: (kind_order(found[one].branch.kind), found[one].branch.code))
    rows: list[Row] = []
    for root in children.get(None, []):
        own = [child for child in children.get(root, []) if child not in children]
        heads = [child for child in children.get(root, []) if child in children]
        district = found[root].branch
        rows.append(Row(found[root], district, 0))
        rows += [Row(found[child], district, 1) for child in own]
        for head in heads:
            rows += _below(head, found, children, found[head].branch, 0)
    return rows


def _below(
    branch_id: int,
    found: dict[int, Opening],
    children: dict[int | None, list[int]],
    district: BranchFacts,
    depth: int,
) -> list[Row]:
    rows = [Row(found[branch_id], district, depth)]
    for child in children.get(branch_id, []):
        rows += _below(child, found, children, district, depth + 1)
    return rows


def shares_with(network: NetworkMap, branch_id: int, *, on: date, language: str) -> list[tuple[str, list[BranchFacts]]]:
    """通借通还: the lending groups of a branch today, each with the other branches that stand in it."""
    mine = network.groups_of(branch_id, on)
    names = {
        group.id: (group.name_en if language.startswith("en") else "") or group.name_zh
        for group in (list_groups() if mine else ())
    }
    members: dict[int, list[BranchFacts]] = {group: [] for group in mine}
    for branch in sorted(network.branches.values(), key=lambda one: (kind_order(one.kind), one.code)):
        if branch.id == branch_id or not branch.stands_on(on):
            continue
        for group in network.groups_of(branch.id, on) & mine:
            members[group].append(branch)
    return [(names.get(group, ""), members[group]) for group in sorted(mine)]
