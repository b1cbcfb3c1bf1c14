"""What the desk prints, from what lies on it: a receipt for each reader of a pile, and the slip that travels in an
item."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from django.utils.translation import get_language, gettext

from wenyuan.doors.furniture.printing import (
    HoldSlip,
    ReaderSlip,
    SlipItem,
    TransitSlip,
    card_end,
    closed_lines,
    opening_line,
)
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.desk.piles import Done, Line, Pile
from wenyuan.doors.workbench.shell import branch_names, place_name
from wenyuan.lending.patrons.data import PatronView
from wenyuan.lending.patrons.queries import list_patrons
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.plumbing.clock import local_date


class Held(Protocol):
    """What a slip of the hold shelf needs of a line, of a pile or of a batch."""

    @property
    def barcode(self) -> str: ...
    @property
    def at(self) -> str: ...
    @property
    def hold_reader(self) -> int | None: ...
    @property
    def hold_place(self) -> int | None: ...
    @property
    def hold_until(self) -> str: ...


class Described(Protocol):
    """An item in words."""

    @property
    def title(self) -> str: ...
    @property
    def call_no(self) -> str: ...


def slips_of(pile: Pile, request: StaffRequest) -> list[ReaderSlip]:
    """The pile's own reader first, then one for each other reader whose items came back in it, then what nobody had.

    A reader is named by the end of the card in use, never by what was shown: that may be an identity card.
    """
    by_reader: dict[int | None, list[Line]] = {pile.patron_id: []} if pile.patron_id is not None else {}
    for line in pile.lines:
        is_other = bool(line.reader) or pile.patron_id is None
        by_reader.setdefault(line.reader_id if is_other else pile.patron_id, []).append(line)
    known = list_patrons([reader_id for reader_id in by_reader if reader_id is not None])
    foot = _foot(request)
    ordered = sorted(by_reader.items(), key=lambda pair: pair[0] is None)
    return [
        _slip(card_end(known[reader_id].card_no) if reader_id in known else "", lines, foot, request)
        for reader_id, lines in ordered
        if lines
    ]


def _slip(card: str, lines: Sequence[Line], foot: tuple[str, ...], request: StaffRequest) -> ReaderSlip:
    return ReaderSlip(
        library=library_name(),
        place=place_name(request, request.desk),
        at=request.at,
        card_end=card,
        lent=_of(lines, Done.LENT),
        renewed=_of(lines, Done.RENEWED),
        returned=_of(lines, Done.RETURNED, Done.TAKEN, Done.PUT_BACK),
        not_lent=_of(lines, Done.REFUSED),
        foot=foot,
    )


def _of(lines: Sequence[Line], *kinds: Done) -> tuple[SlipItem, ...]:
    return tuple(
        SlipItem(line.title or line.barcode, line.barcode, date.fromisoformat(line.due) if line.due else None)
        for line in lines
        if line.done in kinds
    )


def _foot(request: StaffRequest) -> tuple[str, ...]:
    """When this branch is open, and the days on which it will be closed."""
    calendar, today = network_map().calendar(request.desk.branch_id), local_date(request.at)
    usual = opening_line(calendar, today=today)
    hours = (gettext("Open: %(hours)s") % {"hours": usual},) if usual else ()
    return (*hours, *closed_lines(calendar, today=today))


def transit_slip_of(line: Line, request: StaffRequest) -> TransitSlip:
    """The slip of a line whose item goes to another branch."""
    return transit_slip(
        request,
        to=line.send_to,
        title=line.title,
        call_no=line.call_no,
        barcode=line.barcode,
        at=datetime.fromisoformat(line.at),
        is_taken=line.done is Done.TAKEN,
        is_held=line.hold_reader is not None,
    )


def transit_slip(
    request: StaffRequest,
    *,
    to: int | None,
    title: str,
    call_no: str,
    barcode: str,
    at: datetime,
    is_taken: bool,
    is_held: bool,
) -> TransitSlip:
    """The slip of an item that leaves this desk. ``is_taken``: its loan is closed where it goes (代收); ``is_held``: a
    reader waits for it there."""
    if is_taken:
        reason = gettext("Taken for another branch")
        foot = gettext("The reader is done. Checking it in there closes the loan.")
    else:
        reason = gettext("A reader's hold") if is_held else gettext("Returned here")
        foot = gettext("Check it in when it arrives.")
    return TransitSlip(
        library=library_name(),
        from_place=place_name(request, request.desk),
        to=branch_names()(to),
        reason=reason,
        title=title or barcode,
        call_no=call_no,
        barcode=barcode,
        at=at,
        foot=(foot,),
    )


def hold_slips_of(lines: Iterable[Held], described: Mapping[str, Described], request: StaffRequest) -> list[HoldSlip]:
    """The slips of items that go onto the hold shelf here. ``described`` is keyed by barcode."""
    waiting = [line for line in lines if line.hold_until]
    readers = list_patrons([line.hold_reader for line in waiting if line.hold_reader is not None])
    return [
        hold_slip(
            request,
            reader=readers.get(line.hold_reader or 0),
            place=line.hold_place,
            until=date.fromisoformat(line.hold_until),
            title=described[line.barcode].title or line.barcode,
            call_no=described[line.barcode].call_no,
            barcode=line.barcode,
            at=datetime.fromisoformat(line.at),
        )
        for line in waiting
    ]


def hold_slip(
    request: StaffRequest,
    *,
    reader: PatronView | None,
    place: int | None,
    until: date,
    title: str,
    call_no: str,
    barcode: str,
    at: datetime,
) -> HoldSlip:
    """The slip of one item on the hold shelf here: of its reader only the end of the card's number."""
    return HoldSlip(
        branch=place_name(request, request.desk),
        card_end=card_end(reader.card_no) if reader else "",
        place=str(place or ""),
        until=until,
        title=title,
        call_no=call_no,
        barcode=barcode,
        at=at,
    )


def library_name() -> str:
    """The library's name in the language of the page; empty before it was founded."""
    library = get_library()
    return library.name(get_language() or "zh-hans") if library else ""
