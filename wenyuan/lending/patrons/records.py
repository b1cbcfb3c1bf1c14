"""Steps that this room's verbs share: locking a patron, writing a change, and the journal's view of a patron."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from wenyuan.kernel.identity import TokenKind, age_band, mask_name, reversed_uid
from wenyuan.lending.patrons import rules, sql
from wenyuan.lending.patrons.data import CategoryFacts, OnBehalf, PatronRefused, PatronUnknown, Problem, ProblemCode
from wenyuan.lending.patrons.models import Guardian, Patron, PatronStatus, ProxyAct, ReaderRef, Token, TokenStatus
from wenyuan.lending.patrons.queries import facts_of_guardians, notice_contacts, notice_recipient, token_hash
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.notices.operations import change_contacts
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.plumbing.clock import local
from wenyuan.plumbing.transactions import assert_in_verb


def lock_patron(patron_id: int) -> Patron:
    """The patron's row, locked to the end of the transaction: no loan begins meanwhile.

    :raises PatronUnknown: there is none.
    """
    patron = Patron.objects.select_for_update(of=("self",)).select_related("category").filter(id=patron_id).first()
    if patron is None:
        raise PatronUnknown("patron")
    return patron


def lock_open_patron(patron_id: int) -> Patron:
    """As :func:`lock_patron`, of one who has not left.

    :raises PatronRefused: the card was returned (退证).
    """
    patron = lock_patron(patron_id)
    refuse_when_closed(patron)
    return patron


def refuse_when_closed(patron: Patron) -> None:
    """:raises PatronRefused: the patron has left."""
    if patron.status == PatronStatus.CLOSED:
        raise PatronRefused(Problem(ProblemCode.PATRON_CLOSED))


def hold_reader(patron_id: int) -> bool:
    """A step of verbs of rooms above that a reader does: whether the patron is there and has not left. Until the end
    nobody leaves, is erased or merged, and what one reader does twice at once comes one after the other; loans go on.
    """
    assert_in_verb()
    held = Patron.objects.select_for_update(no_key=True).filter(id=patron_id).values_list("status", flat=True).first()
    return held is not None and held != PatronStatus.CLOSED


def follow_contacts(patron: Patron, *, at: datetime) -> None:
    """A step: what still waits to be sent to the patron, or to a child they answer for, goes where it may go now, and
    nowhere without consent."""
    wards = Guardian.objects.filter(patron=patron, until__isnull=True).values_list("child_id", flat=True)
    ids = sorted({patron.id, *wards})
    contacts = notice_contacts(ids)
    for number in ids:
        change_contacts(recipient=notice_recipient(number), contacts=contacts.get(number, {}), at=at)


def lock_token(token_id: int) -> tuple[Patron, Token]:
    """A token and its patron, the patron's row locked first, as everywhere.

    :raises PatronUnknown: there is no such token.
    """
    owner = Token.objects.filter(id=token_id).values_list("patron_id", flat=True).first()
    if owner is None:
        raise PatronUnknown("token")
    patron = lock_patron(owner)
    return patron, Token.objects.get(id=token_id)


def save_change(patron: Patron, *fields: str, at: datetime) -> None:
    """Write the named fields and the next version, which tells a checkout under way to look again."""
    patron.version += 1
    patron.changed_at = at
    patron.save(update_fields=[*fields, "version", "changed_at"])


def reader_ref(*, patron_id: int, year: int) -> UUID:
    """The random token that stands for the patron in the journal of a calendar year, made when there is none yet."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.READER_REF, [patron_id, year])
    return ReaderRef.objects.values_list("ref", flat=True).get(patron_id=patron_id, year=year)


def note(
    kind: Kind,
    patron: Patron,
    *,
    at: datetime,
    desk: Desk,
    details: Mapping[str, object],
    erased: bool = False,
    behalf: OnBehalf | None = None,
) -> None:
    """Journal an act on a patron: kind of reader, age band, home and the year's token; never id, card or name.

    ``behalf`` is who did it for the patron: a row of this room keeps them, the journal what they are to the patron.

    :raises PatronRefused: of who acts for the patron the name is missing or cannot be one.
    """
    here = local(at)
    if behalf is not None:
        _keep_proxy(kind, patron, behalf, at=at, desk=desk)
        details = {**details, "behalf": behalf.relation.value}
    record(
        Entry(
            kind=kind,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account,
            branch_id=desk.branch_id,
            area_id=desk.area_id,
            service_point_id=desk.service_point_id,
            patron_home_id=patron.home_branch_id,
            patron_category=patron.category.code,
            age_band="" if erased else age_band(patron.birth_date, on=here.date()).value,
            gender=patron.gender,
            reader_ref=None if erased else reader_ref(patron_id=patron.id, year=here.year),
            details=details,
        )
    )


