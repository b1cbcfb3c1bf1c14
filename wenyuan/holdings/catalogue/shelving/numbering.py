"""Verbs that propose, assign and give back the numbers of works.

Whoever proposes holds the class's counter, so that nobody else gives a number of that class meanwhile.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from wenyuan.holdings.catalogue.models import Bib, Item, ItemState
from wenyuan.holdings.catalogue.shelving import facts, rules
from wenyuan.holdings.catalogue.shelving.changes import write_call_number
from wenyuan.holdings.catalogue.shelving.groups import group_for
from wenyuan.holdings.catalogue.shelving.ownership import Wanted, is_other, is_own, of_class, own_row
from wenyuan.holdings.catalogue.shelving.tables import AuthorEntry, ClassCounter, Numbering, ShelfGroup, WorkNumber
from wenyuan.holdings.catalogue.shelving.values import Proposal, ShelvingRefusal, ShelvingRefused, WorkNumberView
from wenyuan.kernel.callnumbers import AuthorRow, author_initials, author_numbers, entries_of
from wenyuan.kernel.classification import fold_signs, is_plausible
from wenyuan.kernel.marc import ClassScheme, Description
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import NotAllowed, needs, require
from wenyuan.plumbing.transactions import verb

LONGEST_CLASS: Final = 60
LONGEST_BOOK_NO: Final = 30
LONGEST_CALL_NO: Final = 100
_UNFIT_IN_BOOK_NO: Final = frozenset("/()=: ")


@needs(Act.EDIT_ITEM)
@verb
def propose_call_number(
    *, bib_id: int, at: datetime, desk: Desk, group_id: int | None = None, class_no: str = "", book_no: str = ""
) -> Proposal:
    """Keep a call number for the work of a bib: the number it has, else by the numbering of the group.

    Without a group it is that of the desk's branch; without a class the first of the record. ``book_no`` is one that
    the cataloguer chose instead. A number that was proposed and not used for ``rules.IDLE_DAYS``, or given back, goes
    to the next work of the class, unless an item ever stood under it.

    :raises NotAllowed: without the right to edit items at the desk and at a branch where the group counts.
    :raises ShelvingRefused: BIB_UNKNOWN, GROUP_UNKNOWN, NEEDS_BRANCH, CLASS_UNFIT, BOOK_NO_UNFIT, NUMBER_TOO_FAR,
        CLASS_FULL, NO_AUTHOR_NUMBER, NUMBER_OF_OTHER_WORK, CALL_NO_TOO_LONG.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    wanted = _gather(bib_id, group_id, class_no, desk)
    if not facts.may_number(wanted.group, desk.operator):
        raise NotAllowed(Act.EDIT_ITEM, None)
    counter = _held_counter(wanted)
    choices = _author_choices(wanted.group, wanted.description, wanted.bib)
    row = own_row(wanted)
    is_shared = row is not None and row.bib_id != wanted.bib.id
    if row is None or (book_no and row.book_no != book_no):
        standing = "" if book_no else _standing(wanted)
        is_shared = bool(standing)
        chosen = standing or (_checked(book_no, wanted, counter) if book_no else _next(wanted, counter, choices, at))
        if wanted.group.numbering == Numbering.RUNNING:
            _raise_to(counter, int(chosen))
        if row is not None:
            _let_go(row)
        row = _kept(wanted, chosen, at, desk)
        _audited("propose_call_number", row, at, desk)
    call_no = _written(wanted, row.book_no, volume=wanted.bib.volume)
    return Proposal(
        number_id=row.id,
        group_id=wanted.group.id,
        class_no=row.class_no,
        book_no=row.book_no,
        call_no=call_no,
        is_shared=is_shared,
        choices=choices,
    )


