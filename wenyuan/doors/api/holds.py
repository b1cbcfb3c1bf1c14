"""Holds: machines place and change those of readers whom they have looked up, readers their own. One of another reader
is not there."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.params.functions import Path

from wenyuan.doors.api.access import ApplicationToken, Call, ReaderToken, call_of
from wenyuan.doors.api.answers import branch_told, hold_told
from wenyuan.doors.api.handles import patron_of_handle
from wenyuan.doors.api.keys import IdempotencyKey, mark_replayed, verb_key
from wenyuan.doors.api.paging import Cursor, Limit, next_address, place_of
from wenyuan.doors.api.problems import NotThere, ProblemCode, Trouble
from wenyuan.doors.api.schemas import (
    HoldAsked,
    HoldChangeAsked,
    HoldList,
    HoldPlacedTold,
    HoldTold,
    SuspensionAsked,
    WishAsked,
)
from wenyuan.lending.circulation import operations
from wenyuan.lending.circulation.data import BlockCode, HoldView, Kept
from wenyuan.lending.circulation.queries import get_hold, holds_of_patron
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.statements import LARGEST_ID

router = Router(tags=["holds"])
HoldId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PLACED = {"x-problems": [HTTPStatus.CONFLICT], "x-keyed": True}
CHANGED = {"x-problems": [HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND]}
NOT_THERE = {"x-problems": [HTTPStatus.NOT_FOUND]}


# For machines --------------------------------------------------------------------------------------------------------


@router.post(
    "/holds",
    auth=ApplicationToken(Act.PLACE_HOLD),
    response={HTTPStatus.CREATED: HoldPlacedTold},
    summary=cast(str, _("Place a hold for a reader")),
    openapi_extra=PLACED,
)
def place_hold(
    request: HttpRequest, body: HoldAsked, response: HttpResponse, idempotency_key: IdempotencyKey
) -> HoldPlacedTold:
    """What may be held, and how many, is the policy of the pickup branch. Without a key the same account asking again
    within ten minutes gets the first receipt all the same."""
    call = call_of(request)
    return _placed(call, body, response, idempotency_key, card=body.card, waive=frozenset(body.waive))


@router.get(
    "/patrons/{handle}/holds",
    auth=ApplicationToken(Act.SEE_PATRON),
    response=HoldList,
    summary=cast(str, _("List a reader's holds")),
    openapi_extra=NOT_THERE,
)
def holds_of_reader(request: HttpRequest, handle: str, limit: Limit, cursor: Cursor) -> HoldList:
    """The handle is that of the look-up."""
    call = call_of(request)
    return _listed(request, call, patron_of_handle(call, handle), limit=limit, cursor=cursor)


@router.patch(
    "/patrons/{handle}/holds/{hold}",
    auth=ApplicationToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Change a reader's hold")),
    openapi_extra=CHANGED,
)
def change_hold(request: HttpRequest, handle: str, hold: HoldId, body: HoldChangeAsked) -> HoldTold:
    """While it waits: another pickup branch, whose policy is asked as for a new one, or other days."""
    call = call_of(request)
    return _changed(call, patron_of_handle(call, handle), hold, body)


@router.delete(
    "/patrons/{handle}/holds/{hold}",
    auth=ApplicationToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Cancel a reader's hold")),
    openapi_extra=CHANGED,
)
def cancel_hold(request: HttpRequest, handle: str, hold: HoldId) -> HoldTold:
    """Cancelled again, it answers the same."""
    call = call_of(request)
    return _cancelled(call, patron_of_handle(call, handle), hold)


@router.post(
    "/patrons/{handle}/holds/{hold}/suspension",
    auth=ApplicationToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Suspend a reader's hold")),
    openapi_extra=CHANGED,
)
def suspend_hold(request: HttpRequest, handle: str, hold: HoldId, body: SuspensionAsked) -> HoldTold:
    """It is passed over and keeps its place."""
    call = call_of(request)
    return _suspended(call, patron_of_handle(call, handle), hold, body)


@router.delete(
    "/patrons/{handle}/holds/{hold}/suspension",
    auth=ApplicationToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Resume a reader's hold")),
    openapi_extra=CHANGED,
)
def resume_hold(request: HttpRequest, handle: str, hold: HoldId) -> HoldTold:
    """It counts again, at its place."""
    call = call_of(request)
    return _resumed(call, patron_of_handle(call, handle), hold)


# For readers ---------------------------------------------------------------------------------------------------------


@router.post(
    "/me/holds",
    auth=ReaderToken(Act.PLACE_HOLD),
    response={HTTPStatus.CREATED: HoldPlacedTold},
    summary=cast(str, _("Hold a title for me")),
    openapi_extra=PLACED,
)
def place_mine(
    request: HttpRequest, body: WishAsked, response: HttpResponse, idempotency_key: IdempotencyKey
) -> HoldPlacedTold:
    """Nothing can be lifted: a refusal is for the desk."""
    call = call_of(request)
    card = call.signed_in_reader.signed_in.card
    return _placed(call, body, response, idempotency_key, card=card, waive=operations.NO_WAIVERS)


@router.get("/me/holds", auth=ReaderToken(Act.SEE_PATRON), response=HoldList, summary=cast(str, _("List my holds")))
def my_holds(request: HttpRequest, limit: Limit, cursor: Cursor) -> HoldList:
    """With the place of each in its queue."""
    call = call_of(request)
    return _listed(request, call, call.signed_in_reader.patron.id, limit=limit, cursor=cursor)


@router.patch(
    "/me/holds/{hold}",
    auth=ReaderToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Change one of my holds")),
    openapi_extra=CHANGED,
)
def change_mine(request: HttpRequest, hold: HoldId, body: HoldChangeAsked) -> HoldTold:
    """While it waits: another pickup branch, or other days."""
    call = call_of(request)
    return _changed(call, call.signed_in_reader.patron.id, hold, body)


@router.delete(
    "/me/holds/{hold}",
    auth=ReaderToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Cancel one of my holds")),
    openapi_extra=CHANGED,
)
def cancel_mine(request: HttpRequest, hold: HoldId) -> HoldTold:
    """Cancelled again, it answers the same."""
    call = call_of(request)
    return _cancelled(call, call.signed_in_reader.patron.id, hold)


@router.post(
    "/me/holds/{hold}/suspension",
    auth=ReaderToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Suspend one of my holds")),
    openapi_extra=CHANGED,
)
def suspend_mine(request: HttpRequest, hold: HoldId, body: SuspensionAsked) -> HoldTold:
    """It is passed over and keeps its place."""
    call = call_of(request)
    return _suspended(call, call.signed_in_reader.patron.id, hold, body)


@router.delete(
    "/me/holds/{hold}/suspension",
    auth=ReaderToken(Act.PLACE_HOLD),
    response=HoldTold,
    summary=cast(str, _("Resume one of my holds")),
    openapi_extra=CHANGED,
)
def resume_mine(request: HttpRequest, hold: HoldId) -> HoldTold:
    """It counts again, at its place."""
    call = call_of(request)
    return _resumed(call, call.signed_in_reader.patron.id, hold)


# What both do --------------------------------------------------------------------------------------------------------


def _placed(
    call: Call, body: WishAsked, response: HttpResponse, key: str | None, *, card: str, waive: frozenset[BlockCode]
) -> HoldPlacedTold:
    if (body.bib is None) == (body.item is None):
        raise Trouble(ProblemCode.INVALID, errors=[("body", "bib_or_item")])
    receipt = operations.place_hold(
        bib_id=body.bib,
        item=body.item or "",
        this_item=body.this_item,
        card=card,
        pickup_branch_id=_branch(call, body.pickup, call.desk.branch_id),
        not_before=body.not_before,
        not_after=body.not_after,
        waive=waive,
        at=call.at,
        desk=call.desk,
        key=verb_key(call, key),
    )
    mark_replayed(response, repeated=receipt.repeated)
    return HoldPlacedTold(
        hold=receipt.hold_id,
        bib=receipt.bib_id,
        title=receipt.title,
        pickup=branch_told(call, receipt.pickup_branch_id),
        place=receipt.position,
        from_shelf=receipt.from_shelf,
        not_after=receipt.not_after,
    )


def _branch(call: Call, code: str | None, otherwise: int) -> int:
    """:raises Trouble: no branch has this code."""
    if code is None:
        return otherwise
    branch = call.network.by_code(code.strip())
    if branch is None:
        raise Trouble(ProblemCode.BRANCH_UNKNOWN)
    return branch.id


def _listed(request: HttpRequest, call: Call, patron_id: int, *, limit: int, cursor: str | None) -> HoldList:
    """A page of holds. It goes on after a place in their order, whatever was placed meanwhile."""
    holds = holds_of_patron(patron_id=patron_id, at=call.at)
    place = place_of(request, cursor)
    if place is not None:
        after = bool(place[0]), -datetime.fromisoformat(place[1]).timestamp(), -int(place[2])
        holds = tuple(hold for hold in holds if _place(hold) > after)
    shown = holds[:limit]
    last = shown[-1] if len(holds) > limit else None
    goes_on = (last.ended_at is not None, last.placed_at.isoformat(), last.id) if last else None
    return HoldList(holds=[hold_told(call, hold) for hold in shown], next=next_address(request, goes_on))


def _place(hold: HoldView) -> tuple[bool, float, int]:
    """Open ones first, each part from the newest on."""
    return hold.ended_at is not None, -hold.placed_at.timestamp(), -hold.id


def _own(patron_id: int, hold_id: int) -> HoldView:
    """:raises NotThere: it is none of this reader's (any more)."""
    hold = get_hold(hold_id)
    if hold is None or hold.patron_id != patron_id:
        raise NotThere(BlockCode.HOLD_UNKNOWN)
    return hold


