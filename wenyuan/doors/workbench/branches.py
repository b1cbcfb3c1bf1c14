"""Branches in words and as the choices of a form: the tree of the day, indented."""

from datetime import date

from django.utils.translation import get_language
from django_stubs_ext import StrOrPromise

from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Operator

Choices = list[tuple[str, StrOrPromise]]

INDENT = "\u3000"


def branch_name(branch_id: int | None, network: NetworkMap | None = None) -> str:
    """The branch in the language of the page; empty for none."""
    if branch_id is None:
        return ""
    branch = (network or network_map()).branches.get(branch_id)
    return branch.name(get_language() or "zh-hans") if branch else f"#{branch_id}"


def branches_with(operator: Operator, act: Act) -> frozenset[int] | None:
    """The branches at which the operator may do ``act``; none when that is the whole network."""
    if act in operator.everywhere:
        return None
    return frozenset(branch_id for branch_id, held in operator.at_branches.items() if act in held)


def in_tree_order(network: NetworkMap, on: date) -> list[tuple[int, int]]:
    """Every branch with its depth in the tree of the day, parents before what stands below them, by code."""
    children: dict[int | None, list[int]] = {}
    for branch in sorted(network.branches.values(), key=lambda one: one.code):
        parent = network.parent_of(branch.id, on)
        children.setdefault(parent if parent in network.branches else None, []).append(branch.id)
    ordered: list[tuple[int, int]] = []
    ahead = [(branch_id, 0) for branch_id in reversed(children.get(None, []))]
    seen: set[int] = set()
    while ahead:
        branch_id, depth = ahead.pop()
        if branch_id in seen:
            continue
        seen.add(branch_id)
        ordered.append((branch_id, depth))
        ahead += [(child, depth + 1) for child in reversed(children.get(branch_id, []))]
    return ordered + [(branch_id, 0) for branch_id in sorted(network.branches) if branch_id not in seen]


def branch_choices(
    *,
    on: date,
    ids: frozenset[int] | None = None,
    empty: StrOrPromise | None = None,
    standing: bool = False,
) -> Choices:
    """Choices of a select: all branches, or those of ``ids``; ``standing`` leaves out what is not open on that day."""
    network = network_map()
    choices: Choices = [] if empty is None else [("", empty)]
    for branch_id, depth in in_tree_order(network, on):
        branch = network.branches[branch_id]
        if (ids is None or branch_id in ids) and (not standing or branch.stands_on(on)):
            choices.append((str(branch_id), INDENT * depth + branch.name(get_language() or "zh-hans")))
    return choices
