"""One function a request of a signed-in machine: ask the verb, say its answer in SIP2."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from types import MappingProxyType
from typing import Final, NamedTuple

from wenyuan.doors.sip2 import screens
from wenyuan.doors.sip2.asked import Asked, Handled, institution_of, nothing_done, refusal_by_pin
from wenyuan.doors.sip2.cards import block_patron, enable_patron
from wenyuan.doors.sip2.negatives import negative
from wenyuan.doors.sip2.patron_answers import patron_information, patron_status
from wenyuan.doors.sip2.payments import fee_paid
from wenyuan.doors.sip2.station import Station
from wenyuan.doors.sip2.times import date_in, printed
from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_item, titles_of
from wenyuan.kernel.sip2.answers import (
    CheckinAnswer,
    CheckoutAnswer,
    EndSessionAnswer,
    HoldAnswer,
    ItemInformationAnswer,
    RenewAllAnswer,
    RenewAnswer,
)
from wenyuan.kernel.sip2.codes import AlertType, CirculationStatus
from wenyuan.kernel.sip2.parse import Request
from wenyuan.kernel.sip2.requests import CheckoutRequest, HoldRequest
from wenyuan.lending.circulation import operations
from wenyuan.lending.circulation.data import (
    Block,
    BlockCode,
    CheckinReceipt,
    CheckoutReceipt,
    HeldFor,
    HoldView,
    Kept,
    RenewalReceipt,
)
from wenyuan.lending.circulation.operations import Refused
from wenyuan.lending.circulation.queries import holds_of_patron, loan_of_item
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may, require

STATUS_OF_STATE: Final[Mapping[str, CirculationStatus]] = MappingProxyType(
    {
        "available": CirculationStatus.AVAILABLE,
        "on_loan": CirculationStatus.CHARGED,
        "in_transit": CirculationStatus.IN_TRANSIT,
        "on_hold_shelf": CirculationStatus.ON_HOLD_SHELF,
        "in_process": CirculationStatus.IN_PROCESS,
        "withdrawn": CirculationStatus.OTHER,
    }
)
STATUS_OF_CONDITION: Final[Mapping[str, CirculationStatus]] = MappingProxyType(
    {
        "lost": CirculationStatus.LOST,
        "missing": CirculationStatus.MISSING,
        "claimed_returned": CirculationStatus.CLAIMED_RETURNED,
    }
)


ONE_ITEM: Final = "3"
"""BY: this very item (1 other, 2 any item of the title, 4 any at one location)."""
NOT_FOR_THE_SHELF: Final = frozenset({"in_process", "on_hold_shelf"})
"""States that a scan leaves as they are: staff must see such an item before a sorter shelves it."""


def checkout(asked: Asked) -> Handled:
    """11. An item that the reader already has is renewed if the machine allows it."""
    request, station = asked.request, asked.station
    if refusal := refusal_by_pin(asked):
        return refusal
    try:
        receipt = operations.checkout(item=_barcode(request), card=request.value("AA"), at=asked.at, desk=station.desk)
    except Refused as refused:
        if _may_renew_instead(request, refused):
            return _renewal(asked, CheckoutAnswer)
        return _refusal(asked, refused)
    return Handled(_lent(asked, receipt), _outcome(receipt, "lent"))


def renew(asked: Asked) -> Handled:
    """29."""
    if refusal := refusal_by_pin(asked):
        return refusal
    return _renewal(asked, RenewAnswer)


def hold(asked: Asked) -> Handled:
    """15. A machine names the title by one of its items; with BY 3 that item only is wanted. A hold is found again by
    its reader and item, so a machine needs to keep no number."""
    request = asked.request
    assert isinstance(request.fixed, HoldRequest)
    if refusal := refusal_by_pin(asked):
        return refusal
    try:
        match request.fixed.mode:
            case "+":
                return _placed(asked)
            case "-":
                return _cancelled(asked)
            case "*":
                return _rewished(asked)
    except Refused as refused:
        return _refusal(asked, refused)
    return nothing_done(asked, [screens.NOT_SERVED], "not_served")


def _placed(asked: Asked) -> Handled:
    request, station = asked.request, asked.station
    receipt = operations.place_hold(
        item=_barcode(request),
        this_item=request.value("BY") == ONE_ITEM,
        card=request.value("AA"),
        pickup_branch_id=_pickup_of(asked),
        not_after=date_in(request.value("BW")),
        at=asked.at,
        desk=station.desk,
    )
    last = receipt.not_after
    answer = HoldAnswer(
        at=printed(asked.at),
        ok=True,
        is_available=receipt.from_shelf,
        institution=institution_of(asked),
        patron=request.value("AA"),
        item=request.value("AB"),
        not_after=datetime.combine(last, time(23, 59, 59)) if last else None,
        place=receipt.position,
        pickup=station.code_of(receipt.pickup_branch_id),
        title=receipt.title,
        messages=[screens.held(receipt, station.names)],
    )
    return Handled(answer, "repeated" if receipt.repeated else "held")


def _cancelled(asked: Asked) -> Handled:
    view = _own_hold(asked)
    operations.cancel_hold(hold_id=view.id, at=asked.at, desk=asked.station.desk)
    return Handled(_of_hold(asked, view, screens.hold_cancelled()), "cancelled")


def _rewished(asked: Asked) -> Handled:
    view = _own_hold(asked)
    operations.change_hold(
        hold_id=view.id,
        at=asked.at,
        desk=asked.station.desk,
        pickup_branch_id=_pickup_of(asked) if asked.request.value("BS") else Kept.AS_IS,
        not_after=date_in(asked.request.value("BW")) or Kept.AS_IS,
    )
    return Handled(_of_hold(asked, view, screens.hold_changed()), "changed")


def _of_hold(asked: Asked, view: HoldView, message: str) -> HoldAnswer:
    return HoldAnswer(
        at=printed(asked.at),
        ok=True,
        institution=institution_of(asked),
        patron=asked.request.value("AA"),
        item=asked.request.value("AB"),
        title=view.title,
        messages=[message],
    )


def _own_hold(asked: Asked) -> HoldView:
    """The open hold of the card's reader on the title of the item.

    :raises Refused: the card or the item is unknown, or there is no such hold.
    """
    item, scanned = get_item(_barcode(asked.request)), asked.readers.find(asked.request.value("AA"))
    if scanned is None or item is None:
        raise Refused(Block(BlockCode.PATRON_UNKNOWN if scanned is None else BlockCode.ITEM_UNKNOWN))
    for view in holds_of_patron(patron_id=scanned.patron.id, at=asked.at):
        if view.ended_at is None and view.bib_id == item.bib_id and view.item_id in (None, item.id):
            return view
    raise Refused(Block(BlockCode.HOLD_UNKNOWN))


def _pickup_of(asked: Asked) -> int:
    """The branch that BS names by its code; else the machine's own."""
    code = asked.request.value("BS")
    return (asked.station.branch_of(code) if code else None) or asked.station.desk.branch_id


