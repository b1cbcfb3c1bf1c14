"""Cards and other tokens of a patron: added, lost, found, replaced; and the PIN."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from wenyuan.kernel.identity import TokenKind
from wenyuan.lending.patrons import rules, sql, waits
from wenyuan.lending.patrons.data import OnBehalf, PatronRefused, PatronUnknown, Problem, ProblemCode, TokenInput
from wenyuan.lending.patrons.family import forget_links
from wenyuan.lending.patrons.models import Patron, Token, TokenStatus
from wenyuan.lending.patrons.pins import pin_hash, pin_matches, random_pin
from wenyuan.lending.patrons.records import (
    add_token_row,
    audit_act,
    is_taken,
    lock_open_patron,
    lock_token,
    note,
    phones_of_guardians,
    refuse_bad_text,
    refuse_when_closed,
    save_change,
    tails_of,
)
from wenyuan.lending.patrons.registration import add_card
from wenyuan.lending.patrons.signing_in import forget_tries
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Plan, Row, Statement, run
from wenyuan.plumbing.transactions import verb

MOST_COUNTED: Final = 1000
"""Wrong PINs in a row; the wait has long been the longest."""


@needs(Act.EDIT_PATRON)
@verb
def add_token(*, patron_id: int, token: TokenInput, at: datetime, desk: Desk) -> int:
    """Let the patron also show this (社保卡, chip, QR code, identity card, a second card); returns the token's id.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, the text is no such token, or somebody has it.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    check = checked_card if token.kind is TokenKind.CARD else _checked_token
    row = _store(patron, token.kind, check(patron, token, at=at), at=at)
    save_change(patron, at=at)
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details={"what": ["token_added"], "token": token.kind.value})
    return row.id


@needs(Act.EDIT_PATRON)
@verb
def remove_token(*, token_id: int, at: datetime, desk: Desk) -> None:
    """Stop a token other than a card from standing for its patron; a card is replaced instead.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such token.
    :raises PatronRefused: it is a card, or not in use.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron, token = lock_token(token_id)
    if token.kind == TokenKind.CARD.value or token.status not in (TokenStatus.ACTIVE, TokenStatus.LOST):
        raise PatronRefused(Problem(ProblemCode.TOKEN_STATUS, "tokens", token.status))
    _end(token, TokenStatus.REMOVED, at=at)
    save_change(patron, at=at)
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details={"what": ["token_removed"], "token": token.kind})


@needs(Act.EDIT_PATRON)
@verb
def report_lost(*, token_id: int, at: datetime, desk: Desk, reason: str = "", behalf: OnBehalf | None = None) -> None:
    """挂失: a token of the patron lends nothing from now on. Reporting it again changes nothing.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such token.
    :raises PatronRefused: the token was replaced or removed, or the reason holds a number.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    refuse_bad_text(reason, at=at)
    patron, token = lock_token(token_id)
    lose(patron, token, at=at, desk=desk, reason=reason, behalf=behalf)


def lose(
    patron: Patron, token: Token, *, at: datetime, desk: Desk, reason: str = "", behalf: OnBehalf | None = None
) -> None:
    """A step: a token of the patron's is lost; both are locked.

    :raises PatronRefused: it was replaced or removed.
    """
    if token.status == TokenStatus.LOST:
        return
    if token.status != TokenStatus.ACTIVE:
        raise PatronRefused(Problem(ProblemCode.TOKEN_STATUS, "tokens", token.status))
    token.status = TokenStatus.LOST
    token.save(update_fields=["status"])
    save_change(patron, at=at)
    note(Kind.CARD_LOST, patron, at=at, desk=desk, details={"token": token.kind}, behalf=behalf)
    audit_act(patron, "report_lost", at=at, desk=desk, reason=reason, token=token.id)