@needs(Act.EDIT_ITEM)
@verb
def assign_call_number(*, number_id: int, bib_id: int, item_ids: Collection[int], at: datetime, desk: Desk) -> int:
    """Write the call number that was proposed for the work of a bib onto items of it, each with its own volume; how
    many items have another call number now than before.

    :raises NotAllowed: without the right to edit items at the desk and at each item's home.
    :raises ShelvingRefused: NUMBER_UNKNOWN (also where it was given to another work since), NO_ITEMS, ITEM_UNKNOWN,
        ITEM_OF_OTHER_BIB, ITEM_WITHDRAWN, ITEM_OF_OTHER_GROUP, NUMBER_OF_OTHER_WORK, CALL_NO_TOO_LONG.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    wanted, row = _held(number_id, bib_id, desk)
    _refuse_others(wanted, row.book_no)
    items = list(Item.objects.select_for_update().filter(id__in=item_ids).order_by("id"))
    if not items:
        raise ShelvingRefused(ShelvingRefusal.NO_ITEMS if not item_ids else ShelvingRefusal.ITEM_UNKNOWN)
    if len(items) != len(set(item_ids)):
        raise ShelvingRefused(ShelvingRefusal.ITEM_UNKNOWN)
    branches = facts.branches_of(wanted.group)
    for item in items:
        require(desk.operator, Act.EDIT_ITEM, item.home_branch_id)
        if item.bib_id != wanted.bib.id:
            raise ShelvingRefused(ShelvingRefusal.ITEM_OF_OTHER_BIB)
        if item.state == ItemState.WITHDRAWN:
            raise ShelvingRefused(ShelvingRefusal.ITEM_WITHDRAWN)
        if branches is not None and item.home_branch_id not in branches:
            raise ShelvingRefused(ShelvingRefusal.ITEM_OF_OTHER_GROUP)
    changed = 0
    for item in items:
        call_no = _written(wanted, row.book_no, volume=item.volume or wanted.bib.volume)
        changed += write_call_number(item, wanted.bib, call_no, at=at, desk=desk)
    if row.used_at is None:
        row.used_at = at
        row.save(update_fields=["used_at"])
    return changed


@needs(Act.EDIT_ITEM)
@verb
def give_back_number(*, number_id: int, bib_id: int, at: datetime, desk: Desk) -> None:
    """Let go of a number that was proposed for the work of a bib and is not wanted, so that the next work of the class
    may have it.

    :raises NotAllowed: without the right to edit items at the desk, and at a branch where the group counts unless one
        proposed it oneself.
    :raises ShelvingRefused: NUMBER_UNKNOWN; NUMBER_USED where an item stands under it or ever did.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    wanted, row = _held(number_id, bib_id, desk)
    if row.proposed_by_id != desk.operator.account and not facts.may_number(wanted.group, desk.operator):
        raise NotAllowed(Act.EDIT_ITEM, None)
    if row.used_at is not None or facts.has_stood(row.group, row.class_no, row.book_no):
        raise ShelvingRefused(ShelvingRefusal.NUMBER_USED)
    _let_go(row)
    _audited("give_back_number", row, at, desk)


def numbers_of_bib(bib_id: int) -> tuple[WorkNumberView, ...]:
    """The numbers that were proposed for a bib or belong to its work, the latest first."""
    bib = Bib.objects.filter(id=bib_id).first()
    if bib is None:
        return ()
    description = facts.described(bib)
    own = facts.work_facts(bib, description)
    works = {rules.work_of(own, edition_apart=apart) for apart in (False, True)}
    mine = Q(work__in=works) | Q(bib_id=bib_id, work__isnull=False)
    rows = WorkNumber.objects.select_related("group").filter(mine).order_by("-proposed_at", "-id")
    return tuple(
        WorkNumberView(
            id=row.id,
            group_id=row.group_id,
            class_no=row.class_no,
            scheme=row.scheme,
            edition=row.edition,
            book_no=row.book_no,
            call_no=_in_words(row.group, row.class_no, row.book_no, bib.volume, description.edition),
            proposed_at=row.proposed_at,
            used_at=row.used_at,
            branch_ids=facts.branches_of(row.group),
            choices=_other_choices(row, description, bib) if row.used_at is None else (),
        )
        for row in rows
        if row.bib_id == bib_id or row.work == rules.work_of(own, edition_apart=row.group.edition_apart)
    )


def _gather(bib_id: int, group_id: int | None, class_no: str, desk: Desk) -> Wanted:
    """What a number is asked for; a record that was merged stands for the one that it leads to."""
    found = Bib.objects.select_related("merged_into").filter(id=bib_id).first()
    if found is None:
        raise ShelvingRefused(ShelvingRefusal.BIB_UNKNOWN)
    bib = found.merged_into or found
    group = group_for(desk.branch_id, group_id)
    description = facts.described(bib)
    if not group.prefix and not facts.branches_of(group):
        raise ShelvingRefused(ShelvingRefusal.NEEDS_BRANCH, "group")
    chosen = rules.tidy_class(class_no or bib.class_no)
    if not is_plausible(chosen) or len(chosen) > LONGEST_CLASS:
        raise ShelvingRefused(ShelvingRefusal.CLASS_UNFIT, "class_no")
    work = facts.work_facts(bib, description)
    return Wanted(bib, description, group, chosen, work, rules.work_of(work, edition_apart=group.edition_apart))


