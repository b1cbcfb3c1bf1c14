"""Messages 24 and 64: what a machine may show of a reader. Both rest on the same facts, so they cannot disagree."""

from dataclasses import dataclass
from datetime import datetime

from wenyuan.doors.furniture.fee_words import titles_of_charges
from wenyuan.doors.sip2 import screens
from wenyuan.doors.sip2.negatives import ALL_DENIED, language_of
from wenyuan.doors.sip2.readers import REMOVED, Pin, Readers
from wenyuan.doors.sip2.station import Station
from wenyuan.doors.sip2.times import printed
from wenyuan.kernel.sip2.answers import (
    PatronEnableAnswer,
    PatronInformationAnswer,
    PatronStatusAnswer,
    PatronStatusFlags,
)
from wenyuan.kernel.sip2.codes import SummaryList
from wenyuan.kernel.sip2.parse import Request
from wenyuan.kernel.sip2.profile import Profile
from wenyuan.kernel.sip2.requests import PatronEnableRequest, PatronInformationRequest
from wenyuan.lending.circulation.data import Block, BlockCode, HoldView, OpenLoan
from wenyuan.lending.circulation.queries import holds_of_patron, patron_loans
from wenyuan.lending.fees.data import ChargeView
from wenyuan.lending.fees.queries import list_open_charges
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import require

CARD_BLOCKS = {
    "lost": BlockCode.CARD_LOST,
    "replaced": BlockCode.CARD_REPLACED,
    "removed": BlockCode.PATRON_UNKNOWN,
}
_IN_USE = "active"
_LET_RENEW = frozenset(
    {
        BlockCode.LOAN_LIMIT,
        BlockCode.LOAN_LIMIT_OF_TYPE,
        BlockCode.OVERDUE_LOANS,
        BlockCode.DEPOSIT_WANTED,
        BlockCode.BRANCH_CLOSED_DOWN,
    }
)
"""What stops a checkout and no renewal."""
_LET_HOLD = _LET_RENEW | {BlockCode.NO_POLICY, BlockCode.DEBTS}
"""What stops a checkout and no hold: the pickup branch has its own policies."""


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """A reader as a machine may show one."""

    name: str
    flags: PatronStatusFlags
    is_valid: bool
    is_password_right: bool | None
    loans: tuple[OpenLoan, ...]
    holds: tuple[HoldView, ...]
    owed_fen: int
    charges: tuple[ChargeView, ...]
    limit: int | None
    most_owed_fen: int | None
    messages: list[str]
    outcome: str


def patron_status(
    request: Request, station: Station, readers: Readers, at: datetime, *, institution: str
) -> tuple[PatronStatusAnswer, str]:
    """24, or 26 to a 25, and its outcome for the log."""
    facts = _facts(request, station, readers, at)
    kind = PatronEnableAnswer if isinstance(request.fixed, PatronEnableRequest) else PatronStatusAnswer
    answer = kind(
        at=printed(at),
        flags=facts.flags,
        institution=institution,
        patron=request.value("AA"),
        name=facts.name,
        language=language_of(request),
        is_valid=facts.is_valid,
        is_password_right=facts.is_password_right,
        fee_fen=facts.owed_fen,
        messages=facts.messages,
    )
    return answer, facts.outcome


def patron_information(
    request: Request, station: Station, readers: Readers, at: datetime, *, institution: str
) -> tuple[PatronInformationAnswer, str]:
    """64, and its outcome for the log. With a wrong PIN the lists stay empty."""
    assert isinstance(request.fixed, PatronInformationRequest)
    facts = _facts(request, station, readers, at)
    listed = request.fixed.wanted
    answer = PatronInformationAnswer(
        at=printed(at),
        flags=facts.flags,
        institution=institution,
        patron=request.value("AA"),
        name=facts.name,
        language=request.fixed.language,
        overdue=sum(loan.overdue for loan in facts.loans),
        charged=len(facts.loans),
        holds=sum(hold.state == "on_shelf" for hold in facts.holds),
        fines=len(facts.charges),
        recalls=sum(loan.recalled for loan in facts.loans),
        unavailable_holds=sum(hold.state != "on_shelf" for hold in facts.holds),
        charged_limit=facts.limit,
        is_valid=facts.is_valid,
        is_password_right=facts.is_password_right,
        fee_fen=facts.owed_fen,
        fee_limit_fen=facts.most_owed_fen,
        listed=listed,
        entries=[] if facts.is_password_right is False else _entries(facts, listed, station.profile),
        first=request.value("BP"),
        last=request.value("BQ"),
        messages=facts.messages,
    )
    return answer, facts.outcome


