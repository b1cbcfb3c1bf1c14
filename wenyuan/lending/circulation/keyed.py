"""The answer of a key: the first receipt, rebuilt from the journal row that carries the key, whatever happened since.

The row of a keyed request holds, beside its usual details, what its receipt said (codes, ids, dates and counts). Of the
reader it knows only the year's token; once that leads nowhere, the key of a checkout or renewal answers no more.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from wenyuan.lending.circulation.data import (
    CheckinOutcome,
    CheckinReceipt,
    CheckoutReceipt,
    HeldFor,
    HoldReceipt,
    RenewalReceipt,
)
from wenyuan.lending.circulation.everyday import KeyReused, Request
from wenyuan.lending.circulation.facts import (
    CheckoutFacts,
    Earlier,
    HoldFacts,
    Item,
    Loan,
    RenewalFacts,
    ReturnFacts,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.plumbing.clock import local_date


def of_checkout(receipt: CheckoutReceipt) -> dict[str, object]:
    """What the row of a keyed checkout keeps for its answer."""
    return {"open_loans": receipt.open_loans, "max_loans": receipt.max_loans}


def earlier_checkout(facts: CheckoutFacts, earlier: Earlier, request: Request) -> CheckoutReceipt:
    """:raises KeyReused: the key stands for another act, item or reader."""
    item = _item(facts.item, earlier)
    if earlier.kind != Kind.LOAN or facts.patron is None or earlier.patron_id != facts.patron.id:
        raise KeyReused
    kept = earlier.details
    due_at = datetime.fromisoformat(kept["due_at"])
    return CheckoutReceipt(
        loan_id=kept["loan"],
        item=item.shown(state="on_loan", present_branch_id=earlier.branch_id),
        patron_id=facts.patron.id,
        card=request.card or "",
        due_at=due_at,
        due_date=local_date(due_at),
        lent_at=earlier.occurred_at,
        policy_id=kept["policy"],
        open_loans=kept["open_loans"],
        max_loans=kept["max_loans"],
        repeated=True,
    )


def of_return(receipt: CheckinReceipt, *, verb: str) -> dict[str, object]:
    """What the row of a keyed check-in or arrival keeps for its answer."""
    return {
        "verb": verb,
        "outcome": receipt.outcome.value,
        "state": receipt.item.state,
        "send_to": receipt.send_to,
        "arrived": receipt.arrived,
        "loan": receipt.loan_id,
        "days_overdue": receipt.days_overdue,
        "held": _of_held(receipt.held) if receipt.held else None,
        **of_found(receipt),
    }


def of_lateness(receipt: CheckinReceipt) -> dict[str, object]:
    """What the row of a return keeps of how late it was and of its price, where it was late or had one."""
    cost: dict[str, object] = {"days_overdue": receipt.days_overdue} if receipt.days_overdue else {}
    if receipt.fine_fen:
        cost["fine_fen"] = receipt.fine_fen
    if receipt.suspended_until:
        cost["suspended_until"] = receipt.suspended_until.isoformat()
    return cost


def of_found(receipt: CheckinReceipt) -> dict[str, object]:
    """What the row of a found item keeps of the price that is owed no more."""
    off = {"price_off_fen": receipt.price_off_fen, "due_back_fen": receipt.due_back_fen}
    return {name: fen for name, fen in off.items() if fen}


def with_lateness(receipt: CheckinReceipt, kept: Mapping[str, Any]) -> CheckinReceipt:
    """The receipt with what the row of its return, or of what was found, kept of its price."""
    until = kept.get("suspended_until")
    return replace(
        receipt,
        fine_fen=kept.get("fine_fen", 0),
        suspended_until=date.fromisoformat(until) if until else None,
        price_off_fen=kept.get("price_off_fen", 0),
        due_back_fen=kept.get("due_back_fen", 0),
    )


def _of_held(held: HeldFor) -> dict[str, object]:
    until = held.shelf_until.isoformat() if held.shelf_until else None
    return {"hold": held.hold_id, "pickup": held.pickup_branch_id, "ready": held.ready, "until": until}


def _held(kept: Mapping[str, Any], facts: ReturnFacts) -> HeldFor | None:
    """What the first receipt said of a hold, while it is still captured for this item: only then is its reader
    known."""
    captured = facts.captured
    if captured is None or captured.id != kept["hold"]:
        return None
    return HeldFor(
        hold_id=captured.id,
        patron_id=captured.patron_id,
        pickup_branch_id=kept["pickup"],
        ready=kept["ready"],
        shelf_position=captured.shelf_position,
        shelf_until=date.fromisoformat(kept["until"]) if kept["until"] else None,
    )


def earlier_return(facts: ReturnFacts, earlier: Earlier, *, verb: str) -> CheckinReceipt:
    """The first receipt, but for the reader: a returned loan has forgotten them.

    :raises KeyReused: the key stands for another act or item.
    """
    item = _item(facts.item, earlier)
    kept = earlier.details
    if kept.get("verb") != verb:
        raise KeyReused
    receipt = CheckinReceipt(
        outcome=CheckinOutcome(kept["outcome"]),
        item=item.shown(state=kept["state"], present_branch_id=earlier.branch_id),
        at=earlier.occurred_at,
        send_to=kept["send_to"],
        arrived=kept["arrived"],
        loan_id=kept["loan"],
        days_overdue=kept["days_overdue"],
        held=_held(kept["held"], facts) if kept["held"] else None,
        repeated=True,
    )
    return with_lateness(receipt, kept)


def of_renewal(receipt: RenewalReceipt) -> dict[str, object]:
    """What the row of a keyed renewal keeps for its answer."""
    return {
        "renewals": receipt.renewals,
        "renewals_left": receipt.renewals_left,
        "present": receipt.item.present_branch_id,
    }


def before_renewal(loan: Loan) -> dict[str, object]:
    """What the row of a keyed renewal keeps of the loan as it was, should the renewal be undone."""
    return {
        "before": {
            "base": loan.base_due_date.isoformat(),
            "due_at": loan.due_at.isoformat(),
            "policy": loan.policy_id,
            "renewed_at": loan.renewed_at.isoformat() if loan.renewed_at else None,
            "renewed_by": loan.renewed_by_id,
            **({"recalled_at": loan.recalled_at.isoformat()} if loan.recalled_at else {}),
        }
    }


def earlier_renewal(facts: RenewalFacts, earlier: Earlier, *, with_card: bool) -> RenewalReceipt:
    """:raises KeyReused: the key stands for another act, item or reader."""
    item = _item(facts.item, earlier)
    if earlier.kind != Kind.RENEWAL or earlier.patron_id is None or (with_card and not facts.card_is_patrons):
        raise KeyReused
    kept = earlier.details
    due_at = datetime.fromisoformat(kept["due_at"])
    return RenewalReceipt(
        loan_id=kept["loan"],
        item=item.shown(state="on_loan", present_branch_id=kept["present"]),
        patron_id=earlier.patron_id,
        due_at=due_at,
        due_date=local_date(due_at),
        renewals=kept["renewals"],
        renewals_left=kept["renewals_left"],
        fine_fen=kept.get("fine_fen", 0),
        repeated=True,
    )


def of_hold(receipt: HoldReceipt) -> dict[str, object]:
    """What the row of a keyed hold keeps for its answer."""
    return {
        "title": receipt.title,
        "item": receipt.item_id,
        "position": receipt.position,
        "from_shelf": receipt.from_shelf,
        "not_after": receipt.not_after.isoformat() if receipt.not_after else None,
    }


def earlier_hold(facts: HoldFacts, earlier: Earlier) -> HoldReceipt:
    """:raises KeyReused: the key stands for another act, title or reader."""
    if facts.bib_id is None or facts.patron is None or earlier.kind != Kind.HOLD_PLACED:
        raise KeyReused
    if (earlier.subject_id, earlier.patron_id) != (facts.bib_id, facts.patron.id):
        raise KeyReused
    kept = earlier.details
    if kept["item"] != facts.item_id:
        raise KeyReused
    return HoldReceipt(
        hold_id=kept["hold"],
        bib_id=facts.bib_id,
        title=kept["title"],
        item_id=kept["item"],
        patron_id=facts.patron.id,
        pickup_branch_id=kept["pickup"],
        position=kept["position"],
        from_shelf=kept["from_shelf"],
        not_after=date.fromisoformat(kept["not_after"]) if kept["not_after"] else None,
        repeated=True,
    )


def _item(item: Item | None, earlier: Earlier) -> Item:
    """The item the key stands for. A journal row of a room above may carry the same key, but not this shape."""
    if item is None or earlier.subject_id != item.id:
        raise KeyReused
    return item
