"""Readers' own affairs: an application signs a reader in with card and PIN, and the pass it gets opens that reader's
data and no one else's.

There are no operators among readers: what a reader does here is done by the account of the application through which
they came, at the branch where that account stands, and stands in the journal so.
"""

from http import HTTPStatus
from time import monotonic
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from wenyuan.doors.api import limits
from wenyuan.doors.api.access import ApplicationToken, Call, ReaderToken, call_of
from wenyuan.doors.api.answers import branch_told, closed_loan_told, lent_item
from wenyuan.doors.api.keys import IdempotencyKey, mark_replayed, verb_key
from wenyuan.doors.api.lists import loan_page
from wenyuan.doors.api.paging import Cursor, Limit, next_address, place_of
from wenyuan.doors.api.passes import PASS_LASTS, Pass, write_pass
from wenyuan.doors.api.problems import ProblemCode, Trouble, blocks_shown
from wenyuan.doors.api.schemas import (
    BlockTold,
    CardList,
    CardTold,
    HistoryPage,
    ItemAsked,
    LoanPage,
    RenewalTold,
    SelfTold,
    SessionTold,
    SignInAsked,
)
from wenyuan.lending.circulation.data import PatronLoans
from wenyuan.lending.circulation.operations import renew
from wenyuan.lending.circulation.queries import loans_history, patron_loans
from wenyuan.lending.patrons.data import ScannedPatron, TooManyGuesses
from wenyuan.lending.patrons.operations import sign_in_by_program
from wenyuan.lending.patrons.queries import list_tokens
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local

router = Router(tags=["readers"])


@router.post(
    "/session",
    auth=ApplicationToken(Act.SEE_PATRON),
    response={HTTPStatus.CREATED: SessionTold},
    summary=cast(str, _("Sign a reader in")),
)
def sign_in(request: HttpRequest, body: SignInAsked) -> SessionTold:
    """A card that is not in use, an unknown card and a wrong PIN are refused alike. After five wrong PINs
    for a card nothing more is looked at for a quarter of an hour, then after each for twice as long, at most an hour.
    Machines and the portal count for themselves."""
    call = call_of(request)
    _slow_down_guessing(call)
    reader = _signed_in(call, body.card, body.pin)
    until = call.at + PASS_LASTS
    signed_in = Pass(
        patron_id=reader.patron.id,
        card_id=reader.token_id,
        card=body.card,
        api_token_id=call.caller.token_id,
        pin_set_at=reader.pin_set_at,
        until=until,
    )
    return SessionTold(token=write_pass(signed_in), expires_at=local(until), name=reader.patron.name)


def _slow_down_guessing(call: Call) -> None:
    if wait := limits.BAD_SIGN_INS.wait(call.caller.token_id, now=monotonic()):
        raise Trouble(ProblemCode.TOO_MANY, retry_after=wait)


def _signed_in(call: Call, card: str, pin: str) -> ScannedPatron:
    """:raises Trouble: 403, or 429 after many wrong PINs for this card, whose ever it is."""
    try:
        scanned = sign_in_by_program(card=card, pin=pin, program=call.caller.token_id, at=call.at)
    except TooManyGuesses as many:
        raise Trouble(ProblemCode.PIN_LOCKED, retry_after=many.wait_s) from None
    if scanned is not None:
        return scanned
    limits.BAD_SIGN_INS.take(call.caller.token_id, now=monotonic())
    raise Trouble(ProblemCode.SIGN_IN_REFUSED)


