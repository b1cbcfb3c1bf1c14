"""Old and new held against each other: counts and sums of the files, and of what was taken over."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from wenyuan.doors.cli.moving.mapping import OldSystem, Part, is_marc
from wenyuan.doors.cli.moving.parts import STEPS, Going
from wenyuan.doors.cli.moving.rows import records_of, rows_of
from wenyuan.doors.cli.moving.texts import Texts, book_key
from wenyuan.holdings.catalogue.queries import count_past_bibs, count_past_items
from wenyuan.lending.circulation.queries import count_past_holds, count_past_loans
from wenyuan.lending.fees.data import EntryKind
from wenyuan.lending.fees.queries import sum_of_past_money
from wenyuan.lending.patrons.queries import count_past_patrons
from wenyuan.plumbing.invariants import all_invariants, broken_rows

Figures = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what is counted (``items``), of what (``ZG on_loan``), in the old files, and here."""

    what: str
    of: str
    old: int
    new: int

    @property
    def difference(self) -> int:
        return self.new - self.old


def compare(going: Going) -> list[Line]:
    """Every figure that the files or the tables know; amounts in fen.

    :raises Problem: a file is not what the mapping says it is.
    """
    old = _old_figures(going)
    new = _new_figures(going.old)
    return [Line(*place, old.get(place, 0), new.get(place, 0)) for place in sorted(old.keys() | new.keys())]


def broken_invariants() -> list[str]:
    """The statements about the tables that do not hold."""
    return [invariant.says for invariant in all_invariants() if broken_rows(invariant)]


def _old_figures(going: Going) -> Figures:
    found: Counter[tuple[str, str]] = Counter()
    for part in going.old.parts:
        if part.name == "bibs":
            found["bibs", ""] = _count_books(going, part)
            continue
        for row in rows_of(part):
            texts = Texts(going.old, part, row)
            made = STEPS[part.name].make(going, part, texts)
            together = part.name == "items" and not _says_states(going.old)
            place, amount = _place_of(part.name, made, unread=bool(texts.faults), together=together)
            found[place] += amount
    return dict(found)


def _count_books(going: Going, part: Part) -> int:
    if is_marc(part):
        return sum(1 for _ in records_of(part))
    return len({hash(book_key(Texts(going.old, part, row))) for row in rows_of(part)})


def _says_states(old: OldSystem) -> bool:
    """Whether the files say of an item how it stands; where they do not, its loan alone says that it is on loan."""
    items = old.part("items")
    return items is None or "state" in items.columns or "state" in items.fixed


def _shown_state(state: str, *, together: bool) -> str:
    return "available_or_on_loan" if together and state in ("available", "on_loan") else state


def _place_of(part: str, made: object, *, unread: bool, together: bool) -> tuple[tuple[str, str], int]:
    """Where a row counts, and for how much."""
    if unread:
        return (part, "unreadable"), 1
    match part:
        case "items":
            state = _shown_state(made.state.value, together=together)  # type: ignore[attr-defined]
            return (part, f"{made.branch} {state}"), 1  # type: ignore[attr-defined]
        case "patrons":
            return (part, made.category), 1  # type: ignore[attr-defined]
        case "deposits" | "fines":
            return (part, "fen"), made.amount_fen  # type: ignore[attr-defined]
    return (part, ""), 1


def _new_figures(old: OldSystem) -> Figures:
    have: Mapping[str, bool] = {part.name: True for part in old.parts}
    found: Figures = {}
    if "bibs" in have:
        found["bibs", ""] = count_past_bibs(system=old.system)
    if "items" in have:
        together = not _says_states(old)
        for (branch, state), count in count_past_items(system=old.system).items():
            place = ("items", f"{branch} {_shown_state(state, together=together)}")
            found[place] = found.get(place, 0) + count
    if "patrons" in have:
        for category, count in count_past_patrons(system=old.system).items():
            found["patrons", category] = count
    if "loans" in have:
        found["loans", ""] = count_past_loans(system=old.system)
    if "holds" in have:
        found["holds", ""] = count_past_holds(system=old.system)
    if "deposits" in have:
        found["deposits", "fen"] = sum_of_past_money(system=old.system, kind=EntryKind.DEPOSIT_TAKEN)
    if "fines" in have:
        found["fines", "fen"] = sum_of_past_money(system=old.system, kind=EntryKind.CHARGE)
    return found