def _held(number_id: int, bib_id: int, desk: Desk) -> tuple[Wanted, WorkNumber]:
    """A number that belongs to the work of a bib, with its class's counter held, so that nobody else takes it
    meanwhile. :raises ShelvingRefused: NUMBER_UNKNOWN."""
    row = WorkNumber.objects.filter(id=number_id).first()
    if row is None:
        raise ShelvingRefused(ShelvingRefusal.NUMBER_UNKNOWN)
    wanted = _gather(bib_id, row.group_id, row.class_no, desk)
    _held_counter(wanted)
    own = own_row(wanted)
    if own is None or own.id != number_id:
        raise ShelvingRefused(ShelvingRefusal.NUMBER_UNKNOWN)
    return wanted, own


def _held_counter(wanted: Wanted) -> ClassCounter:
    """The counter of the class, locked to the end of the transaction, raised to what stands on the shelves."""
    ClassCounter.objects.bulk_create([ClassCounter(**of_class(wanted))], ignore_conflicts=True)
    counter = ClassCounter.objects.select_for_update().get(**of_class(wanted))
    if wanted.group.numbering == Numbering.RUNNING:
        _raise_to(counter, facts.highest_met(wanted.group, wanted.class_no))
    return counter


def _raise_to(counter: ClassCounter, number: int) -> None:
    if counter.highest < number <= rules.LARGEST_NUMBER:
        counter.highest = number
        counter.save(update_fields=["highest"])


def _author_choices(group: ShelfGroup, description: Description, bib: Bib) -> tuple[str, ...]:
    """The author numbers of the work's author, by table or initials; by the title where there is no author."""
    name = description.authors[0].name if description.authors else bib.author or bib.title
    if group.numbering == Numbering.INITIALS:
        initials = author_initials(name)
        return (initials,) if initials else ()
    if group.numbering == Numbering.AUTHOR:
        return author_numbers(name, _rows_for(group, entries_of(name)))
    return ()


def _other_choices(row: WorkNumber, description: Description, bib: Bib) -> tuple[str, ...]:
    """Those of another reading than the number kept, which is one of them or has ``-2``, ``-3`` … behind it."""
    choices = _author_choices(row.group, description, bib)
    return tuple(one for one in choices if row.book_no != one and not row.book_no.startswith(f"{one}-"))


def _rows_for(group: ShelfGroup, entries: Collection[str]) -> dict[str, list[AuthorRow]]:
    rows = list(AuthorEntry.objects.filter(table_id=group.author_table_id, entry__in=entries).order_by("id"))
    seen = {row.see for row in rows if row.see} - set(entries)
    if seen:
        rows += AuthorEntry.objects.filter(table_id=group.author_table_id, entry__in=seen).order_by("id")
    found: dict[str, list[AuthorRow]] = {}
    for row in rows:
        line = AuthorRow(row.entry, row.reading, row.letters, row.number, row.subtable, row.see)
        found.setdefault(row.entry, []).append(line)
    return found


def _next(wanted: Wanted, counter: ClassCounter, choices: tuple[str, ...], at: datetime) -> str:
    if wanted.group.numbering == Numbering.RUNNING:
        number = rules.next_number(idle=_idle(wanted, at), highest=counter.highest)
        if number > rules.LARGEST_NUMBER:
            raise ShelvingRefused(ShelvingRefusal.CLASS_FULL, "book_no")
        return str(number)
    if not choices:
        raise ShelvingRefused(ShelvingRefusal.NO_AUTHOR_NUMBER, "book_no")
    taken = {
        part for part, other in facts.works_under(wanted.group, wanted.class_no, choices[0]) if is_other(wanted, other)
    }
    kept = WorkNumber.objects.filter(**of_class(wanted), work__isnull=False).exclude(work=wanted.work)
    return rules.apart(choices[0], taken | set(kept.values_list("book_no", flat=True)))


def _idle(wanted: Wanted, at: datetime) -> list[int]:
    """The lowest number, if there is one, that was proposed, is not used and under which nothing ever stood; whoever
    had it has it no longer."""
    unused = WorkNumber.objects.select_for_update().filter(**of_class(wanted), used_at=None)
    long_ago = at - timedelta(days=rules.IDLE_DAYS)
    idle = [row for row in unused if row.work is None or row.proposed_at < long_ago]
    for row in sorted((row for row in idle if row.book_no.isdecimal()), key=lambda row: int(row.book_no)):
        if not facts.has_stood(wanted.group, wanted.class_no, row.book_no):
            _let_go(row)
            return [int(row.book_no)]
    return []