def renew_all(asked: Asked) -> Handled:
    """65."""
    request = asked.request
    if refusal := refusal_by_pin(asked):
        return refusal
    try:
        ones = operations.renew_all(card=request.value("AA"), at=asked.at, desk=asked.station.desk)
    except Refused as refused:
        return _refusal(asked, refused)
    renewed = [one.barcode for one in ones if one.receipt is not None]
    unrenewed = [one.barcode for one in ones if one.receipt is None]
    answer = RenewAllAnswer(
        at=printed(asked.at),
        ok=not unrenewed,
        institution=institution_of(asked),
        renewed=renewed,
        unrenewed=unrenewed,
        messages=[screens.all_renewed(len(renewed), len(unrenewed))],
    )
    return Handled(answer, f"renewed_{len(renewed)}")


def checkin(asked: Asked) -> Handled:
    """09. The reader at the machine need not be the one who had it."""
    request, station = asked.request, asked.station
    try:
        receipt = operations.checkin(item=_barcode(request), at=asked.at, desk=station.desk)
    except Refused as refused:
        return _refusal(asked, refused)
    send_to, holder = receipt.send_to, holder_shown(station, receipt.held)
    answer = CheckinAnswer(
        at=printed(asked.at),
        ok=True,
        institution=institution_of(asked),
        item=request.value("AB"),
        permanent_location=station.names(receipt.item.home_branch_id),
        resensitise=True,
        magnetic=False,
        alert=_alert_of(receipt),
        title=receipt.item.title,
        call_number=receipt.item.call_no,
        hold_patron=holder.card if holder else None,
        hold_patron_name=holder.name if holder else None,
        destination=None if send_to is None else station.code_of(send_to),
        messages=screens.returned(receipt, station.names, for_staff=receipt.item.state in NOT_FOR_THE_SHELF),
    )
    return Handled(answer, receipt.outcome.value)


