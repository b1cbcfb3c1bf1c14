"""How a patron comes to an end with the library: gone, back again, erased."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from wenyuan.kernel.identity import TokenKind
from wenyuan.lending.patrons import rules, seams
from wenyuan.lending.patrons.cards import checked_card
from wenyuan.lending.patrons.data import (
    CannotLeave,
    ConsentInput,
    ConsentPurpose,
    NoNumberReason,
    Obstacle,
    OnBehalf,
    PatronRefused,
    Problem,
    ProblemCode,
    Registration,
    TokenInput,
)
from wenyuan.lending.patrons.erasure import end_with_erasure
from wenyuan.lending.patrons.family import forget_links
from wenyuan.lending.patrons.models import (
    Consent,
    Guardian,
    PastPatron,
    Patron,
    PatronStatus,
    ProxyAct,
    ReaderRef,
    Restriction,
    Token,
    TokenStatus,
)
from wenyuan.lending.patrons.phone_codes import forget_codes
from wenyuan.lending.patrons.queries import category_facts, notice_recipient, token_hash
from wenyuan.lending.patrons.records import (
    add_token_row,
    follow_contacts,
    guardian_problems,
    is_taken,
    lock_open_patron,
    lock_patron,
    note,
    save_change,
)
from wenyuan.lending.patrons.registration import SWIPED_FORMS, add_card, set_number, set_phone
from wenyuan.lending.patrons.restrictions import end_on_leaving, sum_up
from wenyuan.lending.patrons.signing_in import forget_tries
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.notices.operations import forget_recipient
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_PATRON)
@verb
def close_patron(*, patron_id: int, at: datetime, desk: Desk, reason: str = "", behalf: OnBehalf | None = None) -> None:
    """退证: the patron leaves. Tokens end, every consent is withdrawn and kept history forgotten; the record stays
    until it is erased, and finds the person again who comes back (:func:`reopen_patron`).

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left already, or the reason holds a number.
    :raises CannotLeave: something is still open with a room above, a loan above all.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    problems = rules.text_problems(reason, "reason", limit=rules.REASON_LENGTH, today=local_date(at))
    if problems:
        raise PatronRefused(*problems)
    if obstacles := seams.obstacles_to_leaving(patron.id):
        raise CannotLeave(obstacles)
    before = patron.status
    end_on_leaving(patron, at=at, desk=desk)
    _end_everything(patron, at=at)
    set_status(patron, PatronStatus.CLOSED, reason=reason, at=at)
    note(Kind.PATRON_STATUS, patron, at=at, desk=desk, details={"from": before, "to": patron.status}, behalf=behalf)
    _audit(patron, "close_patron", at=at, desk=desk, reason=reason, before=before)


