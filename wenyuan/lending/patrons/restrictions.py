"""停借: restrictions of a patron, set and lifted one by one; the patron's row sums up those that are open.

Circulation reads the sum (``status``, ``suspended_until``) and never these rows, so every change of a row writes the
sum in the same transaction, under the patron's lock.
"""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import OnBehalf, PatronRefused, PatronUnknown, Problem, ProblemCode
from wenyuan.lending.patrons.data.standing import CAUSE_OF_KIND, About, RestrictionCause, RestrictionKind
from wenyuan.lending.patrons.models import Patron, PatronStatus, Restriction
from wenyuan.lending.patrons.records import lock_open_patron, lock_patron, note, save_change
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb, verb

EASY = frozenset({RestrictionCause.READER_WISH, RestrictionCause.LEAVING})
"""What the reader asked for needs no more than the right to edit, and so does ending it."""
BY_MACHINE = "machine"
"""What a restriction is about that a machine asked for: its account."""
DAYS_BY_MACHINE = 30


@needs(Act.SUSPEND_PATRON)
@verb
def suspend_patron(
    *,
    patron_id: int,
    reason: str,
    at: datetime,
    desk: Desk,
    until: date | None = None,
    cause: RestrictionCause = RestrictionCause.OTHER,
) -> int:
    """停借 by a decision of staff, up to and with ``until`` or until lifted, beside whatever stands; returns its id.

    :raises NotAllowed: the operator may not suspend here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, the reason is missing or holds a number, or the day is past.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    _refuse_bad(patron, reason, until, today=local_date(at))
    return _set_and_audit(
        patron, "suspend_patron", RestrictionKind.MANUAL, cause, reason, until=until, at=at, desk=desk
    )


@needs(Act.EDIT_PATRON)
@verb
def pause_patron(
    *,
    patron_id: int,
    reason: str,
    at: datetime,
    desk: Desk,
    until: date | None = None,
    behalf: OnBehalf | None = None,
) -> int:
    """暂停: the reader asks that nothing be lent on the card, up to and with ``until`` or until they say so.

    Paused already, a new term takes the old one's place. Returns the restriction's id.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, the reason is missing or holds a number, or the day is past.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    _refuse_bad(patron, reason, until, today=local_date(at))
    for paused in _open_rows(patron).filter(cause=RestrictionCause.READER_WISH.value):
        _end(paused, patron, "", at=at, desk=desk)
    kind, cause = RestrictionKind.MANUAL, RestrictionCause.READER_WISH
    return _set_and_audit(patron, "pause_patron", kind, cause, reason, until=until, at=at, desk=desk, behalf=behalf)


@needs(Act.EDIT_PATRON)
@verb
def resume_patron(*, patron_id: int, at: datetime, desk: Desk, behalf: OnBehalf | None = None) -> int:
    """恢复: the reader wants to borrow again; returns how many pauses ended. Other restrictions stay.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    paused = list(_open_rows(patron).filter(cause=RestrictionCause.READER_WISH.value))
    return _lift_all(patron, paused, "", "resume_patron", at=at, desk=desk, behalf=behalf)


@needs(Act.EDIT_PATRON)
@verb
def begin_leaving(*, patron_id: int, at: datetime, desk: Desk, reason: str = "", behalf: OnBehalf | None = None) -> int:
    """退证办理中: nothing more is lent while loans come home and the deposit is paid back; returns the row's id.

    :func:`~wenyuan.lending.patrons.standing.close_patron` ends it, or :func:`lift_restriction` where the reader thinks
    better of it. Begun already, it stays as it is.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, or the reason holds a number.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    problems = rules.text_problems(reason, "reason", limit=rules.REASON_LENGTH, today=local_date(at))
    if problems:
        raise PatronRefused(*problems)
    kind = RestrictionKind.DISCHARGE
    if begun := _open_rows(patron).filter(kind=kind.value).first():
        return begun.id
    cause = CAUSE_OF_KIND[kind]
    return _set_and_audit(patron, "begin_leaving", kind, cause, reason, until=None, at=at, desk=desk, behalf=behalf)


@needs(Act.EDIT_PATRON, Act.SUSPEND_PATRON)
@verb
def lift_restriction(*, restriction_id: int, reason: str, at: datetime, desk: Desk) -> None:
    """End one restriction before its day. One that has ended stays as it is.

    :raises NotAllowed: the operator may not suspend here; of a pause or a leaving that the reader asked for, may not
        edit patrons here.
    :raises PatronUnknown: no such restriction.
    :raises PatronRefused: the patron has left, or the reason is missing or holds a number.
    """
    owner = Restriction.objects.filter(id=restriction_id).values_list("patron_id", "cause").first()
    if owner is None:
        raise PatronUnknown("restriction")
    patron_id, cause = owner
    act = Act.EDIT_PATRON if cause in {easy.value for easy in EASY} else Act.SUSPEND_PATRON
    require(desk.operator, act, desk.branch_id)
    patron = lock_open_patron(patron_id)
    _refuse_bad(patron, reason, None, today=local_date(at))
    row = Restriction.objects.get(id=restriction_id)
    if row.ended_at is None:
        _lift_all(patron, [row], reason, "lift_restriction", at=at, desk=desk)


