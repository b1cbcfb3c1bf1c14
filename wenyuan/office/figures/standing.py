"""What stands on a day: states of the library from the daybook, places of the network, the ordinary week of a branch.

None of these is a sum of entries over a period: each is read at one day, for a branch and what stood below it then.
"""

from collections.abc import Mapping
from datetime import date

from wenyuan.office.daybook.data import StateCode
from wenyuan.office.daybook.queries import states_on
from wenyuan.office.figures.data import NetworkCode, StandingCode, StandingRow, Unit
from wenyuan.office.figures.places import places_of, standing_there
from wenyuan.organisation.network.data import BranchFacts, NetworkMap

STATE_UNITS: Mapping[StateCode, Unit] = {
    StateCode.BUILDING_AREA: Unit.SQUARE_METRES,
    StateCode.STACKS_AREA: Unit.SQUARE_METRES,
    StateCode.READING_AREA: Unit.SQUARE_METRES,
    StateCode.SHELF_LENGTH: Unit.METRES,
    StateCode.SEATS: Unit.SEATS,
    StateCode.CHILDREN_SEATS: Unit.SEATS,
    StateCode.SPECIAL_SEATS: Unit.SEATS,
    StateCode.COMPUTERS: Unit.MACHINES,
    StateCode.READER_TERMINALS: Unit.MACHINES,
    StateCode.WEBSITES: Unit.PLACES,
    StateCode.STAFF: Unit.PEOPLE,
    StateCode.SENIOR_STAFF: Unit.PEOPLE,
    StateCode.MIDDLE_STAFF: Unit.PEOPLE,
    StateCode.VOLUNTEERS_ENROLLED: Unit.PEOPLE,
    StateCode.SERIAL_TITLES: Unit.TITLES,
    StateCode.RED_ITEMS: Unit.ITEMS,
    StateCode.CHILDRENS_BOOKS: Unit.ITEMS,
    StateCode.BRAILLE_ITEMS: Unit.ITEMS,
    StateCode.E_BOOKS: Unit.ITEMS,
    StateCode.FOLLOWERS: Unit.PEOPLE,
}


def unit_of_standing(code: StandingCode) -> Unit:
    """What the figure counts."""
    return STATE_UNITS[code] if isinstance(code, StateCode) else Unit.PLACES


def standing_rows(
    code: StandingCode, *, on: date, place: BranchFacts | None, network: NetworkMap
) -> tuple[StandingRow, ...]:
    """The rows that make up one figure, by branch; ``place`` is the branch asked for, none for the whole network."""
    if isinstance(code, NetworkCode):
        found = places_of(code, on=on, place=place, network=network)
        return tuple(StandingRow(one.id, one.opened_date, 1) for one in found)
    return _states(on, place, network, code).get(code, ())


def standing_values(*, on: date, place: BranchFacts | None, network: NetworkMap) -> dict[StandingCode, int]:
    """Every figure that stands on a day. A state that nobody stated is left out: it is not nothing, it is not known."""
    found: dict[StandingCode, int] = {
        code: sum(row.value for row in rows) for code, rows in _states(on, place, network).items()
    }
    return found | {code: len(places_of(code, on=on, place=place, network=network)) for code in NetworkCode}


def _states(
    on: date, place: BranchFacts | None, network: NetworkMap, state: StateCode | None = None
) -> dict[StateCode, tuple[StandingRow, ...]]:
    order = {one.id: number for number, one in enumerate(standing_there(on, place, network))}
    found: dict[StateCode, list[StandingRow]] = {}
    for record in sorted(states_on(on, order.keys(), state=state), key=lambda one: order[one.branch_id]):
        row = StandingRow(record.branch_id, record.last_date, record.number("standing") or 0, record.id)
        found.setdefault(StateCode(record.text("state")), []).append(row)
    return {code: tuple(rows) for code, rows in found.items()}