@needs(Act.EDIT_PATRON)
@verb
def reopen_patron(
    *, patron_id: int, consent: ConsentInput, at: datetime, desk: Desk, card_no: str | None = None
) -> Registration:
    """Someone who left comes back: the same record with a new consent, term and card, and the identity card again.

    This is no first card: the figure of new cards does not count it. ``card_no`` may be the patron's own old card.
    A restriction that staff had set and nobody lifted still holds.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: with every problem at once.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_patron(patron_id)
    today = local_date(at)
    category = category_facts(patron.category)
    if patron.no_number_reason == NoNumberReason.ERASED:
        raise PatronRefused(Problem(ProblemCode.PATRON_ERASED))
    if patron.merged_into_id is not None:
        raise PatronRefused(Problem(ProblemCode.MERGED_ALREADY, existing_patron_id=patron.merged_into_id))
    if patron.status != PatronStatus.CLOSED:
        raise PatronRefused(Problem(ProblemCode.PATRON_NOT_CLOSED))
    problems = rules.category_problems(category, patron.birth_date, today=today)
    problems += guardian_problems(patron, category, today=today)
    by_guardian = rules.guardian_consents(category, patron.birth_date, today=today)
    problems += rules.consent_problems(consent, by_guardian=by_guardian)
    if problems:
        raise PatronRefused(*problems)
    try:
        with transaction.atomic():
            number = _card_again(patron, card_no, at=at)
            _identity_card_again(patron, at=at)
    except IntegrityError:
        # Another desk was faster with this card.
        raise PatronRefused(Problem(ProblemCode.CARD_TAKEN, "card_no")) from None
    for purpose in rules.purposes_of(consent):
        Consent.objects.create(
            patron=patron,
            purpose=purpose.value,
            notice_version=consent.notice_version.strip(),
            given_by=consent.given_by.value,
            given_at=at,
        )
    patron.expires_date = rules.expiry(today, category.months_valid)
    patron.keep_history = ConsentPurpose.HISTORY in consent.also
    before = patron.status
    set_status(patron, PatronStatus.ACTIVE, reason="", at=at)
    sum_up(patron, at=at)
    note(Kind.PATRON_STATUS, patron, at=at, desk=desk, details={"from": before, "to": patron.status})
    _audit(patron, "reopen_patron", at=at, desk=desk, before=before)
    return Registration(patron.id, number)


@needs(Act.SUSPEND_PATRON)
@verb
def erase_patron(*, patron_id: int, reason: str, at: datetime, desk: Desk) -> None:
    """Erase what is known of a person (PIPL art. 47), whether or not they have left already; it cannot be undone.
    Records that were merged into this one are erased with it.

    An empty row of category and home branch stays, so that counts of the past hold; tokens, guardians and the
    journal's tokens go, consents stay without a person as proof that they were asked for.

    :raises NotAllowed: the operator may not suspend here (a head of desk's right, since nothing brings it back).
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: erased already, or the reason is missing or holds a number.
    :raises CannotLeave: something is still open, or children stand under this patron as guardian.
    """
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    patron = lock_patron(patron_id)
    if patron.no_number_reason == NoNumberReason.ERASED:
        raise PatronRefused(Problem(ProblemCode.PATRON_ERASED))
    if patron.merged_into_id is not None:
        raise PatronRefused(Problem(ProblemCode.MERGED_ALREADY, existing_patron_id=patron.merged_into_id))
    if problems := rules.reason_problems(reason, today=local_date(at)):
        raise PatronRefused(*problems)
    children = Guardian.objects.filter(patron=patron, until__isnull=True)
    wards = children.exclude(child__status=PatronStatus.CLOSED).count()
    obstacles = seams.obstacles_to_leaving(patron.id)
    if wards:
        obstacles += (Obstacle("guardian_of", wards),)
    if obstacles:
        raise CannotLeave(obstacles)
    before = patron.status
    _end_everything(patron, at=at)
    for record in [patron, *_merged_into(patron)]:
        _blank(record)
        record.save()
        end_with_erasure(record, at=at, desk=desk)
        forget_recipient(recipient=notice_recipient(record.id), at=at)
    set_status(patron, PatronStatus.CLOSED, reason="", at=at)
    note(Kind.PATRON_STATUS, patron, at=at, desk=desk, details={"from": before, "to": "erased"}, erased=True)
    _audit(patron, "erase_patron", at=at, desk=desk, reason=reason, before=before)


def set_status(patron: Patron, status: PatronStatus, *, reason: str, at: datetime) -> None:
    """A step: write closed or active with what hangs on it; the patron's version grows. Suspended is only ever the
    sum of restrictions (``restrictions.sum_up``)."""
    patron.status, patron.status_reason, patron.suspended_until = status.value, reason.strip(), None
    save_change(patron, "status", "status_reason", "suspended_until", "expires_date", "keep_history", at=at)


def _end_everything(patron: Patron, *, at: datetime) -> None:
    Token.objects.filter(patron=patron, status__in=[TokenStatus.ACTIVE, TokenStatus.LOST]).update(
        status=TokenStatus.REMOVED, ended_at=at
    )
    Consent.objects.filter(patron=patron, withdrawn_at__isnull=True).update(withdrawn_at=at)
    follow_contacts(patron, at=at)
    forget_links(of=patron.id)
    patron.keep_history = False
    seams.forget_history(patron.id)
    seams.forget_reader(patron.id)


def _merged_into(patron: Patron) -> list[Patron]:
    """The records that lead to this one, over others too."""
    found: list[Patron] = []
    ids = [patron.id]
    while rows := list(Patron.objects.select_for_update().filter(merged_into_id__in=ids).order_by("id")):
        found += rows
        ids = [row.id for row in rows]
    return found


def _blank(patron: Patron) -> None:
    """Nothing of the person is left in the row or in those that hang on it."""
    set_number(patron, None)
    forget_codes(patron)
    set_phone(patron, "")
    patron.no_number_reason = NoNumberReason.ERASED.value
    for name in (
        "name",
        "name_pinyin",
        "name_initials",
        "name_pinyin_other",
        "name_initials_other",
        "address_sealed",
        "email_sealed",
        "gender",
        "pin_hash",
        "note",
    ):
        setattr(patron, name, "")
    patron.birth_date = patron.roster = patron.pin_locked_until = patron.verified_date = None
    patron.pin_failures, patron.pin_drawn_at, patron.pin_set_at = 0, None, None
    forget_tries(patron.id)
    Token.objects.filter(patron=patron).delete()
    Restriction.objects.filter(patron=patron).delete()
    ProxyAct.objects.filter(patron=patron).delete()
    # The keyed hash alone stays: from the old system they must not come back.
    PastPatron.objects.filter(patron=patron).update(patron=None, former_card="", temporary="", card_hash=None)
    answering = Guardian.objects.filter(Q(child=patron) | Q(patron=patron))
    Consent.objects.filter(guardian__in=answering.values("id")).update(guardian=None)
    answering.delete()
    ReaderRef.objects.filter(patron=patron).delete()


def _card_again(patron: Patron, card_no: str | None, *, at: datetime) -> str:
    """The patron's own card of the past if it is shown again, else a new one."""
    if not card_no or not card_no.strip():
        return add_card(patron, "", at=at)
    checked, problems = rules.check_card(card_no, own=frozenset(), today=local_date(at))
    own = Token.objects.filter(patron=patron, card_no=checked, status=TokenStatus.REMOVED)
    if not problems and own.update(status=TokenStatus.ACTIVE, ended_at=None):
        return checked
    return add_card(patron, checked_card(patron, TokenInput(kind=TokenKind.CARD, text=card_no), at=at), at=at)


def _identity_card_again(patron: Patron, *, at: datetime) -> None:
    if patron.number_form not in {form.value for form in SWIPED_FORMS}:
        return
    kind = TokenKind.IDENTITY
    own = Token.objects.filter(patron=patron, token_hash=token_hash(kind.value, patron.number_sealed))
    if not own.update(status=TokenStatus.ACTIVE, ended_at=None) and not is_taken(kind, patron.number_sealed):
        add_token_row(patron, kind, patron.number_sealed, at=at)


def _audit(patron: Patron, act: str, *, at: datetime, desk: Desk, before: str, reason: str = "") -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="patron",
        subject_id=patron.id,
        branch_id=patron.home_branch_id,
        reason=reason.strip(),
        before={"status": before},
        after={"status": patron.status},
    )