@needs(Act.EDIT_PATRON)
@verb
def lift_lost(*, token_id: int, at: datetime, desk: Desk, reason: str = "", behalf: OnBehalf | None = None) -> None:
    """解挂: a token reported lost was found and is good again.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such token.
    :raises PatronRefused: the token is not reported lost (one that was replaced stays replaced), or the reason holds a
        number.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    refuse_bad_text(reason, at=at)
    patron, token = lock_token(token_id)
    if token.status != TokenStatus.LOST:
        raise PatronRefused(Problem(ProblemCode.TOKEN_STATUS, "tokens", token.status))
    token.status = TokenStatus.ACTIVE
    token.save(update_fields=["status"])
    save_change(patron, at=at)
    note(Kind.CARD_FOUND, patron, at=at, desk=desk, details={"token": token.kind}, behalf=behalf)
    audit_act(patron, "lift_lost", at=at, desk=desk, reason=reason, token=token.id)


@needs(Act.EDIT_PATRON)
@verb
def replace_card(
    *,
    patron_id: int,
    at: datetime,
    desk: Desk,
    card_no: str | None = None,
    reason: str = "",
    behalf: OnBehalf | None = None,
) -> str:
    """补证: a new card instead of every card the patron had, in use or lost; returns its number.

    The old numbers still find the patron, as replaced. Without ``card_no`` the library numbers the card.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, the number cannot be a card or is taken, or the reason holds a number.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    refuse_bad_text(reason, at=at)
    patron = lock_open_patron(patron_id)
    card = TokenInput(kind=TokenKind.CARD, text=card_no or "")
    checked = checked_card(patron, card, at=at) if card_no and card_no.strip() else ""
    old = Token.objects.filter(
        patron=patron, kind=TokenKind.CARD.value, status__in=[TokenStatus.ACTIVE, TokenStatus.LOST]
    )
    replaced = old.update(status=TokenStatus.REPLACED, ended_at=at)
    number = _store(patron, TokenKind.CARD, checked, at=at).card_no if checked else add_card(patron, "", at=at)
    assert number is not None
    save_change(patron, at=at)
    note(Kind.CARD_REPLACED, patron, at=at, desk=desk, details={"replaced": replaced}, behalf=behalf)
    audit_act(patron, "replace_card", at=at, desk=desk, reason=reason, replaced=replaced)
    return number


@needs(Act.EDIT_PATRON)
@verb
def set_pin(*, patron_id: int, pin: str, at: datetime, desk: Desk) -> None:
    """Set the patron's PIN of four to six digits; an earlier lock is lifted.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, or the PIN is no PIN or too easily guessed.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    if problems := rules.pin_problems(pin, birth_date=patron.birth_date, tails=tails_of(patron)):
        raise PatronRefused(*problems)
    store_pin(patron, pin, at=at)
    audit(at=at, desk=desk, act="set_pin", subject_kind="patron", subject_id=patron.id)


@needs(Act.EDIT_PATRON)
@verb
def reset_pin(*, patron_id: int, at: datetime, desk: Desk) -> str:
    """Give the patron a new random PIN and return it, to be told once; an earlier lock is lifted.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    pin = random_pin(birth_date=patron.birth_date, tails=tails_of(patron))
    store_pin(patron, pin, at=at, is_drawn=True)
    audit(at=at, desk=desk, act="reset_pin", subject_kind="patron", subject_id=patron.id)
    return pin


@needs()
def check_pin(*, patron_id: int, pin: str, at: datetime) -> bool:
    """Whether this is the patron's PIN, shown at a machine; the fifth failure in a row locks it at all machines, even
    for the right one: for fifteen minutes, then twice as long, at most an hour.

    Attempts on one patron are counted one after the other, and the count stands whatever the door does with the
    answer. An empty PIN is wrong but no failure: machines send it to ask who a card belongs to. The door has asked
    for the operator's right to what the PIN opens. What strangers try at the portal does not count here.

    :raises PatronUnknown: no such patron.
    """
    if not pin.strip():
        return False
    rows = run(lambda: _stored_pin(patron_id))
    if not rows:
        raise PatronUnknown("patron")
    stored, failures, locked_until, *_ = rows[0]
    if not failures and locked_until is None and pin_matches(stored=stored, patron_id=patron_id, pin=pin.strip()):
        return True
    return _count_attempt(patron_id=patron_id, pin=pin, at=at)