@needs(Act.SUSPEND_PATRON)
@verb
def lift_suspension(*, patron_id: int, reason: str, at: datetime, desk: Desk) -> int:
    """End every restriction at once and return how many; the patron may borrow again.

    :raises NotAllowed: the operator may not suspend here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, or the reason is missing or holds a number.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    _refuse_bad(patron, reason, None, today=local_date(at))
    return _lift_all(patron, list(_open_rows(patron)), reason, "lift_suspension", at=at, desk=desk)


@needs(Act.SUSPEND_PATRON)
@verb
def block_by_machine(*, patron_id: int, reason: str, at: datetime, desk: Desk) -> int:
    """停借 that a machine asks for (SIP2 01), for so many days that staff can look into it; returns its id.

    Asked again by the same machine while it stands, it stays as it is.

    :raises NotAllowed: the machine may not suspend here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, or the reason is missing or holds a number.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    patron, today = lock_open_patron(patron_id), local_date(at)
    until = today + timedelta(days=DAYS_BY_MACHINE)
    _refuse_bad(patron, reason, until, today=today)
    sum_up(patron, at=at)
    about = About(BY_MACHINE, desk.operator.account_id)
    if known := _open_rows(patron).filter(about_kind=about.kind, about_id=about.id).first():
        return known.id
    kind, cause = RestrictionKind.MANUAL, RestrictionCause.CARD_CHECKED
    return _set_and_audit(patron, "block_by_machine", kind, cause, reason, until=until, at=at, desk=desk, about=about)


