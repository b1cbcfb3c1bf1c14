"""Money for tests, moved through the room's verbs."""

from datetime import datetime

from wenyuan.lending.fees.data import ChargeKind, Means, MoneyReceipt
from wenyuan.lending.fees.operations import add_charge, pay, take_deposit
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.rights.data import Desk


def make_charge(
    patron: Patron,
    amount_fen: int = 3980,
    *,
    at: datetime,
    desk: Desk,
    kind: ChargeKind = ChargeKind.LOST,
    fee_fen: int = 0,
    item_id: int | None = None,
) -> int:
    """A charge by hand, a lost item unless said otherwise; its id."""
    made = add_charge(
        patron_id=patron.id,
        kind=kind,
        amount_fen=amount_fen,
        fee_fen=fee_fen,
        item_id=item_id,
        text="照价赔偿" if kind is ChargeKind.OTHER else "",
        at=at,
        desk=desk,
    )
    return made.charge_id


def make_payment(
    patron: Patron, amount_fen: int, *, at: datetime, desk: Desk, means: Means = Means.CASH
) -> MoneyReceipt:
    """A payment for the oldest charges."""
    return pay(patron_id=patron.id, amount_fen=amount_fen, means=means, text="转账", at=at, desk=desk)


def make_deposit(patron: Patron, amount_fen: int = 10_000, *, at: datetime, desk: Desk) -> MoneyReceipt:
    """A deposit in cash."""
    return take_deposit(patron_id=patron.id, amount_fen=amount_fen, means=Means.CASH, at=at, desk=desk)
