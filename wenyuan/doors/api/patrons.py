"""Readers, for machines: whose card this is, and what they have. The name is masked; numbers are not told."""

from http import HTTPStatus
from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router

from wenyuan.doors.api.access import ApplicationToken, call_of
from wenyuan.doors.api.answers import branch_told
from wenyuan.doors.api.handles import patron_of_handle
from wenyuan.doors.api.lists import loan_page, patron_blocks
from wenyuan.doors.api.paging import Cursor, Limit
from wenyuan.doors.api.passes import write_handle
from wenyuan.doors.api.problems import NotThere, blocks_shown
from wenyuan.doors.api.schemas import BlockTold, CardAsked, LoanPage, PatronTold
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.patrons.queries import patron_by_token
from wenyuan.organisation.rights.data import Act

REMOVED = "removed"
"""The status of a token that leads to nobody any more."""

router = Router(tags=["patrons"])
NOT_THERE = {"x-problems": [HTTPStatus.NOT_FOUND]}


@router.post(
    "/patrons/lookup",
    auth=ApplicationToken(Act.SEE_PATRON),
    response=PatronTold,
    summary=cast(str, _("Look a reader up by card")),
    openapi_extra=NOT_THERE,
)
def look_up(request: HttpRequest, body: CardAsked) -> PatronTold:
    """The card goes in the body, for it may be an identity number and addresses are written into logs."""
    call = call_of(request)
    scanned = patron_by_token(body.card)
    loans = None
    if scanned is not None and scanned.token_status != REMOVED:
        loans = patron_loans(patron_id=scanned.patron.id, branch_id=call.desk.branch_id, at=call.at)
    if scanned is None or loans is None:
        raise NotThere(BlockCode.PATRON_UNKNOWN)
    patron = scanned.patron
    blocks = patron_blocks(loans, card_status=scanned.token_status)
    return PatronTold(
        handle=write_handle(patron_id=patron.id, account_id=call.caller.account_id, at=call.at),
        name=patron.masked_name,
        category=patron.category,
        home=branch_told(call, patron.home_branch_id),
        status=patron.status,
        card_status=scanned.token_status,
        suspended_until=patron.suspended_until,
        expires_date=patron.expires_date,
        open_loans=len(loans.loans),
        max_loans=loans.max_loans,
        blocks=[BlockTold(**block) for block in blocks_shown(request, blocks, network=call.network)],
    )


@router.get(
    "/patrons/{handle}/loans",
    auth=ApplicationToken(Act.SEE_PATRON),
    response=LoanPage,
    summary=cast(str, _("List what a reader has on loan")),
    openapi_extra=NOT_THERE,
)
def loans_of_patron(request: HttpRequest, handle: str, limit: Limit, cursor: Cursor) -> LoanPage:
    """The earliest due first. The handle is that of the look-up."""
    call = call_of(request)
    patron_id = patron_of_handle(call, handle)
    loans = patron_loans(patron_id=patron_id, branch_id=call.desk.branch_id, at=call.at)
    if loans is None:
        raise NotThere(BlockCode.PATRON_UNKNOWN)
    return loan_page(request, call, loans.loans, limit=limit, cursor=cursor)
