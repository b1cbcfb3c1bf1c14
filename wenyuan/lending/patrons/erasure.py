"""Requests to have everything deleted (PIPL art. 47, 50): asked for by the reader or noted at a desk, taken back,
refused with a reason. What is asked for is done by ``erase_patron``, which ends the request."""

from datetime import datetime

from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import Caller, ErasureState, PatronRefused, PatronUnknown, Problem, ProblemCode
from wenyuan.lending.patrons.models import ErasureRequest, Patron
from wenyuan.lending.patrons.own import ask_for_pin
from wenyuan.lending.patrons.queries import category_facts, notice_contacts, notice_recipient
from wenyuan.lending.patrons.records import audit_act, lock_open_patron, lock_patron, note
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.notices.data import NoticeKind
from wenyuan.organisation.notices.operations import post
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

_ENDS = {ErasureState.REFUSED: "refuse_erasure", ErasureState.TAKEN_BACK: "take_back_erasure"}


@needs()
def ask_own_erasure(*, patron_id: int, card: str, pin: str, caller: Caller, at: datetime, desk: Desk) -> int:
    """Ask from one's own account that everything be deleted; returns the request. Asking again is the same request.

    The PIN is asked and counted as by ``change_own_pin``: who finds a browser left open asks for nothing.

    :raises PatronRefused: the PIN is wrong or not looked at yet (``PIN_WRONG``), the reader has left, or a guardian
        asks for this reader (``GUARDIAN_CONSENT_MISSING``), at the desk.
    """
    ask_for_pin(patron_id, card, pin, caller, "pin", at=at)
    return _ask_alone(patron_id, at=at, desk=desk)


@verb
def _ask_alone(patron_id: int, *, at: datetime, desk: Desk) -> int:
    patron = lock_open_patron(patron_id)
    if rules.guardian_consents(category_facts(patron.category), patron.birth_date, today=local_date(at)):
        raise PatronRefused(Problem(ProblemCode.GUARDIAN_CONSENT_MISSING))
    return _open(patron, at=at, desk=desk)


@needs(Act.EDIT_PATRON)
@verb
def note_erasure_request(*, patron_id: int, at: datetime, desk: Desk) -> int:
    """Note at a desk that a reader, or the guardian of a child, asks that everything be deleted; returns the request.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: erased already, or merged into another record.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_patron(patron_id)
    if patron.no_number_reason == "erased":
        raise PatronRefused(Problem(ProblemCode.PATRON_ERASED))
    if patron.merged_into_id is not None:
        raise PatronRefused(Problem(ProblemCode.MERGED_ALREADY, existing_patron_id=patron.merged_into_id))
    return _open(patron, at=at, desk=desk)


def _open(patron: Patron, *, at: datetime, desk: Desk) -> int:
    standing = _standing(patron)
    if standing is not None:
        return standing.id
    row = ErasureRequest.objects.create(patron=patron, asked_at=at, door=desk.door.value, state=ErasureState.OPEN.value)
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details={"what": ["erasure_asked"]})
    audit_act(patron, "ask_erasure", at=at, desk=desk, request=row.id)
    return row.id


@needs()
@verb
def take_back_own_erasure(*, patron_id: int, at: datetime, desk: Desk) -> None:
    """The reader thinks better of it. Without an open request nothing changes.

    :raises PatronRefused: the reader has left.
    """
    patron = lock_open_patron(patron_id)
    _end_open(patron, ErasureState.TAKEN_BACK, "", at=at, desk=desk)


@needs(Act.EDIT_PATRON)
@verb
def take_back_erasure(*, patron_id: int, at: datetime, desk: Desk) -> None:
    """Note at a desk that the reader thinks better of it. Without an open request nothing changes.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    _end_open(lock_patron(patron_id), ErasureState.TAKEN_BACK, "", at=at, desk=desk)


@needs(Act.SUSPEND_PATRON)
@verb
def refuse_erasure(*, patron_id: int, reason: str, at: datetime, desk: Desk) -> None:
    """Refuse a request, for a reason that its reader reads in their account (PIPL art. 50). A reader who has left has
    neither account nor address any more: whoever refuses tells them.

    :raises NotAllowed: the operator may not suspend here (who refuses may erase).
    :raises PatronUnknown: no such patron, or no open request of theirs.
    :raises PatronRefused: the reason is missing, too long or holds a number.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    patron = lock_patron(patron_id)
    if problems := rules.reason_problems(reason, today=local_date(at)):
        raise PatronRefused(*problems)
    request = _end_open(patron, ErasureState.REFUSED, reason.strip(), at=at, desk=desk)
    if request is None:
        raise PatronUnknown("request")
    post(
        kind=NoticeKind.ERASURE_REFUSED,
        recipient=notice_recipient(patron.id),
        values={"reason": reason.strip()},
        once=f"erasure-refused:{request.id}",
        at=at,
        contacts=notice_contacts([patron.id]).get(patron.id, {}),
        branch_id=patron.home_branch_id,
    )


def end_with_erasure(patron: Patron, *, at: datetime, desk: Desk) -> None:
    """A step: what was asked for has been done. Of earlier answers no text stays."""
    requests = ErasureRequest.objects.filter(patron=patron)
    requests.filter(state=ErasureState.OPEN.value).update(
        state=ErasureState.ERASED.value, ended_at=at, ended_by_id=desk.operator.account
    )
    requests.update(answer="")


def _end_open(patron: Patron, state: ErasureState, answer: str, *, at: datetime, desk: Desk) -> ErasureRequest | None:
    standing = _standing(patron)
    if standing is None:
        return None
    standing.state, standing.answer, standing.ended_at = state.value, answer, at
    standing.ended_by_id = desk.operator.account
    standing.save(update_fields=["state", "answer", "ended_at", "ended_by"])
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details={"what": [f"erasure_{state.value}"]})
    # The answer's words stay in the request, which an erasure empties; in the audit they would outlive it.
    audit_act(patron, _ENDS[state], at=at, desk=desk, request=standing.id)
    return standing


def _standing(patron: Patron) -> ErasureRequest | None:
    return ErasureRequest.objects.filter(patron=patron, state=ErasureState.OPEN.value).first()
