"""What the operations for machines and those for readers share: pages of loans, and the blocks of a reader."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.http import HttpRequest

from wenyuan.doors.api.access import Call
from wenyuan.doors.api.answers import loan_told
from wenyuan.doors.api.paging import next_address, place_of
from wenyuan.doors.api.schemas import LoanPage
from wenyuan.lending.circulation.data import Block, BlockCode, OpenLoan, PatronLoans

CARD_BLOCKS: Final = {
    "lost": BlockCode.CARD_LOST,
    "replaced": BlockCode.CARD_REPLACED,
    "removed": BlockCode.PATRON_UNKNOWN,
}
"""What a card that is not in use any more is refused with."""


def patron_blocks(loans: PatronLoans, *, card_status: str) -> tuple[Block, ...]:
    """What stops any checkout of a reader who shows this card, at the branch that ``loans`` were asked for."""
    code = CARD_BLOCKS.get(card_status)
    return (Block(code), *loans.blocks) if code else loans.blocks


def loan_page(
    request: HttpRequest, call: Call, loans: Sequence[OpenLoan], *, limit: int, cursor: str | None
) -> LoanPage:
    """A page of loans, the earliest due first. It goes on after a place in that order, whatever was returned or renewed
    meanwhile."""
    ordered = sorted(loans, key=_place)
    place = place_of(request, cursor)
    if place is not None:
        after = datetime.fromisoformat(place[0]), int(place[1])
        ordered = [loan for loan in ordered if _place(loan) > after]
    shown = ordered[:limit]
    last = (shown[-1].due_at.isoformat(), shown[-1].id) if len(ordered) > limit else None
    return LoanPage(loans=[loan_told(call, loan) for loan in shown], next=next_address(request, last))


def _place(loan: OpenLoan) -> tuple[datetime, int]:
    return loan.due_at, loan.id