@router.get("/me", auth=ReaderToken(Act.SEE_PATRON), response=SelfTold, summary=cast(str, _("Who am I")))
def me(request: HttpRequest) -> SelfTold:
    """The reader's own data. ``blocks`` say why nothing could be borrowed today, if so."""
    call = call_of(request)
    patron, loans = call.signed_in_reader.patron, _loans(call)
    return SelfTold(
        name=patron.name,
        card=_tail(patron.card_no),
        category=patron.category,
        home=branch_told(call, patron.home_branch_id),
        status=patron.status,
        suspended_until=patron.suspended_until,
        registered_date=patron.registered_date,
        expires_date=patron.expires_date,
        number=patron.number_mask,
        phone=patron.phone_mask,
        keeps_history=patron.keep_history,
        open_loans=len(loans.loans),
        max_loans=loans.max_loans,
        blocks=[BlockTold(**block) for block in blocks_shown(request, loans.blocks, network=call.network)],
    )


@router.get(
    "/me/loans", auth=ReaderToken(Act.SEE_PATRON), response=LoanPage, summary=cast(str, _("List what I have on loan"))
)
def my_loans(request: HttpRequest, limit: Limit, cursor: Cursor) -> LoanPage:
    """The earliest due first."""
    call = call_of(request)
    return loan_page(request, call, _loans(call).loans, limit=limit, cursor=cursor)


@router.get(
    "/me/history",
    auth=ReaderToken(Act.SEE_PATRON),
    response=HistoryPage,
    summary=cast(str, _("List what I had on loan")),
)
def my_history(request: HttpRequest, limit: Limit, cursor: Cursor) -> HistoryPage:
    """Only of readers who have agreed to it; the latest first."""
    call = call_of(request)
    patron = call.signed_in_reader.patron
    place = place_of(request, cursor)
    loans = loans_history(patron_id=patron.id, before_id=int(place[0]) if place else None, size=limit + 1)
    last = (loans[limit - 1].id,) if len(loans) > limit else None
    return HistoryPage(
        kept=patron.keep_history,
        loans=[closed_loan_told(call, loan) for loan in loans[:limit]],
        next=next_address(request, last),
    )


@router.get("/me/cards", auth=ReaderToken(Act.SEE_PATRON), response=CardList, summary=cast(str, _("List my cards")))
def my_cards(request: HttpRequest) -> CardList:
    """Everything I can show or once could, by its last four; the newest first."""
    tokens = list_tokens(call_of(request).signed_in_reader.patron.id)
    return CardList(
        cards=[
            CardTold(
                kind=token.kind.value,
                shown=_tail(token.shown),
                status=token.status,
                issued_at=local(token.issued_at),
                ended_at=local(token.ended_at) if token.ended_at else None,
            )
            for token in tokens
        ]
    )


@router.post(
    "/me/renewals",
    auth=ReaderToken(Act.RENEW),
    response=RenewalTold,
    summary=cast(str, _("Renew one of my loans")),
    openapi_extra={"x-problems": [HTTPStatus.CONFLICT], "x-keyed": True},
)
def renew_mine(
    request: HttpRequest, body: ItemAsked, response: HttpResponse, idempotency_key: IdempotencyKey
) -> RenewalTold:
    """Nothing can be lifted: a refusal is for the desk."""
    call = call_of(request)
    receipt = renew(
        item=body.item,
        card=call.signed_in_reader.signed_in.card,
        at=call.at,
        desk=call.desk,
        key=verb_key(call, idempotency_key),
    )
    mark_replayed(response, repeated=receipt.repeated)
    return RenewalTold(
        loan=receipt.loan_id,
        item=lent_item(call, receipt.item),
        due_at=local(receipt.due_at),
        due_date=receipt.due_date,
        renewals=receipt.renewals,
        renewals_left=receipt.renewals_left,
        fine_fen=receipt.fine_fen,
    )


def _loans(call: Call) -> PatronLoans:
    """:raises Trouble: the reader was erased in this very moment."""
    loans = patron_loans(patron_id=call.signed_in_reader.patron.id, branch_id=call.desk.branch_id, at=call.at)
    if loans is None:
        raise Trouble(ProblemCode.TOKEN_ENDED)
    return loans


def _tail(text: str) -> str:
    return f"····{text[-4:]}" if text else ""
