"""Making and changing booklists. Each change is of one list, which is held until the end, so that two librarians who
work on it come one after the other. A reader's own lists are theirs alone: the door names who has signed in."""

from datetime import date, datetime

from django.db import IntegrityError
from django.db.models import F

from wenyuan.holdings.catalogue.queries import standing_bib, titles_of
from wenyuan.lending.patrons.operations import hold_reader
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb
from wenyuan.services.reading import rules
from wenyuan.services.reading.data import (
    BooklistDraft,
    BooklistFacts,
    BooklistLineFacts,
    BooklistReason,
    BooklistReceipt,
    BooklistRefused,
    OwnListFacts,
    OwnListReason,
    OwnListReceipt,
    OwnListRefused,
)
from wenyuan.services.reading.models import Booklist, BooklistLine, OwnLine, OwnList
from wenyuan.services.reading.queries import (
    get_booklist,
    get_own_list,
    line_ids_of_work,
    lines_of,
    own_lines_of_work,
    own_lists,
)
from wenyuan.services.reading.reviewing import decide_review, report_review, take_review_back, write_review

__all__ = [
    "add_to_booklist",
    "add_to_own_list",
    "begin_booklist",
    "change_booklist",
    "change_line",
    "decide_review",
    "delete_booklist",
    "delete_own_list",
    "remove_from_own_list",
    "remove_line",
    "rename_own_list",
    "report_review",
    "take_review_back",
    "write_review",
]


@needs(Act.KEEP_BOOKLISTS)
def begin_booklist(
    *, branch_id: int, draft: BooklistDraft, at: datetime, desk: Desk, key: str | None = None
) -> BooklistReceipt:
    """Make a list that a branch keeps; works are added to it afterwards.

    :raises NotAllowed: the operator may not keep lists at that branch.
    :raises BooklistRefused: with every reason.
    """
    try:
        return _begin(branch_id, rules.tidied(draft), at, desk, key)
    except IntegrityError:  # a twin request with the same key came first
        return _begin(branch_id, rules.tidied(draft), at, desk, key)


@needs(Act.KEEP_BOOKLISTS)
@verb
def change_booklist(*, list_id: int, version: int, draft: BooklistDraft, at: datetime, desk: Desk) -> BooklistReceipt:
    """Say what a list is called and about, and when readers see it. ``version`` is the one that was looked at.

    :raises NotAllowed: the operator may not keep lists at its branch.
    :raises BooklistRefused: with every reason; CHANGED_MEANWHILE when somebody else was first; WAS_SHOWN when what
        readers have seen would be a draft again or still to come.
    """
    before, draft, today = _held(list_id, desk), rules.tidied(draft), local_date(at)
    reasons = rules.reasons_against_draft(draft)
    reasons += rules.reasons_against_days(before.state(today), draft.state(today))
    if before.version != version:
        reasons.append(BooklistReason.CHANGED_MEANWHILE)
    if reasons:
        raise BooklistRefused(*reasons)
    Booklist.objects.filter(id=list_id).update(**_columns(draft), changed_at=at, version=F("version") + 1)
    after = _standing(list_id)
    _audit("change_booklist", after, at, desk, before=_shown(before.draft), after=_shown(draft))
    return BooklistReceipt(after)


@needs(Act.KEEP_BOOKLISTS)
@verb
def delete_booklist(*, list_id: int, at: datetime, desk: Desk) -> None:
    """Delete a list that no reader sees or has seen by its days, with its lines.

    :raises NotAllowed: the operator may not keep lists at its branch.
    :raises BooklistRefused: UNKNOWN_LIST, WAS_SHOWN.
    """
    before = _held(list_id, desk)
    if reasons := rules.reasons_against_deletion(before.state(local_date(at))):
        raise BooklistRefused(*reasons)
    BooklistLine.objects.filter(booklist_id=list_id).delete()
    Booklist.objects.filter(id=list_id).delete()
    _audit("delete_booklist", before, at, desk, before=_shown(before.draft))


@needs(Act.KEEP_BOOKLISTS)
@verb
def add_to_booklist(*, list_id: int, bib_id: int, words: str, at: datetime, desk: Desk) -> None:
    """Put a work at the end of a list; a record that was merged stands for the one that it leads to.

    :raises NotAllowed: the operator may not keep lists at its branch.
    :raises BooklistRefused: with every reason; ALREADY_ON_IT also by a record that has been merged since.
    """
    booklist = _held(list_id, desk)
    work = standing_bib(bib_id)
    lines = lines_of(list_id)
    reasons = rules.reasons_against_line(words, standing=booklist.works)
    if work not in titles_of([work]):
        reasons.append(BooklistReason.UNKNOWN_WORK)
    if work in {line.bib_id for line in lines}:
        reasons.append(BooklistReason.ALREADY_ON_IT)
    if reasons:
        raise BooklistRefused(*reasons)
    BooklistLine.objects.create(booklist_id=list_id, bib_id=work, place=booklist.works + 1, words=words.strip())
    _note_line(booklist, at, desk, after={"bib": work, "place": booklist.works + 1})


