"""Lending, taking back, renewing and receiving, for machines."""

from http import HTTPStatus
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from wenyuan.doors.api.access import ApplicationToken, call_of
from wenyuan.doors.api.answers import branch_told, held_told, lent_item, maybe_branch
from wenyuan.doors.api.keys import IdempotencyKey, mark_replayed, verb_key
from wenyuan.doors.api.problems import blocks_shown
from wenyuan.doors.api.schemas import (
    ArrivalTold,
    BlockTold,
    CheckinTold,
    CheckoutAsked,
    CheckoutTold,
    ItemAsked,
    PreviewTold,
    RenewalAsked,
    RenewalTold,
)
from wenyuan.lending.circulation import operations
from wenyuan.lending.circulation.queries import preview_checkout
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local

router = Router(tags=["circulation"])
ACTS = {"x-problems": [HTTPStatus.CONFLICT], "x-keyed": True}


@router.post(
    "/checkouts",
    auth=ApplicationToken(Act.CHECKOUT),
    response={HTTPStatus.CREATED: CheckoutTold},
    summary=cast(str, _("Lend an item to a reader")),
    openapi_extra=ACTS,
)
def checkout(
    request: HttpRequest, body: CheckoutAsked, response: HttpResponse, idempotency_key: IdempotencyKey
) -> CheckoutTold:
    """Length, limits and calendar are those of the branch of the call. Without a key the same account asking again
    within ten minutes gets the first receipt all the same."""
    call = call_of(request)
    receipt = operations.checkout(
        item=body.item,
        card=body.card,
        waive=frozenset(body.waive),
        at=call.at,
        desk=call.desk,
        key=verb_key(call, idempotency_key),
    )
    mark_replayed(response, repeated=receipt.repeated)
    return CheckoutTold(
        loan=receipt.loan_id,
        item=lent_item(call, receipt.item),
        lent_at=local(receipt.lent_at),
        due_at=local(receipt.due_at),
        due_date=receipt.due_date,
        open_loans=receipt.open_loans,
        max_loans=receipt.max_loans,
    )


@router.post(
    "/checkouts/preview",
    auth=ApplicationToken(Act.CHECKOUT),
    response=PreviewTold,
    summary=cast(str, _("Ask what a checkout would say")),
)
def preview(request: HttpRequest, body: CheckoutAsked) -> PreviewTold:
    """Nothing is written. What would be refused is told as blocks, not as a problem."""
    call = call_of(request)
    seen = preview_checkout(item=body.item, card=body.card, waive=frozenset(body.waive), at=call.at, desk=call.desk)
    return PreviewTold(
        allowed=not seen.blocks,
        item=lent_item(call, seen.item) if seen.item else None,
        due_date=seen.due_date,
        blocks=[BlockTold(**block) for block in blocks_shown(request, seen.blocks, network=call.network)],
    )


@router.post(
    "/checkins",
    auth=ApplicationToken(Act.CHECKIN),
    response=CheckinTold,
    summary=cast(str, _("Take an item back")),
    openapi_extra=ACTS,
)
def checkin(
    request: HttpRequest, body: ItemAsked, response: HttpResponse, idempotency_key: IdempotencyKey
) -> CheckinTold:
    """No card is needed, and whoever had the item is not told. An item that was not on loan is put where it belongs."""
    call = call_of(request)
    receipt = operations.checkin(item=body.item, at=call.at, desk=call.desk, key=verb_key(call, idempotency_key))
    mark_replayed(response, repeated=receipt.repeated)
    return CheckinTold(
        outcome=receipt.outcome.value,
        item=lent_item(call, receipt.item),
        at=local(receipt.at),
        send_to=maybe_branch(call, receipt.send_to),
        arrived=receipt.arrived,
        loan=receipt.loan_id,
        days_overdue=receipt.days_overdue,
        fine_fen=receipt.fine_fen,
        suspended_until=receipt.suspended_until,
        held=held_told(call, receipt.held),
    )


@router.post(
    "/renewals",
    auth=ApplicationToken(Act.RENEW),
    response=RenewalTold,
    summary=cast(str, _("Renew a loan")),
    openapi_extra=ACTS,
)
def renew(
    request: HttpRequest, body: RenewalAsked, response: HttpResponse, idempotency_key: IdempotencyKey
) -> RenewalTold:
    """Counted from today by the policy of the branch that lent; never shorter than it was."""
    call = call_of(request)
    receipt = operations.renew(
        item=body.item,
        card=body.card,
        waive=frozenset(body.waive),
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


@router.post(
    "/arrivals",
    auth=ApplicationToken(Act.RECEIVE_TRANSIT),
    response=ArrivalTold,
    summary=cast(str, _("Receive an item that was sent to this branch")),
    openapi_extra=ACTS,
)
def receive(request: HttpRequest, body: ItemAsked, idempotency_key: IdempotencyKey) -> ArrivalTold:
    """A loan that was taken elsewhere (代收) is closed with it. A check-in of an item on its way here does the same."""
    call = call_of(request)
    receipt = operations.receive_transit(
        item=body.item, at=call.at, desk=call.desk, key=verb_key(call, idempotency_key)
    )
    return ArrivalTold(
        transit=receipt.transit_id,
        item=lent_item(call, receipt.item),
        sent_from=branch_told(call, receipt.from_branch_id),
        loan_closed=receipt.loan_closed,
        days_overdue=receipt.days_overdue,
        fine_fen=receipt.fine_fen,
        suspended_until=receipt.suspended_until,
        send_to=maybe_branch(call, receipt.send_to),
        held=held_told(call, receipt.held),
    )
