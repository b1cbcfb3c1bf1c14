"""What readers do about their own card and data. The door says who has signed in; nobody's account acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.cards import lose, store_pin
from wenyuan.lending.patrons.data import Caller, GivenBy, OwnRecord, PatronRefused, PatronUnknown, Problem, ProblemCode
from wenyuan.lending.patrons.models import Guardian
from wenyuan.lending.patrons.personal import switch_history
from wenyuan.lending.patrons.queries import category_facts, notice_recipient
from wenyuan.lending.patrons.records import audit_act, lock_open_patron, lock_token, tails_of
from wenyuan.lending.patrons.signing_in import sign_in
from wenyuan.organisation.notices.data import Channel, Language, NoticeKind
from wenyuan.organisation.notices.operations import prefer
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

OWN_PIN_DIGITS: Final = 6
"""Whoever chooses a PIN alone chooses six digits: it also opens the account from anywhere."""


@needs()
def change_own_pin(*, patron_id: int, card: str, old: str, new: str, caller: Caller, at: datetime, desk: Desk) -> None:
    """Set another PIN of six digits; every sign-in ends with it.

    The old one is asked and counted like a sign-in in a browser that is known: who finds one left open guesses no
    further than elsewhere.

    :param card: what was shown at the sign-in
    :raises PatronRefused: the old one is wrong or not looked at yet (``PIN_WRONG``); else the new one has not six
        digits, is too easily guessed, or is the old one.
    """
    ask_for_pin(patron_id, card, old, caller, "old", at=at)
    _set(patron_id, old.strip(), new.strip(), at=at, desk=desk)


def ask_for_pin(patron_id: int, card: str, pin: str, caller: Caller, field: str, *, at: datetime) -> None:
    """The PIN once more of who has signed in, counted as in a browser that is known.

    :raises PatronRefused: it is not the reader's PIN, or not looked at yet."""
    known = {patron_id: caller.known.get(patron_id, "signed in")}
    scanned = sign_in(card=card, pin=pin, caller=Caller(address=caller.address, known=known), at=at)
    if scanned is None or scanned.patron.id != patron_id:
        raise PatronRefused(Problem(ProblemCode.PIN_WRONG, field))


@verb
def _set(patron_id: int, old: str, new: str, *, at: datetime, desk: Desk) -> None:
    patron = lock_open_patron(patron_id)
    problems = rules.pin_problems(
        new, birth_date=patron.birth_date, tails=tails_of(patron), least_digits=OWN_PIN_DIGITS
    )
    if new == old:
        problems.append(Problem(ProblemCode.PIN_SAME, "pin"))
    if problems:
        raise PatronRefused(*problems)
    store_pin(patron, new, at=at)
    audit(at=at, desk=desk, act="change_own_pin", subject_kind="patron", subject_id=patron.id)


@needs()
@verb
def report_own_lost(*, patron_id: int, token_id: int, at: datetime, desk: Desk) -> None:
    """挂失 by the reader: a card or whatever else of theirs lends nothing and opens nothing from now on. Only the desk
    finds it again. Reporting it again changes nothing.

    :raises PatronUnknown: no such token of this reader's.
    :raises PatronRefused: it was replaced or removed.
    """
    patron, token = lock_token(token_id)
    if patron.id != patron_id:
        raise PatronUnknown("token")
    lose(patron, token, at=at, desk=desk)


@needs()
@verb
def keep_own_history(*, patron_id: int, keep: bool, notice_version: str, at: datetime, desk: Desk) -> None:
    """Agree that what the reader brings back stays on their list; or take it back, and what was kept is forgotten.

    :raises PatronRefused: for this reader a guardian consents, at the desk.
    """
    patron = lock_open_patron(patron_id)
    switch_history(patron, keep=keep, notice_version=notice_version, given_by=GivenBy.SELF, at=at, desk=desk)


@needs()
@verb
def choose_own_messages(
    *,
    patron_id: int,
    channels: Mapping[NoticeKind, Sequence[Channel] | None],
    language: Language | None,
    at: datetime,
    desk: Desk,
) -> None:
    """Say which kinds of message come by which way, and in which language: see ``notices.prefer``.

    :raises PatronRefused: the reader has left, or a guardian agrees for this reader (``GUARDIAN_CONSENT_MISSING``) and
        so chooses too, at the desk.
    :raises NoticeRefused: a channel twice in one order.
    """
    patron = lock_open_patron(patron_id)
    if rules.guardian_consents(category_facts(patron.category), patron.birth_date, today=local_date(at)):
        raise PatronRefused(Problem(ProblemCode.GUARDIAN_CONSENT_MISSING))
    prefer(recipient=notice_recipient(patron.id), channels=channels, language=language, at=at)
    orders = {kind.value: None if order is None else list(order) for kind, order in channels.items()}
    audit_act(patron, "choose_own_messages", at=at, desk=desk, language=language, channels=orders)


@needs()
def open_own_record(*, patron_id: int, card: str, pin: str, caller: Caller, at: datetime, desk: Desk) -> OwnRecord:
    """The reader's own particulars in full, to take along (PIPL art. 45); audited as a reveal is. The PIN is asked and
    counted as by ``change_own_pin``: who finds a browser left open gets no identity number.

    :raises PatronRefused: the PIN is wrong or not looked at yet (``PIN_WRONG``).
    """
    ask_for_pin(patron_id, card, pin, caller, "pin", at=at)
    return _open(patron_id, at=at, desk=desk)


@verb
def _open(patron_id: int, *, at: datetime, desk: Desk) -> OwnRecord:
    patron = lock_open_patron(patron_id)
    audit_act(patron, "open_own_record", at=at, desk=desk)
    answering = Guardian.objects.filter(child=patron, until__isnull=True).order_by("since", "id")
    return OwnRecord(
        name=patron.name,
        number_form=patron.number_form,
        number=patron.number_sealed,
        phone=patron.phone_sealed,
        address=patron.address_sealed,
        email=patron.email_sealed,
        birth_date=patron.birth_date,
        gender=patron.gender,
        guardians=tuple(answering.values_list("name", flat=True)),
    )
