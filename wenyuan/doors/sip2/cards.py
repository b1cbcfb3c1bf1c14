"""Messages 01 and 25: a machine has a card blocked, and frees what such a message blocked."""

from collections.abc import Callable

from wenyuan.doors.sip2 import screens
from wenyuan.doors.sip2.asked import Asked, Handled, institution_of, nothing_done, refusal_by_pin
from wenyuan.doors.sip2.patron_answers import patron_status
from wenyuan.doors.sip2.readers import REMOVED
from wenyuan.kernel.sip2.requests import BlockPatronRequest
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.patrons.data import PatronRefused, ProblemCode
from wenyuan.lending.patrons.operations import block_by_machine, free_by_machine
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import require


def block_patron(asked: Asked) -> Handled:
    """01. The answer is how the reader stands then."""
    desk = asked.station.desk
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    return _done(asked, lambda patron_id: _block(asked, patron_id))


def enable_patron(asked: Asked) -> Handled:
    """25. Whatever else keeps the reader from borrowing stays."""
    desk = asked.station.desk
    require(desk.operator, Act.SUSPEND_PATRON, desk.branch_id)
    if refusal := refusal_by_pin(asked):
        return refusal
    return _done(asked, lambda patron_id: free_by_machine(patron_id=patron_id, at=asked.at, desk=desk))


def _block(asked: Asked, patron_id: int) -> None:
    """Words that may not be kept, since they hold a number that is not masked, are left out: the card is blocked."""
    request, desk = asked.request, asked.station.desk
    assert isinstance(request.fixed, BlockPatronRequest)
    kept = request.fixed.card_retained
    reason = screens.blocked_because(request.value("AL"), kept=kept)
    try:
        block_by_machine(patron_id=patron_id, reason=reason, at=asked.at, desk=desk)
    except PatronRefused as refused:
        if ProblemCode.TEXT_PERSONAL not in refused.codes:
            raise
        block_by_machine(patron_id=patron_id, reason=screens.blocked_because("", kept=kept), at=asked.at, desk=desk)


def _done(asked: Asked, act: Callable[[int], object]) -> Handled:
    scanned = asked.readers.find(asked.request.value("AA"))
    if scanned is None or scanned.token_status == REMOVED:
        return _refused(asked, BlockCode.PATRON_UNKNOWN)
    try:
        act(scanned.patron.id)
    except PatronRefused:  # nothing else can be wrong with what a machine asks
        return _refused(asked, BlockCode.PATRON_CLOSED)
    answer, outcome = patron_status(
        asked.request, asked.station, asked.readers, asked.at, institution=institution_of(asked)
    )
    return Handled(answer, outcome)


def _refused(asked: Asked, code: BlockCode) -> Handled:
    return nothing_done(asked, screens.refused([Block(code)], asked.station.names), code.value)