@needs(Act.SUSPEND_PATRON)
@verb
def free_by_machine(*, patron_id: int, at: datetime, desk: Desk) -> int:
    """End what machines asked for (SIP2 25) and nothing that staff decided; returns how many restrictions.

    :raises NotAllowed: the machine may not suspend here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    rows = list(_open_rows(patron).filter(about_kind=BY_MACHINE))
    return _lift_all(patron, rows, "", "free_by_machine", at=at, desk=desk)


# Steps for rooms above.


def restrict(
    *,
    patron_id: int,
    kind: RestrictionKind,
    at: datetime,
    desk: Desk,
    reason: str = "",
    until: date | None = None,
    cause: RestrictionCause | None = None,
    about: About | None = None,
) -> int:
    """A step: keep the patron from borrowing up to and with ``until`` or until lifted; returns the restriction's id.

    The patron's row is locked here: whatever else of items and loans the verb locks comes before. What is told
    again ``about`` the same thing, while it stands, takes the new day and stays one. A patron who has left is
    restricted too: it holds when they come back.

    :raises PatronUnknown: no such patron.
    """
    assert_in_verb()
    patron = lock_patron(patron_id)
    cause = cause or CAUSE_OF_KIND[kind]
    standing = _open_rows(patron).filter(kind=kind.value)
    if about and (known := standing.filter(about_kind=about.kind, about_id=about.id).first()):
        if known.until != until:
            known.until = until
            known.save(update_fields=["until"])
            sum_up(patron, at=at)
        return known.id
    return _set(patron, kind, cause, reason, from_date=local_date(at), until=until, about=about, at=at, desk=desk)


def restrict_after_return(
    *,
    patron_id: int,
    days: int,
    cumulative: bool,
    at: datetime,
    desk: Desk,
    about: About | None = None,
    from_date: date | None = None,
) -> date | None:
    """A step: 逾期停借 of so many days after a late return; returns the last day on which nothing is lent.

    The days begin today, or on ``from_date``, the day on which the reader was done, where that was before; one that is
    over by now restricts nothing. With ``cumulative`` they begin when the suspension that stands has been served, else
    two suspensions run side by side and the longer counts (rules.suspension_days). No days restrict nothing.

    :raises PatronUnknown: no such patron.
    """
    assert_in_verb()
    if days <= 0:
        return None
    patron, kind = lock_patron(patron_id), RestrictionKind.SUSPENSION
    standing = _open_rows(patron).filter(kind=kind.value, until__isnull=False)
    if about and (known := standing.filter(about_kind=about.kind, about_id=about.id).first()):
        return known.until
    first, last = rules.suspension_days(
        days, [row.until for row in standing if row.until], cumulative=cumulative, today=from_date or local_date(at)
    )
    if last < local_date(at):
        return None
    _set(patron, kind, CAUSE_OF_KIND[kind], "", from_date=first, until=last, about=about, at=at, desk=desk)
    return last


def lift(
    *,
    patron_id: int,
    at: datetime,
    desk: Desk,
    kind: RestrictionKind | None = None,
    about: About | None = None,
    reason: str = "",
) -> int:
    """A step: end the patron's open restrictions of this kind, about this thing, or all; returns how many.

    :raises PatronUnknown: no such patron.
    """
    assert_in_verb()
    patron = lock_patron(patron_id)
    rows = _open_rows(patron)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if about is not None:
        rows = rows.filter(about_kind=about.kind, about_id=about.id)
    return _lift_all(patron, list(rows), reason, "", at=at, desk=desk)


def sum_up(patron: Patron, *, at: datetime) -> None:
    """A step: write into the patron's row what the open restrictions say together; the row is locked already.

    Those whose last day is over are ended here. Of one who has left nothing is summed up.
    """
    today = local_date(at)
    _open_rows(patron).filter(until__lt=today).update(ended_at=at)
    if patron.status == PatronStatus.CLOSED:
        return
    standing = [(row.until, row.reason) for row in _open_rows(patron).order_by("id")]
    summary = rules.sum_of_restrictions(standing)
    patron.status = PatronStatus.SUSPENDED.value if standing else PatronStatus.ACTIVE.value
    patron.suspended_until, patron.status_reason = summary
    save_change(patron, "status", "status_reason", "suspended_until", at=at)


def end_on_leaving(patron: Patron, *, at: datetime, desk: Desk) -> None:
    """A step: what the reader asked for ends with the card; what staff decided waits for one who comes back."""
    _open_rows(patron).filter(cause__in=[cause.value for cause in EASY]).update(
        ended_at=at, ended_by=desk.operator.account_id
    )


def _open_rows(patron: Patron) -> "QuerySet[Restriction]":
    return Restriction.objects.filter(patron=patron, ended_at__isnull=True)


def _refuse_bad(patron: Patron, reason: str, until: date | None, *, today: date) -> None:
    problems = rules.reason_problems(reason, today=today)
    if until is not None and until < today:
        problems.append(Problem(ProblemCode.EXPIRES_BAD, "until"))
    if problems:
        raise PatronRefused(*problems)


def _set_and_audit(
    patron: Patron,
    act: str,
    kind: RestrictionKind,
    cause: RestrictionCause,
    reason: str,
    *,
    until: date | None,
    at: datetime,
    desk: Desk,
    behalf: OnBehalf | None = None,
    about: About | None = None,
) -> int:
    before, today = patron.status, local_date(at)
    restriction_id = _set(
        patron, kind, cause, reason, from_date=today, until=until, about=about, at=at, desk=desk, behalf=behalf
    )
    _audit(patron, act, reason, before, at=at, desk=desk, restrictions=[restriction_id])
    return restriction_id


def _set(
    patron: Patron,
    kind: RestrictionKind,
    cause: RestrictionCause,
    reason: str,
    *,
    from_date: date,
    until: date | None,
    about: About | None,
    at: datetime,
    desk: Desk,
    behalf: OnBehalf | None = None,
) -> int:
    row = Restriction.objects.create(
        patron=patron,
        kind=kind.value,
        cause=cause.value,
        reason=reason.strip(),
        from_date=from_date,
        until=until,
        about_kind=about.kind if about else "",
        about_id=about.id if about else None,
        branch_id=desk.branch_id,
        set_at=at,
        set_by_id=desk.operator.account_id or None,
    )
    sum_up(patron, at=at)
    details = {"restriction": row.id, "kind": kind.value, "cause": cause.value, "until": until and until.isoformat()}
    note(Kind.PATRON_RESTRICTED, patron, at=at, desk=desk, details=details, behalf=behalf)
    return row.id


def _end(
    row: Restriction, patron: Patron, reason: str, *, at: datetime, desk: Desk, behalf: OnBehalf | None = None
) -> None:
    row.ended_at, row.ended_by_id, row.end_reason = at, desk.operator.account_id or None, reason.strip()
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    details = {"restriction": row.id, "kind": row.kind, "cause": row.cause}
    note(Kind.PATRON_RELEASED, patron, at=at, desk=desk, details=details, behalf=behalf)


def _lift_all(
    patron: Patron,
    rows: list[Restriction],
    reason: str,
    act: str,
    *,
    at: datetime,
    desk: Desk,
    behalf: OnBehalf | None = None,
) -> int:
    if not rows:
        return 0
    before = patron.status
    for row in rows:
        _end(row, patron, reason, at=at, desk=desk, behalf=behalf)
    sum_up(patron, at=at)
    if act:
        _audit(patron, act, reason, before, at=at, desk=desk, restrictions=[row.id for row in rows])
    return len(rows)


def _audit(
    patron: Patron, act: str, reason: str, before: str, *, at: datetime, desk: Desk, restrictions: list[int]
) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="patron",
        subject_id=patron.id,
        branch_id=patron.home_branch_id,
        reason=reason.strip(),
        before={"status": before},
        after={"status": patron.status, "restrictions": restrictions},
    )