def item_information(asked: Asked) -> Handled:
    """17."""
    request, station = asked.request, asked.station
    require(station.desk.operator, Act.SEE_ITEM, station.desk.branch_id)
    item = get_item(_barcode(request))
    if item is None:
        unknown = negative(request, at=printed(asked.at), institution="", messages=[screens.unknown_item()])
        return Handled(unknown, BlockCode.ITEM_UNKNOWN.value)
    loan = loan_of_item(item.id)
    # Of an item taken back elsewhere (代收) nobody is waiting for the due date any more.
    is_out = loan is not None and loan.taken_branch_id is None
    answer = ItemInformationAnswer(
        at=printed(asked.at),
        status=_status_of(item, is_recalled=bool(loan and is_out and loan.recalled_at)),
        item=request.value("AB"),
        title=_title_of(item),
        due=printed(loan.due_at) if loan and is_out else None,
        recall_at=printed(loan.recalled_at) if loan and is_out and loan.recalled_at else None,
        owner=station.names(item.owner_id),
        permanent_location=station.names(item.home_branch_id),
        current_location=station.names(item.present_branch_id),
        call_number=item.call_no,
    )
    return Handled(answer)


def end_session(asked: Asked) -> Handled:
    """35."""
    asked.readers.leave()
    answer = EndSessionAnswer(
        at=printed(asked.at),
        institution=institution_of(asked),
        patron=asked.request.value("AA"),
        messages=[screens.SESSION_ENDED],
    )
    return Handled(answer)


def information_of_patron(asked: Asked) -> Handled:
    """63."""
    return Handled(*patron_information(*asked, institution=institution_of(asked)))


def status_of_patron(asked: Asked) -> Handled:
    """23."""
    return Handled(*patron_status(*asked, institution=institution_of(asked)))


HANDLERS: Final[Mapping[str, Callable[[Asked], Handled]]] = MappingProxyType(
    {
        "11": checkout,
        "09": checkin,
        "29": renew,
        "15": hold,
        "65": renew_all,
        "17": item_information,
        "63": information_of_patron,
        "23": status_of_patron,
        "35": end_session,
        "37": fee_paid,
        "01": block_patron,
        "25": enable_patron,
    }
)

SERVED: Final = frozenset(HANDLERS) | {"93", "99", "97"}
NEEDS_RIGHT: Final = MappingProxyType({"37": Act.TAKE_MONEY, "01": Act.SUSPEND_PATRON, "25": Act.SUSPEND_PATRON})
"""Requests that a machine is served only by a role of its own (``accounts.data.MACHINE_ROLES``)."""


def served_at(station: Station | None) -> frozenset[str]:
    """The requests that BX says yes to; of a machine that has not signed in yet nothing is known."""
    desk = station.desk if station else None
    return frozenset(
        code
        for code in SERVED
        if code not in NEEDS_RIGHT or (desk and may(desk.operator, NEEDS_RIGHT[code], desk.branch_id))
    )