def _after(call: Call, patron_id: int, hold_id: int, act: Callable[[HoldView], object]) -> HoldTold:
    """The reader's hold as it is once ``act`` was done to it."""
    act(_own(patron_id, hold_id))
    listed = {hold.id: hold for hold in holds_of_patron(patron_id=patron_id, at=call.at)}
    return hold_told(call, listed.get(hold_id) or _own(patron_id, hold_id))


def _changed(call: Call, patron_id: int, hold_id: int, body: HoldChangeAsked) -> HoldTold:
    said = body.model_fields_set

    def change(hold: HoldView) -> None:
        operations.change_hold(
            hold_id=hold_id,
            pickup_branch_id=_branch(call, body.pickup, hold.pickup_branch_id) if body.pickup else Kept.AS_IS,
            not_before=body.not_before if "not_before" in said else Kept.AS_IS,
            not_after=body.not_after if "not_after" in said else Kept.AS_IS,
            at=call.at,
            desk=call.desk,
        )

    return _after(call, patron_id, hold_id, change)


def _cancelled(call: Call, patron_id: int, hold_id: int) -> HoldTold:
    def cancel(_hold: HoldView) -> None:
        operations.cancel_hold(hold_id=hold_id, at=call.at, desk=call.desk)

    return _after(call, patron_id, hold_id, cancel)


def _suspended(call: Call, patron_id: int, hold_id: int, body: SuspensionAsked) -> HoldTold:
    def suspend(_hold: HoldView) -> None:
        operations.suspend_hold(hold_id=hold_id, until=body.until, at=call.at, desk=call.desk)

    return _after(call, patron_id, hold_id, suspend)


def _resumed(call: Call, patron_id: int, hold_id: int) -> HoldTold:
    def resume(_hold: HoldView) -> None:
        operations.resume_hold(hold_id=hold_id, at=call.at, desk=call.desk)

    return _after(call, patron_id, hold_id, resume)
