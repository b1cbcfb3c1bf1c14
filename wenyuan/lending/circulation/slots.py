"""The numbered places that a reader's open loans and holds take; what moves to another reader needs free ones."""

from wenyuan.lending.circulation.models import OPEN_HOLD, Hold, Loan


def loan_slots(patron_id: int) -> set[int]:
    """Those of a reader's loans."""
    slots = Loan.objects.filter(patron_id=patron_id, returned_at__isnull=True, slot__isnull=False)
    return {slot for slot in slots.values_list("slot", flat=True) if slot is not None}


def hold_slots(patron_id: int) -> set[int]:
    """Those of a reader's open holds."""
    slots = Hold.objects.filter(OPEN_HOLD, patron_id=patron_id).values_list("slot", flat=True)
    return {slot for slot in slots if slot is not None}


def next_slot(taken: set[int], slot: int | None) -> int | None:
    """The smallest free slot, which is then taken; a loan that has none needs none."""
    if slot is None:
        return None
    free = next(number for number in range(1, len(taken) + 2) if number not in taken)
    taken.add(free)
    return free


def slot_again(taken: set[int], slot: int | None, wanted: int | None) -> int | None:
    """The slot a row had before where that is free, else the smallest free one; one that has none needs none."""
    if slot is None or wanted is None or wanted in taken:
        return next_slot(taken, slot)
    taken.add(wanted)
    return wanted