def _stored_pin(patron_id: int) -> Plan[list[Row]]:
    rows = yield Statement(sql.PIN, {"patron": patron_id})
    return rows


@verb
def _count_attempt(*, patron_id: int, pin: str, at: datetime) -> bool:
    """An attempt that changes or meets a count: under the patron's lock, so that none is lost."""
    columns = ("id", "pin_hash", "pin_failures", "pin_locked_until")
    patron = Patron.objects.select_for_update(no_key=True).only(*columns).filter(id=patron_id).first()
    if patron is None:
        raise PatronUnknown("patron")
    if patron.pin_locked_until is not None and at < patron.pin_locked_until:
        return False
    if pin_matches(stored=patron.pin_hash, patron_id=patron.id, pin=pin.strip()):
        if patron.pin_failures or patron.pin_locked_until:
            _count_pin(patron, failures=0, locked_until=None)
        return True
    if not patron.pin_hash:
        return False
    failures = min(patron.pin_failures + 1, MOST_COUNTED)
    _count_pin(patron, failures=failures, locked_until=waits.MACHINES.wait_until(failures, at))
    return False


def checked_card(patron: Patron, token: TokenInput, *, at: datetime) -> str:
    """The canonical number of a new card for this patron.

    :raises PatronRefused: it cannot be a card, is a personal number, or is taken.
    """
    phones = {patron.phone_sealed, *phones_of_guardians(patron.id)}
    own = frozenset({patron.number_sealed, *(phone.replace("-", "") for phone in phones)} - {""})
    card, problems = rules.check_card(token.text, own=own, today=local_date(at))
    if card and is_taken(TokenKind.CARD, card):
        problems.append(Problem(ProblemCode.CARD_TAKEN, "card_no"))
    if problems:
        raise PatronRefused(*problems)
    return card


def _checked_token(patron: Patron, token: TokenInput, *, at: datetime) -> str:
    canonical, problems = rules.check_token(token)
    if canonical and is_taken(token.kind, canonical):
        problems.append(Problem(ProblemCode.TOKEN_TAKEN, "tokens", token.kind.value))
    if problems:
        raise PatronRefused(*problems)
    return canonical


def _store(patron: Patron, kind: TokenKind, canonical: str, *, at: datetime) -> Token:
    refuse_when_closed(patron)
    try:
        with transaction.atomic():
            return add_token_row(patron, kind, canonical, at=at)
    except IntegrityError:
        # Another desk was faster.
        code = ProblemCode.CARD_TAKEN if kind is TokenKind.CARD else ProblemCode.TOKEN_TAKEN
        raise PatronRefused(Problem(code, "tokens", kind.value)) from None


def _end(token: Token, status: TokenStatus, *, at: datetime) -> None:
    token.status, token.ended_at = status, at
    token.save(update_fields=["status", "ended_at"])


def store_pin(patron: Patron, pin: str, *, at: datetime, is_drawn: bool = False) -> None:
    """A step: the patron, who is locked, has this PIN from now on, nothing that was wrong before counts, who had added
    the card by the old one no longer has it, and who has signed in no longer is."""
    patron.pin_hash, patron.pin_set_at = pin_hash(patron_id=patron.id, pin=pin), at
    patron.pin_drawn_at = at if is_drawn else None
    patron.save(update_fields=["pin_hash", "pin_set_at", "pin_drawn_at"])
    _count_pin(patron, failures=0, locked_until=None)
    forget_tries(patron.id)
    forget_links(of=patron.id, also_kept=False)


def _count_pin(patron: Patron, *, failures: int, locked_until: datetime | None) -> None:
    patron.pin_failures, patron.pin_locked_until = failures, locked_until
    patron.save(update_fields=["pin_failures", "pin_locked_until"])