def _entries(facts: ReaderFacts, listed: SummaryList | None, profile: Profile) -> list[str]:
    """Barcodes, the earliest due first; of holds the item on the hold shelf, or the title that is waited for."""
    match listed:
        case SummaryList.CHARGED:
            return [loan.item.barcode for loan in facts.loans]
        case SummaryList.HOLDS if profile.holds_list_means_loans:
            return [loan.item.barcode for loan in facts.loans]
        case SummaryList.HOLDS:
            return [hold.captured_barcode or hold.title for hold in facts.holds if hold.state == "on_shelf"]
        case SummaryList.UNAVAILABLE_HOLDS:
            return [hold.barcode or hold.title for hold in facts.holds if hold.state != "on_shelf"]
        case SummaryList.FINES:
            return _fines(facts.charges)
        case SummaryList.OVERDUE:
            return [loan.item.barcode for loan in facts.loans if loan.overdue]
        case SummaryList.RECALLS:
            return [loan.item.barcode for loan in facts.loans if loan.recalled]
        case _:
            return []


def _fines(charges: tuple[ChargeView, ...]) -> list[str]:
    titles = titles_of_charges(charges)
    return [screens.fine(charge, titles.get(charge.item_id or 0, "")) for charge in charges]


def _facts(request: Request, station: Station, readers: Readers, at: datetime) -> ReaderFacts:
    require(station.desk.operator, Act.SEE_PATRON, station.desk.branch_id)
    card = request.value("AA")
    scanned = readers.find(card)
    loans = None
    if scanned is not None and scanned.token_status != REMOVED:
        loans = patron_loans(patron_id=scanned.patron.id, branch_id=station.desk.branch_id, at=at)
    if scanned is None or loans is None:
        unknown = Block(BlockCode.PATRON_UNKNOWN)
        return ReaderFacts(
            name="",
            flags=ALL_DENIED,
            is_valid=False,
            is_password_right=False if request.value("AD") else None,
            loans=(),
            holds=(),
            owed_fen=0,
            charges=(),
            limit=None,
            most_owed_fen=None,
            messages=screens.refused([unknown], station.names),
            outcome=unknown.code.value,
        )
    pin = readers.pin(card=card, pin=request.value("AD"), at=at, reader=scanned)
    is_wrong = pin in (Pin.WRONG, Pin.LOCKED)
    shows_name = readers.is_verified(card) and not is_wrong
    blocks = loans.blocks
    if code := CARD_BLOCKS.get(scanned.token_status):
        blocks = (Block(code), *blocks)
    codes = {block.code for block in blocks}
    return ReaderFacts(
        name=scanned.patron.name if shows_name else scanned.patron.masked_name,
        flags=_flags(codes, loans.loans),
        is_valid=scanned.token_status == _IN_USE and BlockCode.PATRON_CLOSED not in codes,
        is_password_right=None if pin is Pin.NOT_GIVEN else pin is Pin.RIGHT,
        loans=loans.loans,
        holds=_holds(request, scanned.patron.id, at) if loans.has_holds else (),
        owed_fen=loans.owed_fen,
        charges=_charges(request, scanned.patron.id) if loans.owed_fen else (),
        limit=loans.max_loans,
        most_owed_fen=loans.max_owed_fen,
        messages=_messages(pin, blocks, len(loans.loans), loans.max_loans, station),
        outcome=f"pin_{pin.value}" if is_wrong else ",".join(block.code.value for block in blocks) or "ok",
    )


def _holds(request: Request, patron_id: int, at: datetime) -> tuple[HoldView, ...]:
    """The open holds, for 64; 24 has no place for them."""
    if not isinstance(request.fixed, PatronInformationRequest):
        return ()
    return tuple(hold for hold in holds_of_patron(patron_id=patron_id, at=at) if hold.ended_at is None)


def _charges(request: Request, patron_id: int) -> tuple[ChargeView, ...]:
    """What is owed, charge by charge, for 64; 24 has no place for it."""
    if not isinstance(request.fixed, PatronInformationRequest):
        return ()
    return tuple(charge for charge in list_open_charges(patron_id) if charge.open_fen > 0)


def _flags(codes: set[BlockCode], loans: tuple[OpenLoan, ...]) -> PatronStatusFlags:
    return PatronStatusFlags(
        charge_denied=bool(codes),
        renewal_denied=bool(codes - _LET_RENEW),
        recall_denied=True,
        hold_denied=bool(codes - _LET_HOLD),
        card_reported_lost=BlockCode.CARD_LOST in codes,
        too_many_charged=BlockCode.LOAN_LIMIT in codes,
        too_many_overdue=BlockCode.OVERDUE_LOANS in codes,
        recall_overdue=any(loan.recalled and loan.overdue for loan in loans),
        excessive_fines=BlockCode.DEBTS in codes,
    )


def _messages(pin: Pin, blocks: tuple[Block, ...], charged: int, limit: int | None, station: Station) -> list[str]:
    if pin is Pin.LOCKED:
        return [screens.PIN_LOCKED]
    if pin is Pin.WRONG:
        return [screens.WRONG_PIN]
    # "You may borrow seven more" is said only to whom it is true.
    return screens.refused(blocks, station.names) or [screens.greeting(charged=charged, limit=limit)]