def _standing(wanted: Wanted) -> str:
    """The number under which items of the work stand already, unless another work has been given it meanwhile."""
    number = facts.standing_number(wanted.group, wanted.class_no, wanted.facts)
    others = WorkNumber.objects.filter(**of_class(wanted), book_no=number, work__isnull=False)
    return "" if others.exclude(work=wanted.work).exists() else number


def _checked(book_no: str, wanted: Wanted, counter: ClassCounter) -> str:
    """A number that the cataloguer typed.

    :raises ShelvingRefused: BOOK_NO_UNFIT, NUMBER_TOO_FAR, NUMBER_OF_OTHER_WORK.
    """
    plain = fold_signs(book_no).strip().upper()
    if not 0 < len(plain) <= LONGEST_BOOK_NO or _UNFIT_IN_BOOK_NO & set(plain) or not plain.isprintable():
        raise ShelvingRefused(ShelvingRefusal.BOOK_NO_UNFIT, "book_no")
    if wanted.group.numbering == Numbering.RUNNING and not (
        plain.isdecimal() and plain.isascii() and 0 < int(plain) <= rules.LARGEST_NUMBER
    ):
        raise ShelvingRefused(ShelvingRefusal.BOOK_NO_UNFIT, "book_no")
    if wanted.group.numbering == Numbering.RUNNING:
        plain = str(int(plain))
        if int(plain) > counter.highest + rules.TYPED_AHEAD:
            raise ShelvingRefused(ShelvingRefusal.NUMBER_TOO_FAR, "book_no")
    _refuse_others(wanted, plain)
    return plain


def _refuse_others(wanted: Wanted, book_no: str) -> None:
    """:raises ShelvingRefused: NUMBER_OF_OTHER_WORK where items of another work stand under the number."""
    under = facts.works_under(wanted.group, wanted.class_no, book_no)
    if any(part == book_no and is_other(wanted, other) for part, other in under):
        raise ShelvingRefused(ShelvingRefusal.NUMBER_OF_OTHER_WORK, "book_no")


def _audited(act: str, row: WorkNumber, at: datetime, desk: Desk) -> None:
    """Who took a number, or gave it back, and for which record."""
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="work_number",
        subject_id=row.id,
        after={"group_id": row.group_id, "class_no": row.class_no, "book_no": row.book_no, "bib_id": row.bib_id},
    )


def _let_go(row: WorkNumber) -> None:
    """The work takes another number: the one it had is free where it was not used, and stays known where it was."""
    row.work = None
    row.save(update_fields=["work"])


def _kept(wanted: Wanted, book_no: str, at: datetime, desk: Desk) -> WorkNumber:
    """The row of this number, now the work's. :raises ShelvingRefused: NUMBER_OF_OTHER_WORK."""
    others = WorkNumber.objects.filter(**of_class(wanted), book_no=book_no, work__isnull=False)
    if any(not is_own(wanted, row) for row in others.exclude(work=wanted.work)):
        raise ShelvingRefused(ShelvingRefusal.NUMBER_OF_OTHER_WORK, "book_no")
    key = rules.class_key(wanted.class_no)
    number = next((one for one in wanted.description.class_numbers if rules.class_key(one.number) == key), None)
    is_clc = number is None or number.scheme is ClassScheme.CLC
    row, _made = WorkNumber.objects.update_or_create(
        **of_class(wanted),
        book_no=book_no,
        defaults={
            "class_no": wanted.class_no,
            "scheme": wanted.group.scheme if number is None or is_clc else number.scheme.value,
            "edition": (number.edition if number else "")[:8] or wanted.group.edition,
            "work": wanted.work,
            "bib_id": wanted.bib.id,
            "proposed_at": at,
            "proposed_by_id": desk.operator.account,
        },
    )
    return row


def _written(wanted: Wanted, book_no: str, *, volume: str) -> str:
    call_no = _in_words(wanted.group, wanted.class_no, book_no, volume, wanted.description.edition)
    if len(call_no) > LONGEST_CALL_NO:
        raise ShelvingRefused(ShelvingRefusal.CALL_NO_TOO_LONG, "class_no")
    return call_no


def _in_words(group: ShelfGroup, class_no: str, book_no: str, volume: str, edition: str) -> str:
    return rules.written(
        template=group.template,
        prefix=group.prefix,
        class_no=class_no,
        book_no=book_no,
        volume=rules.volume_mark(volume),
        edition="" if group.edition_apart else rules.edition_mark(edition),
    )