@needs(Act.KEEP_BOOKLISTS)
@verb
def change_line(*, list_id: int, version: int, line_id: int, place: int, words: str, at: datetime, desk: Desk) -> None:
    """Say why a work is recommended, and at which place of the list it stands; where that is another one, the others
    make room. ``version`` is that of the list that was looked at.

    :raises NotAllowed: the operator may not keep lists at its branch.
    :raises BooklistRefused: UNKNOWN_LIST, UNKNOWN_LINE, TEXT_TOO_LONG; CHANGED_MEANWHILE when somebody else was first.
    """
    booklist = _held(list_id, desk)
    line = _line(list_id, line_id)
    reasons = rules.reasons_against_line(words, standing=0)
    if booklist.version != version:
        reasons.append(BooklistReason.CHANGED_MEANWHILE)
    if reasons:
        raise BooklistRefused(*reasons)
    BooklistLine.objects.filter(id=line_id).update(words=words.strip())
    if place != line.place:
        _reorder(list_id, rules.moved(_order(list_id), line_id, place))
    _note_line(booklist, at, desk, before={"bib": line.bib_id, "place": line.place}, after={"place": place})


@needs(Act.KEEP_BOOKLISTS)
@verb
def remove_line(*, list_id: int, line_id: int, at: datetime, desk: Desk) -> None:
    """Take a work off a list; the others close up.

    :raises NotAllowed: the operator may not keep lists at its branch.
    :raises BooklistRefused: UNKNOWN_LIST, UNKNOWN_LINE.
    """
    booklist = _held(list_id, desk)
    line = _line(list_id, line_id)
    # With it goes what a merge of records has made the same work: it would come to light in its stead.
    BooklistLine.objects.filter(id__in=line_ids_of_work(list_id, line.bib_id)).delete()
    _reorder(list_id, _order(list_id))
    _note_line(booklist, at, desk, before={"bib": line.bib_id, "place": line.place})


@needs()
@verb
def add_to_own_list(
    *, patron_id: int, bib_id: int, at: datetime, desk: Desk, list_id: int | None = None, name: str = ""
) -> OwnListReceipt:
    """Put a work on a reader's own list: on ``list_id``, else on the one that is called ``name``, which is made where
    there is none. What stands on it already stays.

    :raises OwnListRefused: with every reason; UNKNOWN_LIST also for another reader's.
    """
    _hold_reader(patron_id)
    work = standing_bib(bib_id)
    if work not in titles_of([work]):
        raise OwnListRefused(OwnListReason.UNKNOWN_WORK)
    found = _own_list(patron_id, list_id) if list_id is not None else _own_list_called(patron_id, name, at)
    if own_lines_of_work(found.id, work):
        return OwnListReceipt(found, repeated=True)
    if reasons := rules.reasons_against_own_work(found.works):
        raise OwnListRefused(*reasons)
    OwnLine.objects.create(own_list_id=found.id, bib_id=work, added_at=at)
    return OwnListReceipt(_own_list(patron_id, found.id))


@needs()
@verb
def rename_own_list(*, patron_id: int, list_id: int, name: str, at: datetime, desk: Desk) -> OwnListFacts:
    """Call a reader's own list otherwise.

    :raises OwnListRefused: with every reason; UNKNOWN_LIST also for another reader's.
    """
    _hold_reader(patron_id)
    _own_list(patron_id, list_id)
    name = rules.own_name(name)
    others = {one.name for one in own_lists(patron_id) if one.id != list_id}
    if reasons := rules.reasons_against_name(name, others):
        raise OwnListRefused(*reasons)
    OwnList.objects.filter(id=list_id).update(name=name)
    return _own_list(patron_id, list_id)


@needs()
@verb
def delete_own_list(*, patron_id: int, list_id: int, at: datetime, desk: Desk) -> OwnListFacts:
    """Delete a reader's own list with all that stands on it; returns what it was.

    :raises OwnListRefused: UNKNOWN_LIST, also for another reader's.
    """
    _hold_reader(patron_id)
    found = _own_list(patron_id, list_id)
    OwnLine.objects.filter(own_list_id=list_id).delete()
    OwnList.objects.filter(id=list_id).delete()
    return found


