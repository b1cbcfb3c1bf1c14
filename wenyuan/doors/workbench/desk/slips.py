"""What the desk prints: a receipt for each reader of a pile, and the slip that travels in an item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language

from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.desk.piles import Done, Line, Pile
from wenyuan.doors.workbench.shell import branch_names, place_name
from wenyuan.organisation.network.queries import get_library


@dataclass(frozen=True, slots=True)
class SlipLine:
    """An item as a receipt prints it."""

    title: str
    barcode: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Slip:
    """One reader's receipt; the name is masked. ``reader`` is empty for items that nobody had."""

    library: str
    place: str
    at: datetime
    reader: str
    lent: tuple[SlipLine, ...]
    renewed: tuple[SlipLine, ...]
    returned: tuple[SlipLine, ...]
    not_lent: tuple[SlipLine, ...]


@dataclass(frozen=True, slots=True)
class RoutingSlip:
    """An item and where it travels."""

    library: str
    from_place: str
    to_branch: str
    title: str
    call_no: str
    barcode: str
    at: datetime


def slips_of(pile: Pile, request: StaffRequest) -> list[Slip]:
    """The pile's own reader first, then one for each other reader whose items came back in it."""
    slips = []
    own = [line for line in pile.lines if not line.reader]
    if own or pile.patron_id is not None:
        slips.append(_slip(pile.name, own, request))
    others: dict[object, list[Line]] = {}
    for line in pile.lines:
        if line.reader:
            others.setdefault(line.reader_id, []).append(line)
    slips += [_slip(lines[0].reader, lines, request) for lines in others.values()]
    return slips


def _slip(reader: str, lines: Sequence[Line], request: StaffRequest) -> Slip:
    return Slip(
        library=_library(),
        place=place_name(request, request.desk),
        at=request.at,
        reader=reader,
        lent=_of(lines, Done.LENT),
        renewed=_of(lines, Done.RENEWED),
        returned=_of(lines, Done.RETURNED, Done.TAKEN, Done.PUT_BACK),
        not_lent=_of(lines, Done.REFUSED),
    )


def _of(lines: Sequence[Line], *kinds: Done) -> tuple[SlipLine, ...]:
    return tuple(
        SlipLine(line.title, line.barcode, date.fromisoformat(line.due) if line.due else None)
        for line in lines
        if line.done in kinds
    )


def routing_slip_of(line: Line, request: StaffRequest) -> RoutingSlip:
    """The slip of a line whose item goes to another branch."""
    return RoutingSlip(
        library=_library(),
        from_place=place_name(request, request.desk),
        to_branch=branch_names()(line.send_to),
        title=line.title,
        call_no=line.call_no,
        barcode=line.barcode,
        at=datetime.fromisoformat(line.at),
    )


def _library() -> str:
    library = get_library()
    return library.name(get_language() or "zh-hans") if library else ""
