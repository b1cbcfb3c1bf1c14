"""扫码支付: an order is written, the collector asked outside any transaction, and what it says is settled under locks.

A payment is written when the collector says *paid* and the amount is the order's, whoever brings the news: the answer,
a poll, a notice, a giving up that came too late. The order's number is its key, so news told twice is one payment.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wenyuan.lending.fees import rules
from wenyuan.lending.fees.data import EntryKind, FeeReason, FeesRefused, Means, MoneyReceipt, ScanReceipt
from wenyuan.lending.fees.ledger import NewRow, lock_holder, receipt_of, settle, twice, write
from wenyuan.lending.fees.models import Charge, Entry, ScanOrder
from wenyuan.lending.fees.settling import open_charges
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.scanpay import ScanOrder as AskedOrder
from wenyuan.plumbing.scanpay import ScanPay, ScanPayFailed, ScanState, ScanStatus
from wenyuan.plumbing.transactions import verb

VALID = timedelta(minutes=10)
POLLED_AT_ONCE = 50
SUBJECT = "图书馆"


@needs(Act.TAKE_MONEY)
def begin_scan(
    *,
    patron_id: int,
    code: str,
    at: datetime,
    desk: Desk,
    collector: ScanPay,
    charge_ids: Sequence[int] | None = None,
    key: str | None = None,
) -> ScanReceipt:
    """Collect all that is open of the charges (of all of them unless some are named) by the reader's payment code.

    The receipt says whether it is paid already or waits for the reader. Where the collector does not answer, the order
    stays asked: it is looked after until its fate is known, and nothing is written before.

    :raises NotAllowed: the operator may not take money here.
    :raises FeesRefused: nothing is open, or a key of another act.
    """
    order, is_new = twice(lambda: _open(patron_id, charge_ids, at, desk, key))
    if not is_new:
        return check_scan(out_trade_no=order.out_trade_no, at=at, desk=desk, collector=collector)
    asked = AskedOrder(
        out_trade_no=order.out_trade_no, amount_fen=order.amount_fen, subject=SUBJECT, expires_at=order.expires_at
    )
    try:
        status = collector.collect(asked, code=code)
    except ScanPayFailed:
        return _receipt(order)
    return _settle(status, at)


@verb
def _open(
    patron_id: int, charge_ids: Sequence[int] | None, at: datetime, desk: Desk, key: str | None
) -> tuple[ScanOrder, bool]:
    require(desk.operator, Act.TAKE_MONEY, desk.branch_id)
    holder = lock_holder(patron_id)
    if done := (ScanOrder.objects.select_related("account").filter(key=key).first() if key else None):
        if done.account.patron_id != patron_id:
            raise FeesRefused(FeeReason.KEY_REUSED)
        return done, False
    charges = open_charges(patron_id, charge_ids)
    if not charges:
        raise FeesRefused(FeeReason.NOTHING_OPEN)
    order = ScanOrder.objects.create(
        out_trade_no=f"W{secrets.token_hex(12)}",
        account_id=holder.account_id,
        charge_ids=[charge.entry_id for charge in charges],
        amount_fen=sum(charge.open_fen for charge in charges),
        branch_id=desk.branch_id,
        service_point_id=desk.service_point_id,
        desk=desk.code,
        door=desk.door.value,
        asked_by_id=desk.operator.account_id,
        asked_at=at,
        expires_at=at + VALID,
        key=key,
    )
    return order, True


@needs(Act.TAKE_MONEY)
def check_scan(*, out_trade_no: str, at: datetime, desk: Desk, collector: ScanPay) -> ScanReceipt:
    """Ask the collector what became of an order, and settle what it says.

    :raises NotAllowed: the operator may not take money at the order's branch.
    :raises FeesRefused: no such order, or one that was paid with another amount.
    """
    order = _order(out_trade_no)
    require(desk.operator, Act.TAKE_MONEY, order.branch_id)
    return _look(order, at, collector)


@needs(Act.TAKE_MONEY)
def give_up_scan(*, out_trade_no: str, at: datetime, desk: Desk, collector: ScanPay) -> ScanReceipt:
    """Close an order that the reader does not pay; where the reader was faster, it is settled instead.

    :raises NotAllowed: the operator may not take money at the order's branch.
    :raises FeesRefused: no such order, or the collector does not answer.
    """
    order = _order(out_trade_no)
    require(desk.operator, Act.TAKE_MONEY, order.branch_id)
    if order.state not in {"asked", "waiting"}:
        return _receipt(order)
    try:
        return _settle(collector.close(out_trade_no), at)
    except ScanPayFailed:
        raise FeesRefused(FeeReason.NO_ANSWER) from None


@needs()
def note_scan(*, body: bytes, signature: str, at: datetime, collector: ScanPay) -> ScanReceipt:
    """The collector tells by itself what became of an order; only what it has signed is believed.

    :raises ScanPayFailed: it has not signed this.
    :raises FeesRefused: no such order, or one that was paid with another amount.
    """
    return _settle(collector.read_notice(body, signature), at)


@needs()
def look_after_scans(*, at: datetime, collector: ScanPay) -> int:
    """Ask about the orders that are open, the oldest first, and close those that have expired; returns how many are
    known now. One that fails does not stop the others; it may run twice."""
    known = 0
    for order in ScanOrder.objects.filter(state__in=["asked", "waiting"]).order_by("asked_at")[:POLLED_AT_ONCE]:
        try:
            receipt = _look(order, at, collector)
            if receipt.state in {"asked", "waiting"} and at >= order.expires_at:
                receipt = _settle(collector.close(order.out_trade_no), at)
        except (ScanPayFailed, FeesRefused):
            continue
        known += receipt.state in {"paid", "closed"}
    return known


def _look(order: ScanOrder, at: datetime, collector: ScanPay) -> ScanReceipt:
    if order.state not in {"asked", "waiting"}:
        return _receipt(order)
    try:
        status = collector.query(order.out_trade_no)
    except ScanPayFailed:
        return _receipt(order)
    if status.state is ScanState.UNKNOWN:
        # It may still be on its way to the collector: only when it can no longer be paid is it given up.
        if at < order.expires_at:
            return _receipt(order)
        status = replace(status, state=ScanState.CLOSED)
    return _settle(status, at)


def _settle(status: ScanStatus, at: datetime) -> ScanReceipt:
    return twice(lambda: _settled(status, at))


@verb
def _settled(status: ScanStatus, at: datetime) -> ScanReceipt:
    order = _order(status.out_trade_no)
    holder = lock_holder(order.account.patron_id)
    order = ScanOrder.objects.select_for_update(of=("self",)).select_related("account").get(id=order.id)
    if order.state == "paid" or (order.state == "closed" and status.state is not ScanState.PAID):
        return _receipt(order)
    match status.state:
        case ScanState.PAID:
            if status.amount_fen != order.amount_fen:
                raise FeesRefused(FeeReason.OTHER_AMOUNT, open_fen=status.amount_fen)
            row = NewRow(
                kind=EntryKind.PAYMENT,
                amount_fen=order.amount_fen,
                branch_id=order.branch_id,
                account_id=order.account_id,
                means=Means.SCAN,
                text=status.trade_no if status.trade_no.isalnum() else "",
                key=f"scan-{order.out_trade_no}",
            )
            order.entry = write(holder, row, at=at, desk=_desk_of(order))
            settle(order.entry, _parts(holder.patron_id, order))
            order.state = "paid"
        case ScanState.WAITING:
            order.state = "waiting"
        case ScanState.CLOSED | ScanState.EXPIRED | ScanState.UNKNOWN:
            order.state = "closed"
    order.save(update_fields=["state", "entry"])
    return _receipt(order)


def _parts(patron_id: int, order: ScanOrder) -> list[tuple[Charge, int]]:
    """The money over the order's charges, then over whatever else is open. What is left because somebody settled them
    meanwhile goes to the first, and is due back there: it was really paid."""
    own = {charge.entry_id: charge for charge in Charge.objects.filter(entry_id__in=order.charge_ids)}
    others = [charge for charge in open_charges(patron_id, None) if charge.entry_id not in own]
    charges = [own[charge_id] for charge_id in order.charge_ids] + others
    known = {charge.entry_id: charge for charge in charges}
    parts = dict(rules.allocate(order.amount_fen, [(one.entry_id, max(0, one.open_fen)) for one in charges]))
    over = order.amount_fen - sum(parts.values())
    if over:
        first = order.charge_ids[0]
        parts[first] = parts.get(first, 0) + over
    return [(known[charge_id], fen) for charge_id, fen in parts.items()]


def _desk_of(order: ScanOrder) -> Desk:
    """The desk that asked: the money is its till's, whoever brings the news."""
    return Desk(
        operator=Operator(order.asked_by_id, ""),
        branch_id=order.branch_id,
        door=Door(order.door),
        code=order.desk,
        service_point_id=order.service_point_id,
    )


def _order(out_trade_no: str) -> ScanOrder:
    order = ScanOrder.objects.select_related("account").filter(out_trade_no=out_trade_no).first()
    if order is None:
        raise FeesRefused(FeeReason.SCAN_UNKNOWN)
    return order


def _receipt(order: ScanOrder) -> ScanReceipt:
    paid: MoneyReceipt | None = None
    if order.entry_id is not None:
        paid = receipt_of(Entry.objects.get(id=order.entry_id), order.account.patron_id)
    return ScanReceipt(
        out_trade_no=order.out_trade_no,
        patron_id=order.account.patron_id,
        branch_id=order.branch_id,
        amount_fen=order.amount_fen,
        state=order.state,
        payment=paid,
    )


def find_scan(out_trade_no: str) -> ScanReceipt | None:
    """An order as it stands here, or nothing; the collector is not asked."""
    order = ScanOrder.objects.select_related("account").filter(out_trade_no=out_trade_no).first()
    return _receipt(order) if order else None
