"""Money: what a reader owes, has paid and deposited, credit points, and payments that an application has taken."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from wenyuan.doors.api.access import ApplicationToken, Call, ReaderToken, call_of
from wenyuan.doors.api.answers import branch_told, charge_told, entry_told, parts_told
from wenyuan.doors.api.handles import patron_of_handle
from wenyuan.doors.api.keys import IdempotencyKey, mark_replayed, verb_key
from wenyuan.doors.api.paging import Cursor, Limit, next_address, place_of
from wenyuan.doors.api.schemas import AccountTold, EntryPage, PaymentAsked, PaymentTold, PointPage, PointTold
from wenyuan.doors.furniture.fee_words import titles_of_charges
from wenyuan.lending.fees.data import FeeReason, FeesRefused
from wenyuan.lending.fees.operations import pay
from wenyuan.lending.fees.queries import account_state, list_ledger, list_open_charges, list_points, point_balance
from wenyuan.lending.patrons.queries import patron_by_token
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local

REMOVED = "removed"
"""The status of a token that leads to nobody any more."""

router = Router(tags=["money"])
NOT_THERE = {"x-problems": [HTTPStatus.NOT_FOUND]}


@router.post(
    "/payments",
    auth=ApplicationToken(Act.TAKE_MONEY),
    response={HTTPStatus.CREATED: PaymentTold},
    summary=cast(str, _("Record a payment that was taken")),
    openapi_extra={"x-problems": [HTTPStatus.CONFLICT], "x-keyed": True},
)
def take_payment(
    request: HttpRequest, body: PaymentAsked, response: HttpResponse, idempotency_key: IdempotencyKey
) -> PaymentTold:
    """The receipt number is that of the branch of the call. Send a key: without one the same request again is a second
    payment."""
    call = call_of(request)
    receipt = pay(
        patron_id=_patron_of_card(body.card),
        amount_fen=body.amount_fen,
        means=body.means,
        charge_ids=body.charges,
        text=body.text,
        at=call.at,
        desk=call.desk,
        key=verb_key(call, idempotency_key),
    )
    mark_replayed(response, repeated=receipt.repeated)
    return PaymentTold(
        payment=receipt.entry_id,
        receipt_no=receipt.receipt_no,
        amount_fen=receipt.amount_fen,
        means=receipt.means,
        at=local(receipt.at),
        charges=parts_told(receipt.allocations),
        owed_fen=receipt.state.owed_fen,
    )


def _patron_of_card(card: str) -> int:
    """:raises FeesRefused: it is nobody's (any more)."""
    scanned = patron_by_token(card)
    if scanned is None or scanned.token_status == REMOVED:
        raise FeesRefused(FeeReason.PATRON_UNKNOWN)
    return scanned.patron.id


@router.get(
    "/patrons/{handle}/account",
    auth=ApplicationToken(Act.SEE_FEES),
    response=AccountTold,
    summary=cast(str, _("See what a reader owes")),
    openapi_extra=NOT_THERE,
)
def account_of_reader(request: HttpRequest, handle: str) -> AccountTold:
    """Of branches whose money the token does not let one see, the sums only."""
    call = call_of(request)
    return _account(call, patron_of_handle(call, handle), is_own=False)


@router.get(
    "/patrons/{handle}/account/entries",
    auth=ApplicationToken(Act.SEE_FEES),
    response=EntryPage,
    summary=cast(str, _("List a reader's charges and payments")),
    openapi_extra=NOT_THERE,
)
def entries_of_reader(request: HttpRequest, handle: str, limit: Limit, cursor: Cursor) -> EntryPage:
    """The newest first, with receipt numbers, of the branches whose money the token lets one see."""
    call = call_of(request)
    operator = call.desk.operator
    seen = [branch_id for branch_id in call.network.branches if may(operator, Act.SEE_FEES, branch_id)]
    return _entries(request, call, patron_of_handle(call, handle), seen, limit=limit, cursor=cursor)


@router.get(
    "/me/account", auth=ReaderToken(Act.SEE_PATRON), response=AccountTold, summary=cast(str, _("See what I owe"))
)
def my_account(request: HttpRequest) -> AccountTold:
    """With every open charge, and the deposit that is held."""
    call = call_of(request)
    return _account(call, call.signed_in_reader.patron.id, is_own=True)


@router.get(
    "/me/account/entries",
    auth=ReaderToken(Act.SEE_PATRON),
    response=EntryPage,
    summary=cast(str, _("List my charges and payments")),
)
def my_entries(request: HttpRequest, limit: Limit, cursor: Cursor) -> EntryPage:
    """The newest first, with receipt numbers."""
    call = call_of(request)
    return _entries(request, call, call.signed_in_reader.patron.id, None, limit=limit, cursor=cursor)


@router.get(
    "/me/points",
    auth=ReaderToken(Act.SEE_PATRON),
    response=PointPage,
    summary=cast(str, _("See my credit points")),
)
def my_points(request: HttpRequest, limit: Limit, cursor: Cursor) -> PointPage:
    """What gave and took them, the newest first. Nobody else sees them here."""
    call = call_of(request)
    patron_id, place = call.signed_in_reader.patron.id, place_of(request, cursor)
    rows, before = list_points(patron_id, before=int(place[0]) if place else None, size=limit)
    balance = point_balance(patron_id)
    return PointPage(
        kept=balance is not None,
        balance=balance,
        points=[
            PointTold(
                event=row.event.value,
                points=row.points,
                reason=row.reason,
                at=local(row.at),
                branch=branch_told(call, row.branch_id),
            )
            for row in rows
        ],
        next=next_address(request, None if before is None else (before,)),
    )


def _account(call: Call, patron_id: int, *, is_own: bool) -> AccountTold:
    state, operator = account_state(patron_id), call.desk.operator
    charges = [
        charge for charge in list_open_charges(patron_id) if is_own or may(operator, Act.SEE_FEES, charge.branch_id)
    ]
    titles = titles_of_charges(charges)
    return AccountTold(
        owed_fen=state.owed_fen,
        due_back_fen=state.due_back_fen,
        deposit_fen=state.held_fen,
        charges=[charge_told(call, charge, titles.get(charge.item_id or 0, "")) for charge in charges],
    )


def _entries(
    request: HttpRequest,
    call: Call,
    patron_id: int,
    branch_ids: Iterable[int] | None,
    *,
    limit: int,
    cursor: str | None,
) -> EntryPage:
    place = place_of(request, cursor)
    page = list_ledger(patron_id, branch_ids=branch_ids, before=int(place[0]) if place else None, size=limit)
    return EntryPage(
        entries=[entry_told(call, entry) for entry in page.entries],
        next=next_address(request, None if page.before is None else (page.before,)),
    )
