"""Where a scanned item goes."""

from wenyuan.kernel.values import light_value
from wenyuan.lending.circulation.facts import Hold, Item, ReturnFacts
from wenyuan.lending.circulation.rules import life_cycle
from wenyuan.lending.circulation.rules.blocks import Place
from wenyuan.lending.circulation.rules.life_cycle import Step

FOUND_AGAIN = frozenset({"lost", "missing", "claimed_returned"})
IN_PROCESS = "in_process"
"""A scan notes where such an item is and leaves to those who work on it what becomes of it."""


@light_value(kw_only=True)
class ReturnDecision:
    """What a check-in writes. ``loan``, ``transit`` and ``hold_step`` name the steps of ``sql.return_statement``.

    ``hold`` is the one the item is captured for now; ``changes`` is false where the item is just where it belongs and
    nothing is written.
    """

    loan: str
    transit: str
    send_to: int | None
    send_reason: str
    state: str
    condition: str
    arrived: bool
    hold: Hold | None
    hold_step: str
    clears: bool
    changes: bool


def decide_return(facts: ReturnFacts, *, place: Place, return_route: str, served: Hold | None = None) -> ReturnDecision:
    """Where a scanned item goes: it closes its loan, ends or continues its transit, stays, travels home or floats.

    What is captured for a hold goes to its pickup branch and onto the hold shelf there; what is free is captured for
    ``served``, the first waiting hold that it may serve, before anything else is decided.

    Outside the home's lending group a loan is not closed but taken (代收) and the item is sent to its home branch,
    where it can be. What is already on its way goes on to where it was sent, but for a hold only while one waits for it
    there. What a station has for a season stays there. ``return_route`` is what the policy of its home says of an item
    in its group away from home.
    """
    item, transit = facts.item, facts.transit
    assert item is not None
    loan = ""
    if facts.loan is not None and place.lends_with_home:
        loan = "close"
    elif facts.loan is not None and facts.loan.taken_at is None:
        loan = "take"
    arrived = transit is not None and transit.to_branch_id == place.branch_id
    hold, hold_step = _captured(facts, place, loan, served)
    if hold is not None:
        send_to, reason = (None, "") if hold.pickup_branch_id == place.branch_id else (hold.pickup_branch_id, "hold")
    else:
        send_to, reason = _destination(facts, place, return_route, arrived)
    how = ""
    if transit is not None:
        if arrived and send_to is None:
            how = "receive"
        elif send_to is not None and (send_to, place.branch_id) != (transit.to_branch_id, transit.from_branch_id):
            how = "turn"
        elif send_to is None:
            how = "cancel"
    state = life_cycle.after(item.state, _step(item, hold, send_to))
    sends = send_to is not None and (transit is None or how == "turn")
    condition = facts.found_as if item.condition in FOUND_AGAIN else item.condition
    return ReturnDecision(
        loan=loan,
        transit=how,
        send_to=send_to,
        send_reason=reason,
        state=state,
        condition=condition,
        arrived=arrived,
        hold=hold,
        hold_step=hold_step,
        clears=facts.to_clear,
        changes=bool(loan or how or sends or hold_step or facts.to_clear or facts.looked_for)
        or item.present_branch_id != place.branch_id
        or condition != item.condition
        or state != item.state,
    )


def _captured(facts: ReturnFacts, place: Place, loan: str, served: Hold | None) -> tuple[Hold | None, str]:
    """The hold that the item is captured for from now on, and the step that makes it so; empty where it is already.

    An item whose loan cannot be closed here (代收) is captured where it can.
    """
    if captured := facts.captured:
        if captured.pickup_branch_id == place.branch_id:
            return captured, "" if captured.state == "on_shelf" else "shelve"
        return captured, "dispatch" if captured.state == "on_shelf" else ""
    if served is None or (facts.loan is not None and loan != "close"):
        return None, ""
    return served, "shelve" if served.pickup_branch_id == place.branch_id else "dispatch"


def _destination(facts: ReturnFacts, place: Place, return_route: str, arrived: bool) -> tuple[int | None, str]:
    item, transit = facts.item, facts.transit
    assert item is not None
    if facts.loan is None and transit is None and item.state == IN_PROCESS:
        return None, ""
    # Sent for a hold that has ended or can no longer be served there, it has no errand left.
    has_errand = transit is not None and transit.reason != "hold"
    if facts.loan is None and transit is not None and has_errand and not arrived:
        return transit.to_branch_id, transit.reason
    if item.home_branch_id == place.branch_id:
        return None, ""
    if facts.consigned_to == place.branch_id and (facts.loan is None or place.lends_with_home):
        return None, ""
    if not place.lends_with_home:
        # Sent here on purpose (a moved item) it stays; a loan still open, or a stray, goes where it can be closed.
        if arrived and has_errand and facts.loan is None:
            return None, ""
        return item.home_branch_id, "send_on" if facts.loan is not None else "home"
    if arrived and has_errand and facts.loan is None:
        return None, ""
    if return_route == "stay":
        stays_at = facts.loan.branch_id if facts.loan is not None else item.present_branch_id
        return (None, "") if stays_at == place.branch_id else (stays_at, "stay")
    return (None, "") if return_route == "float" else (item.home_branch_id, "home")


def _step(item: Item, hold: Hold | None, send_to: int | None) -> Step:
    if send_to is not None:
        return Step.SEND
    if hold is not None:
        return Step.SHELVE
    return Step.FREE if item.state == "on_hold_shelf" else Step.REST