def _renewal(asked: Asked, kind: type[CheckoutAnswer]) -> Handled:
    request = asked.request
    try:
        receipt = operations.renew(
            item=_barcode(request), card=request.value("AA"), at=asked.at, desk=asked.station.desk
        )
    except Refused as refused:
        return _refusal(asked, refused)
    answer = kind(
        at=printed(asked.at),
        ok=True,
        is_renewal=True,
        magnetic=False,
        institution=institution_of(asked),
        patron=request.value("AA"),
        item=request.value("AB"),
        title=receipt.item.title,
        due=printed(receipt.due_at),
        transaction=str(receipt.loan_id),
        messages=[screens.renewed(receipt.due_date, receipt.fine_fen)],
    )
    return Handled(answer, _outcome(receipt, "renewed"))


def _lent(asked: Asked, receipt: CheckoutReceipt) -> CheckoutAnswer:
    """The receipt as 12. A repeated one says the very same, so that the machine cannot tell it from the first."""
    request = asked.request
    return CheckoutAnswer(
        at=printed(asked.at),
        ok=True,
        magnetic=False,
        desensitise=True,
        institution=institution_of(asked),
        patron=request.value("AA"),
        item=request.value("AB"),
        title=receipt.item.title,
        due=printed(receipt.due_at),
        transaction=str(receipt.loan_id),
        messages=[screens.lent(receipt.due_date)],
    )


def _alert_of(receipt: CheckinReceipt) -> AlertType | None:
    if receipt.held is not None:
        return AlertType.HOLD_HERE if receipt.held.ready else AlertType.HOLD_ELSEWHERE
    if receipt.send_to is not None:
        return AlertType.SEND_ON
    return AlertType.OTHER if receipt.item.state in NOT_FOR_THE_SHELF else None


class Holder(NamedTuple):
    """What a sorter is told of the reader for whom an item is kept: the number of the card, and the masked name."""

    card: str | None
    name: str | None


def holder_shown(station: Station, held: HeldFor | None) -> Holder | None:
    """Whose hold it is, to a machine that stands behind the desk and is set to be told (CY, DA)."""
    if held is None or station.holder_told == "off":
        return None
    if not may(station.desk.operator, Act.SEE_PATRON, station.desk.branch_id):
        return None
    reader = get_patron(held.patron_id)
    if reader is None:
        return None
    return Holder(reader.card_no or None, reader.masked_name if station.holder_told == "name" else None)


def _outcome(receipt: CheckoutReceipt | RenewalReceipt, word: str) -> str:
    return "repeated" if receipt.repeated else word


def _may_renew_instead(request: Request, refused: Refused) -> bool:
    fixed = request.fixed
    codes = {block.code for block in refused.blocks}
    return isinstance(fixed, CheckoutRequest) and fixed.may_renew and codes == {BlockCode.ITEM_ON_LOAN_ALREADY}


def _refusal(asked: Asked, refused: Refused) -> Handled:
    return nothing_done(
        asked,
        screens.refused(refused.blocks, asked.station.names),
        ",".join(block.code.value for block in refused.blocks),
        title=refused.item.title if refused.item else "",
    )


def _barcode(request: Request) -> str:
    """The item's barcode as it may be looked up: a text with control characters is none."""
    text = request.value("AB")
    return text if text.isprintable() else ""


def _status_of(item: ItemView, *, is_recalled: bool) -> CirculationStatus:
    if item.condition in STATUS_OF_CONDITION:
        return STATUS_OF_CONDITION[item.condition]
    if is_recalled:
        return CirculationStatus.RECALLED
    if item.state == "available" and (item.condition != "ok" or item.lendable != "yes"):
        return CirculationStatus.OTHER
    return STATUS_OF_STATE.get(item.state, CirculationStatus.OTHER)


def _title_of(item: ItemView) -> str:
    brief = titles_of([item.bib_id]).get(item.bib_id)
    return f"{brief.title} {brief.volume}".strip() if brief else ""