@needs()
@verb
def remove_from_own_list(*, patron_id: int, list_id: int, bib_id: int, at: datetime, desk: Desk) -> None:
    """Take a work off a reader's own list, by whatever records it was added. What is not on it is off it.

    :raises OwnListRefused: UNKNOWN_LIST, also for another reader's.
    """
    _hold_reader(patron_id)
    _own_list(patron_id, list_id)
    OwnLine.objects.filter(id__in=own_lines_of_work(list_id, standing_bib(bib_id))).delete()


def _hold_reader(patron_id: int) -> None:
    if not hold_reader(patron_id):
        raise OwnListRefused(OwnListReason.UNKNOWN_READER)


def _own_list(patron_id: int, list_id: int) -> OwnListFacts:
    found = get_own_list(list_id, patron_id=patron_id)
    if found is None:
        raise OwnListRefused(OwnListReason.UNKNOWN_LIST)
    return found


def _own_list_called(patron_id: int, name: str, at: datetime) -> OwnListFacts:
    """The reader's list of that name, made where there is none."""
    name, lists = rules.own_name(name), own_lists(patron_id)
    if found := next((one for one in lists if one.name == name), None):
        return found
    if reasons := rules.reasons_against_name(name, ()) + rules.reasons_against_own_list(len(lists)):
        raise OwnListRefused(*reasons)
    return _own_list(patron_id, OwnList.objects.create(patron_id=patron_id, name=name, made_at=at).id)


@verb
def _begin(branch_id: int, draft: BooklistDraft, at: datetime, desk: Desk, key: str | None) -> BooklistReceipt:
    branch = network_map().branches.get(branch_id)
    if branch is None:
        raise BooklistRefused(BooklistReason.UNKNOWN_BRANCH)
    require(desk.operator, Act.KEEP_BOOKLISTS, branch_id)
    if key and (done := Booklist.objects.filter(key=key).values_list("id", flat=True).first()):
        earlier = _standing(done)
        if (earlier.branch_id, earlier.title) != (branch_id, draft.title):
            raise BooklistRefused(BooklistReason.KEY_REUSED)
        return BooklistReceipt(earlier, repeated=True)
    if reasons := rules.reasons_against_draft(draft):
        raise BooklistRefused(*reasons)
    made = Booklist.objects.create(
        branch_id=branch_id,
        made_by_id=desk.operator.account_id,
        made_at=at,
        changed_at=at,
        key=key,
        **_columns(draft),
    )
    booklist = _standing(made.id)
    _audit("begin_booklist", booklist, at, desk, after=_shown(draft))
    return BooklistReceipt(booklist)


def _held(list_id: int, desk: Desk) -> BooklistFacts:
    """The list, held until the end."""
    held = Booklist.objects.select_for_update().filter(id=list_id).only("id").first()
    booklist = get_booklist(list_id) if held else None
    if booklist is None:
        raise BooklistRefused(BooklistReason.UNKNOWN_LIST)
    require(desk.operator, Act.KEEP_BOOKLISTS, booklist.branch_id)
    return booklist


def _standing(list_id: int) -> BooklistFacts:
    booklist = get_booklist(list_id)
    assert booklist is not None
    return booklist


def _line(list_id: int, line_id: int) -> BooklistLineFacts:
    line = next((one for one in lines_of(list_id) if one.id == line_id), None)
    if line is None:
        raise BooklistRefused(BooklistReason.UNKNOWN_LINE)
    return line


def _order(list_id: int) -> list[int]:
    return list(BooklistLine.objects.filter(booklist_id=list_id).order_by("place").values_list("id", flat=True))


def _reorder(list_id: int, order: list[int]) -> None:
    """Give the lines their places anew; each place is once on a list when the transaction ends."""
    lines = {one.id: one for one in BooklistLine.objects.filter(booklist_id=list_id)}
    for place, line_id in enumerate(order, start=1):
        lines[line_id].place = place
    BooklistLine.objects.bulk_update(lines.values(), ["place"])


def _columns(draft: BooklistDraft) -> dict[str, str | bool | date | None]:
    return {
        "title": draft.title,
        "words": draft.words,
        "for_children": draft.for_children,
        "first_date": draft.first_date,
        "last_date": draft.last_date,
    }


def _shown(draft: BooklistDraft) -> dict[str, object]:
    return {"title": draft.title, "first": draft.first_date, "last": draft.last_date}


def _note_line(
    booklist: BooklistFacts,
    at: datetime,
    desk: Desk,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    # What is added at the end changes nothing that somebody else has looked at.
    Booklist.objects.filter(id=booklist.id).update(changed_at=at, version=F("version") + int(before is not None))
    _audit("change_booklist_works", booklist, at, desk, before=before, after=after)


def _audit(
    act: str,
    booklist: BooklistFacts,
    at: datetime,
    desk: Desk,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="booklist",
        subject_id=booklist.id,
        branch_id=booklist.branch_id,
        reason="",
        before=before,
        after=after,
    )
