"""合并: two records of one person become one, and again two within thirty days.

Everything that hangs on the record that goes is hung on the one that stays, row by row, here and in the rooms above
(``seams.PatronMover``); which rows these were is kept, so that an undo gives back exactly them. The record that went
stays closed, with its particulars, and leads to the other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from wenyuan.lending.patrons import rules, seams
from wenyuan.lending.patrons.data import (
    ErasureState,
    Moved,
    NoNumberReason,
    PatronRefused,
    PatronUnknown,
    Problem,
    ProblemCode,
)
from wenyuan.lending.patrons.data.merging import UNDO_DAYS
from wenyuan.lending.patrons.family import forget_links
from wenyuan.lending.patrons.models import (
    Consent,
    ErasureRequest,
    Guardian,
    KeptApart,
    Merge,
    MergedRow,
    PastPatron,
    Patron,
    PatronStatus,
    ProxyAct,
    Restriction,
    Token,
    TokenStatus,
)
from wenyuan.lending.patrons.queries import category_facts
from wenyuan.lending.patrons.records import lock_patron, note, save_change
from wenyuan.lending.patrons.registration import add_card
from wenyuan.lending.patrons.restrictions import sum_up
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

ROOM = "patrons"
PARTICULARS = {
    "birth_date": ("birth_date",),
    "gender": ("gender",),
    "phone": ("phone_hash", "phone_last4", "phone_sealed"),
    "address": ("address_sealed",),
    "email": ("email_sealed",),
    "roster": ("roster_id",),
}
"""What the record that stays takes over where it has nothing: by name, its columns."""
_SAVED = tuple(column.removesuffix("_id") for columns in PARTICULARS.values() for column in columns)


@needs(Act.SUSPEND_PATRON)
@verb
def merge_patrons(*, kept_id: int, gone_id: int, reason: str, at: datetime, desk: Desk) -> int:
    """Hang everything of ``gone_id`` on ``kept_id``: cards, consents, restrictions, guardians and children, loans and
    whatever rooms above keep; returns the merge's id.

    Both cards work from now on, and find the record that stays. It keeps its name, number, kind, home, term and PIN;
    a phone, address, e-mail, birth date, gender or class list it lacks is taken over.

    :raises NotAllowed: the operator may not suspend here (a head of desk's right).
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: with every problem at once: one record, another identity number, a number only on the record
        that would go, one answers for the other, erased, merged already, left, or no reason.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    kept, gone = _locked(kept_id, gone_id)
    problems = _problems(kept, gone) + rules.reason_problems(reason, today=local_date(at))
    if problems:
        raise PatronRefused(*problems)
    merge = Merge.objects.create(
        kept=kept,
        gone=gone,
        reason=reason.strip(),
        was_status=gone.status,
        kept_history=kept.keep_history,
        filled=_fill(kept, gone, at=at),
        branch_id=desk.branch_id,
        merged_at=at,
        merged_by_id=desk.operator.account_id,
    )
    kept.keep_history = kept.keep_history or gone.keep_history
    moved = [*((ROOM, row) for row in _move(gone, kept, at=at)), *seams.move_all(gone.id, kept.id, at)]
    MergedRow.objects.bulk_create(
        MergedRow(merge=merge, room=room, what=row.what, row_id=row.row_id, was=row.was) for room, row in moved
    )
    gone.status, gone.suspended_until, gone.status_reason = PatronStatus.CLOSED.value, None, ""
    gone.merged_into = kept
    save_change(gone, "status", "suspended_until", "status_reason", "merged_into", at=at)
    save_change(kept, *_SAVED, "keep_history", at=at)
    sum_up(kept, at=at)
    note(Kind.PATRONS_MERGED, kept, at=at, desk=desk, details={"merge": merge.id, "rows": len(moved)})
    _audit(merge, "merge_patrons", reason, at=at, desk=desk)
    return merge.id


@needs(Act.SUSPEND_PATRON)
@verb
def undo_merge(*, merge_id: int, reason: str, at: datetime, desk: Desk) -> None:
    """Make two records of one again: what the merge moved goes back, what came since stays. Undone already, nothing.

    A record that would have no card in use gets a new one. Nobody has a card of either under their sign-in any more.

    :raises NotAllowed: the operator may not suspend here.
    :raises PatronUnknown: no such merge.
    :raises PatronRefused: thirty days have passed, the record that stayed has left, been erased or been merged itself
        since (undo that first), or no reason.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    found = Merge.objects.filter(id=merge_id).first()
    if found is None:
        raise PatronUnknown("merge")
    kept, gone = _locked(found.kept_id, found.gone_id)
    merge = Merge.objects.get(id=merge_id)
    if merge.undone_at is not None:
        return
    problems = rules.reason_problems(reason, today=local_date(at))
    if local_date(at) > local_date(merge.merged_at) + timedelta(days=UNDO_DAYS):
        problems.append(Problem(ProblemCode.MERGE_TOO_OLD))
    if kept.merged_into_id is not None:
        problems.append(Problem(ProblemCode.MERGED_ALREADY, existing_patron_id=kept.merged_into_id))
    elif kept.status == PatronStatus.CLOSED:
        problems.append(Problem(ProblemCode.PATRON_CLOSED))
    if problems:
        raise PatronRefused(*problems)
    rows = MergedRow.objects.filter(merge=merge)
    moved = [(row.room, Moved(row.what, row.row_id, row.was)) for row in rows.order_by("id")]
    for patron in (kept, gone):  # who added a card meanwhile saw both as one, and would now see a stranger
        forget_links(of=patron.id, also_kept=False)
    _move_back([row for room, row in moved if room == ROOM], gone, kept)
    seams.move_all_back([pair for pair in moved if pair[0] != ROOM], gone.id, kept.id)
    _empty(kept, gone, merge.filled)
    for patron, kept_before in ((kept, merge.kept_history), (gone, False)):
        if patron.keep_history and not kept_before and not _still_consents(patron):
            patron.keep_history = False
            seams.forget_history(patron.id)
    gone.merged_into, gone.status = None, merge.was_status
    save_change(gone, "merged_into", "status", "keep_history", at=at)
    save_change(kept, *_SAVED, "keep_history", at=at)
    for patron in (gone, kept):
        sum_up(patron, at=at)
        _give_a_card(patron, at=at)
    merge.undone_at, merge.undone_by_id, merge.undo_reason = at, desk.operator.account_id, reason.strip()
    merge.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    note(Kind.MERGE_UNDONE, kept, at=at, desk=desk, details={"merge": merge.id, "rows": len(moved)})
    _audit(merge, "undo_merge", reason, at=at, desk=desk)


@needs(Act.EDIT_PATRON)
@verb
def keep_apart(*, first_id: int, second_id: int, at: datetime, desk: Desk) -> None:
    """Note that two records that are alike are two persons: they are not proposed again. Said again, nothing.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron, or one and the same.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    pair = sorted({first_id, second_id})
    if len(pair) < 2 or Patron.objects.filter(id__in=pair).count() < 2:
        raise PatronUnknown("patron")
    values = {"at": at, "by_id": desk.operator.account_id}
    _, made = KeptApart.objects.get_or_create(first_id=pair[0], second_id=pair[1], defaults=values)
    if made:
        audit(at=at, desk=desk, act="keep_apart", subject_kind="patron", subject_id=pair[0], after={"other": pair[1]})


def _locked(kept_id: int, gone_id: int) -> tuple[Patron, Patron]:
    """Both records, locked in the order of their ids after whatever stands before a patron."""
    if not Patron.objects.filter(id=kept_id).exists() or not Patron.objects.filter(id=gone_id).exists():
        raise PatronUnknown("patron")
    seams.lock_rows(sorted({kept_id, gone_id}))
    found = {patron_id: lock_patron(patron_id) for patron_id in sorted({kept_id, gone_id})}
    return found[kept_id], found[gone_id]


def _problems(kept: Patron, gone: Patron) -> list[Problem]:
    if kept.id == gone.id:
        return [Problem(ProblemCode.MERGE_ONE_RECORD)]
    problems = [
        Problem(ProblemCode.MERGED_ALREADY, existing_patron_id=patron.merged_into_id)
        for patron in (kept, gone)
        if patron.merged_into_id is not None
    ]
    if NoNumberReason.ERASED.value in (kept.no_number_reason, gone.no_number_reason):
        problems.append(Problem(ProblemCode.PATRON_ERASED))
    elif kept.status == PatronStatus.CLOSED and kept.merged_into_id is None:
        problems.append(Problem(ProblemCode.PATRON_CLOSED))
    problems += rules.merge_problems(
        kept_form=kept.number_form,
        gone_form=gone.number_form,
        answers=Guardian.objects.filter(
            Q(child=kept, patron=gone) | Q(child=gone, patron=kept), until__isnull=True
        ).exists(),
    )
    return problems


def _fill(kept: Patron, gone: Patron, *, at: datetime) -> list[str]:
    """Take over the particulars that the record that stays lacks, an age that its kind does not fit excepted."""
    today = local_date(at)
    filled = []
    for name, columns in PARTICULARS.items():
        if getattr(kept, columns[-1]) or not getattr(gone, columns[-1]):
            continue
        if name == "birth_date" and (
            rules.category_problems(category_facts(kept.category), gone.birth_date, today=today)
            or rules.needs_guardian(category_facts(kept.category), gone.birth_date, today=today)
        ):
            continue
        for column in columns:
            setattr(kept, column, getattr(gone, column))
        filled.append(name)
    return filled


def _empty(kept: Patron, gone: Patron, filled: Iterable[str]) -> None:
    """Take back what was taken over and has not been changed since."""
    blank = Patron()
    for name in filled:
        columns = PARTICULARS[name]
        if getattr(kept, columns[-1]) == getattr(gone, columns[-1]):
            for column in columns:
                setattr(kept, column, getattr(blank, column))


def _move(gone: Patron, kept: Patron, *, at: datetime) -> list[Moved]:
    """This room's own rows, each kind with the column that names the patron."""
    forget_links(of=gone.id)  # whoever kept the record that goes adds the one that stays; an undo brings none back
    moved = []
    answer_already = Guardian.objects.filter(child=kept, until__isnull=True, patron__isnull=False)
    answering = set(answer_already.values_list("patron_id", flat=True))
    for row in Guardian.objects.filter(child=gone).order_by("id"):
        # Who answers for both records answers for the one once.
        twice = row.until is None and row.patron_id in answering
        moved.append(Moved("guardian_twice" if twice else "guardian", row.id))
        row.child_id = kept.id
        row.until = local_date(at) if twice else row.until
        row.save(update_fields=["child", "until"])
    asked = ErasureRequest.objects.filter(patron=kept, state=ErasureState.OPEN.value).exists()
    for what, (model, column) in _OWN.items():
        rows = model._default_manager.filter(**{column: gone.id})
        if what == "erasure_request" and asked:
            rows = rows.exclude(state=ErasureState.OPEN.value)  # who asked twice asked once
        moved += [Moved(what, row_id) for row_id in rows.order_by("id").values_list("id", flat=True)]
        rows.update(**{column: kept.id})
    return moved


def _move_back(moved: Sequence[Moved], gone: Patron, kept: Patron) -> None:
    twice = [row.row_id for row in moved if row.what == "guardian_twice"]
    once = [row.row_id for row in moved if row.what == "guardian"]
    Guardian.objects.filter(id__in=twice, child=kept).update(child=gone, until=None)
    Guardian.objects.filter(id__in=once, child=kept).update(child=gone)
    for what, (model, column) in _OWN.items():
        ids = [row.row_id for row in moved if row.what == what]
        model._default_manager.filter(**{"id__in": ids, column: kept.id}).update(**{column: gone.id})


_OWN = {
    "token": (Token, "patron_id"),
    "consent": (Consent, "patron_id"),
    "restriction": (Restriction, "patron_id"),
    "proxy_act": (ProxyAct, "patron_id"),
    "ward": (Guardian, "patron_id"),
    "past_patron": (PastPatron, "patron_id"),
    "erasure_request": (ErasureRequest, "patron_id"),
}


def _still_consents(patron: Patron) -> bool:
    return Consent.objects.filter(patron=patron, purpose="history", withdrawn_at__isnull=True).exists()


def _give_a_card(patron: Patron, *, at: datetime) -> None:
    in_use = Token.objects.filter(patron=patron, status__in=[TokenStatus.ACTIVE, TokenStatus.LOST])
    if patron.status != PatronStatus.CLOSED and not in_use.exists():
        add_card(patron, "", at=at)


def _audit(merge: Merge, act: str, reason: str, *, at: datetime, desk: Desk) -> None:
    """One row for each of the two records."""
    for patron in (merge.kept, merge.gone):
        audit(
            at=at,
            desk=desk,
            act=act,
            subject_kind="patron",
            subject_id=patron.id,
            branch_id=patron.home_branch_id,
            reason=reason.strip(),
            after={"merge": merge.id, "kept": merge.kept_id, "gone": merge.gone_id},
        )
