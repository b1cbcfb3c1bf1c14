"""What stands on the shelves: numbers met in a class, whose work has which, whether an item ever stood under one."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.shelving import rules
from wenyuan.holdings.catalogue.shelving.rules import KeyRange, WorkFacts
from wenyuan.holdings.catalogue.shelving.tables import ShelfGroup, ShelfGroupBranch, StoodNumber
from wenyuan.kernel.callnumbers import running_number, work_part
from wenyuan.kernel.marc import Description, Dialect, describe, from_storage
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Operator
from wenyuan.organisation.rights.queries import may

_FEW: Final = 20
"""Items of one work that are looked at: they agree, or there is no telling."""

Shelf = tuple[str, frozenset[int] | None]
"""A location prefix, and the branches at which its call numbers count; none for every branch."""


def described(bib: Bib) -> Description:
    """What the record of a bib says."""
    return describe(from_storage(bytes(bib.marc)), dialect=Dialect(bib.dialect))


def work_facts(bib: Bib, description: Description) -> WorkFacts:
    """What tells the work of a bib from others."""
    return WorkFacts(title_fold=bib.title_fold, author_fold=bib.author_fold, edition=description.edition)


def shelves_of(group: ShelfGroup) -> tuple[Shelf, ...]:
    """Where the call numbers of a group stand: under its prefix anywhere; without one at its branches, for the default
    group all that have no group of their own without a prefix."""
    if group.prefix:
        return ((group.prefix, None),)
    own = ShelfGroupBranch.objects.filter(group=group).values_list("branch_id", flat=True)
    branches = frozenset(own)
    if group.is_default:
        others = ShelfGroupBranch.objects.filter(group__prefix="").exclude(group=group)
        branches = frozenset(network_map().branches) - frozenset(others.values_list("branch_id", flat=True))
    return (("", branches),)


def branches_of(group: ShelfGroup) -> frozenset[int] | None:
    """The branches whose items may have numbers of the group; none for every branch."""
    [(_prefix, branches)] = shelves_of(group)
    return branches


def may_number(group: ShelfGroup, operator: Operator) -> bool:
    """Whether the operator edits items at a branch where the group counts: one of its own, if it has any, else one of
    those whose items may have its numbers."""
    own = ShelfGroupBranch.objects.filter(group=group).values_list("branch_id", flat=True)
    branches = own if group.prefix and own else branches_of(group)
    return any(may(operator, Act.EDIT_ITEM, one) for one in (network_map().branches if branches is None else branches))


def highest_met(group: ShelfGroup, class_no: str) -> int:
    """The highest running number under which an item of the class stands or stood in the group; 0 without one."""
    highest = 0
    for prefix, branches in shelves_of(group):
        wanted = rules.numbers_range(prefix, class_no)
        at = network_map().branches if branches is None else branches
        with connection.cursor() as cursor:
            cursor.execute(
                sql.HIGHEST_KEY,
                {"branches": sorted(at), "low": wanted.low, "high": wanted.high},
            )
            [key] = cursor.fetchone()
        if key is not None:
            highest = max(highest, rules.number_in_key(bytes.fromhex(key), prefix, class_no))
    return highest


def has_stood(group: ShelfGroup, class_no: str, book_no: str) -> bool:
    """Whether an item of the group stands, or ever stood, under a call number that begins so."""
    for prefix, branches in shelves_of(group):
        keys, at = _within(rules.book_range(prefix, class_no, book_no)), _at(branches)
        if Item.objects.filter(keys, at).exists() or StoodNumber.objects.filter(keys, at).exists():
            return True
    return False


def works_under(group: ShelfGroup, class_no: str, book_no: str) -> Iterator[tuple[str, WorkFacts]]:
    """What the book numbers that begin so say of their works (``12``, ``L911-2``), each with its bib's work. The
    edition is not read."""
    for prefix, branches in shelves_of(group):
        rows = _standing(rules.book_range(prefix, class_no, book_no), branches)
        for call_no, title_fold, author_fold in rows.distinct():
            yield book_part(group, call_no), WorkFacts(title_fold=title_fold, author_fold=author_fold)


def bibs_under(group: ShelfGroup, class_no: str, book_no: str) -> list[Bib]:
    """The bibs whose items stand under exactly this book number."""
    found: set[int] = set()
    for prefix, branches in shelves_of(group):
        rows = Item.objects.filter(_within(rules.book_range(prefix, class_no, book_no)), _at(branches))
        pairs = rows.order_by().values_list("call_no", "bib_id").distinct()
        found.update(bib_id for call_no, bib_id in pairs if book_part(group, call_no) == book_no)
    return list(Bib.objects.filter(id__in=found))


def standing_number(group: ShelfGroup, class_no: str, work: WorkFacts) -> str:
    """The book number under which items of the same work stand already, imported ones for instance; else empty."""
    for prefix, branches in shelves_of(group):
        rows = Item.objects.filter(_within(rules.class_range(prefix, class_no)), _at(branches))
        same = rows.filter(bib__title_fold=work.title_fold, bib__author_fold=work.author_fold).select_related("bib")
        for item in same.order_by("id")[:_FEW]:
            if group.edition_apart and not _is_same_edition(item.bib, work):
                continue
            if part := book_part(group, item.call_no):
                return part
    return ""


def _is_same_edition(bib: Bib, work: WorkFacts) -> bool:
    return rules.edition_mark(described(bib).edition) == rules.edition_mark(work.edition)


def book_part(group: ShelfGroup, call_no: str) -> str:
    """What of a written call number the group's numbering gave to the work."""
    if group.numbering == "running":
        number = running_number(call_no)
        return "" if number is None else str(number)
    return work_part(call_no)


def _standing(keys: KeyRange, branches: frozenset[int] | None) -> Any:
    rows = Item.objects.filter(_within(keys), _at(branches)).order_by()
    return rows.values_list("call_no", "bib__title_fold", "bib__author_fold")


def _within(keys: KeyRange) -> Q:
    return Q(call_key__gte=keys.low, call_key__lt=keys.high)


def _at(branches: frozenset[int] | None) -> Q:
    """With every branch named, so that the index of the shelves serves."""
    return Q(home_branch_id__in=sorted(network_map().branches if branches is None else branches))