def _keep_proxy(kind: Kind, patron: Patron, behalf: OnBehalf, *, at: datetime, desk: Desk) -> None:
    name = rules.clean_name(behalf.name)
    if problems := rules.behalf_problems(behalf, today=local(at).date()):
        raise PatronRefused(*problems)
    ProxyAct.objects.create(
        patron=patron,
        act=kind.value,
        at=at,
        account_id=desk.operator.account_id or None,
        name_sealed=name,
        name_mask=mask_name(name),
        relation=behalf.relation.value,
        document=behalf.document.value,
        document_last4="".join(behalf.document_no.split())[-4:],
    )


def audit_act(patron: Patron, act: str, *, at: datetime, desk: Desk, reason: str = "", **after: object) -> None:
    """Audit an act on the patron with its reason."""
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="patron",
        subject_id=patron.id,
        branch_id=patron.home_branch_id,
        reason=reason.strip(),
        after=after,
    )


def refuse_bad_text(reason: str, *, at: datetime) -> None:
    """:raises PatronRefused: a reason that may be left out is too long, or holds an identity or telephone number."""
    if problems := rules.text_problems(reason, "reason", limit=rules.REASON_LENGTH, today=local(at).date()):
        raise PatronRefused(*problems)


def add_token_row(patron: Patron, kind: TokenKind, canonical: str, *, at: datetime) -> Token:
    """Store a token: a card readable, anything else as hash and last four. A removed token of that text gives way."""
    digest = token_hash(kind.value, canonical)
    Token.objects.filter(token_hash=digest, status=TokenStatus.REMOVED).exclude(kind=TokenKind.CARD.value).delete()
    return Token.objects.create(
        patron=patron,
        kind=kind.value,
        token_hash=digest,
        card_no=canonical if kind is TokenKind.CARD else None,
        last4=canonical[-4:],
        issued_at=at,
    )


def is_taken(kind: TokenKind, canonical: str) -> bool:
    """Whether somebody has this token; cards of the past stay taken, so that an old slip names one reader only.

    A chip is taken in either byte order: what another reader gave is the same chip.
    """
    spellings = {canonical, reversed_uid(canonical)} if kind is TokenKind.UID else {canonical}
    held = Token.objects.filter(token_hash__in=[token_hash(kind.value, spelling) for spelling in spellings])
    if kind is not TokenKind.CARD:
        held = held.exclude(status=TokenStatus.REMOVED)
    return held.exists()


def next_card_sequence() -> int:
    """The next running number of the library's own cards; numbers may be skipped, none comes twice."""
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_CARD)
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def branch_code_standing(branch_id: int, on: date) -> str | None:
    """The code of a branch that stands on that day, else nothing."""
    branch = network_map().branches.get(branch_id)
    return branch.code if branch and branch.stands_on(on) else None


def has_guardian(patron_id: int) -> bool:
    """Whether somebody answers for the patron today."""
    return Guardian.objects.filter(child_id=patron_id, until__isnull=True).exists()


def guardian_problems(patron: Patron, category: CategoryFacts, *, today: date) -> list[Problem]:
    """Whether somebody must answer for the patron and nobody does, or nobody whose own card is in order."""
    needed = rules.needs_guardian(category, patron.birth_date, today=today)
    if needed and not has_guardian(patron.id):
        return [rules.missing_guardian(category)]
    return rules.order_problems(category, facts_of_guardians(patron.id), needed=needed, today=today)


def phones_of_guardians(patron_id: int) -> list[str]:
    """The phones of those who answer for the patron and are named only there."""
    named = Guardian.objects.filter(child_id=patron_id, until__isnull=True)
    return [guardian.phone_sealed for guardian in named if guardian.phone_sealed]


def tails_of(patron: Patron) -> frozenset[str]:
    """The last four of the patron's own number and phone, which make a weak PIN."""
    return frozenset({patron.number_last4, patron.phone_last4} - {""})
