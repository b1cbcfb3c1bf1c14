"""The batch of returns as its page and its printed lists show it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.days import is_english
from wenyuan.doors.furniture.printing import HoldSlip, ShelvingItem, ShelvingList, ShelvingSection, TransitSlip
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.desk.batch import MOST_ITEMS, Batch, Returned, Taken, Where
from wenyuan.doors.workbench.desk.piles import Done
from wenyuan.doors.workbench.desk.shown import (
    Signal,
    found_notes,
    hold_shelf_words,
    lateness_notes,
    shown_refusal,
    trouble_words,
)
from wenyuan.doors.workbench.desk.slips import hold_slips_of, library_name, transit_slip
from wenyuan.doors.workbench.shell import branch_names, place_name
from wenyuan.holdings.catalogue.data import BibBrief, ItemView
from wenyuan.holdings.catalogue.queries import get_items, titles_of
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.organisation.network.data import AreaFacts
from wenyuan.organisation.network.queries import list_areas

ROWS: Final = 12
"""The newest scans that the page shows; the printed list has them all."""
WHERE_WORDS: Final = {
    Where.SHELF: ("in", _("To the shelves")),
    Where.HOLD_SHELF: ("kept", _("To the hold shelf")),
    Where.TRANSIT: ("way", _("To other branches")),
    Where.ASIDE: ("soon", _("Put aside, somebody must look at it")),
}


def batch_context(taken: Taken, request: StaffRequest, *, is_fresh: bool) -> dict[str, Any]:
    """What the page shows. ``is_fresh``: this answers a scan, so it is heard."""
    batch, names = taken.batch, branch_names()
    newest = (*batch.items[-ROWS:],)[::-1]
    items, titles = _described(newest)
    rows = [_row(batch.count - place, one, items, titles, names(one.send_to)) for place, one in enumerate(newest)]
    sound = _sound(taken, is_fresh)
    return {
        "batch": batch,
        "most": MOST_ITEMS,
        "began": datetime.fromisoformat(batch.began_at) if batch.began_at else None,
        "destinations": _destinations(batch, names),
        "rows": rows,
        "signal": _signal(taken, rows),
        "sound": sound,
        "held": sum(bool(one.hold_until) for one in batch.items),
        "travels": len(batch.going(Where.TRANSIT)),
        "refused": shown_refusal(taken.refusal, request.desk, names) if taken.refusal else None,
        "trouble": trouble_words(taken.trouble, taken.shown),
    }


def _sound(taken: Taken, is_fresh: bool) -> str:
    if taken.trouble or taken.refusal:
        return "stop"
    return _kind(taken) if is_fresh and taken.batch.items else ""


def _signal(taken: Taken, rows: list[dict[str, Any]]) -> Signal | None:
    """Where the newest item goes; what could not be taken back is told by its alert."""
    if taken.trouble or taken.refusal or not rows:
        return None
    row = rows[0]
    note = gettext("Scanned before, counted once") if taken.batch.again else row["note"]
    return Signal(_kind(taken), row["shape"], row["word"], row["title"] or row["one"].barcode, note)


def _kind(taken: Taken) -> str:
    latest = taken.batch.items[-1]
    is_plain = latest.where is Where.SHELF and not latest.late and not taken.batch.again
    return "good" if is_plain else "attention"


def _row(
    number: int, one: Returned, items: dict[int, ItemView], titles: dict[int, BibBrief], branch: str
) -> dict[str, Any]:
    item = items.get(one.item_id or 0)
    bib = titles.get(item.bib_id) if item else None
    shape, plain = WHERE_WORDS[one.where]
    word = str(plain)
    if one.where is Where.TRANSIT:
        word = gettext("Send to %(branch)s") % {"branch": branch}
    elif one.hold_until:
        word = hold_shelf_words(one.hold_place)
    return {
        "number": number,
        "one": one,
        "title": bib.title if bib else "",
        "call_no": item.call_no if item else "",
        "shape": shape,
        "word": word,
        "note": _note(one),
    }


def _note(one: Returned) -> str:
    notes = []
    if one.done is Done.PUT_BACK:
        notes.append(gettext("was not on loan"))
    if one.hold_reader is not None and not one.hold_until:
        notes.append(gettext("for a reader's hold"))
    notes += lateness_notes(one.late, one.fine, one.suspended) + found_notes(one.price_off, one.due_back)
    return gettext("; ").join(notes)


def _destinations(batch: Batch, names: Any) -> list[dict[str, Any]]:
    """How many go where, other branches one by one; places to which nothing goes are left out."""
    rows = []
    for where, (shape, word) in WHERE_WORDS.items():
        going = batch.going(where)
        if where is Where.TRANSIT:
            branches = dict.fromkeys(one.send_to for one in going)
            rows += [
                {"shape": shape, "word": names(branch), "count": sum(one.send_to == branch for one in going)}
                for branch in branches
            ]
        elif going:
            rows.append({"shape": shape, "word": word, "count": len(going)})
    return rows


def shelving_of(batch: Batch, request: StaffRequest) -> ShelvingList:
    """The list to be printed: the shelves of this branch by reading area, the hold shelf, what is put aside, other
    branches; within each in shelf order."""
    names = branch_names()
    items, titles = _described(batch.items)
    areas = {area.id: _area_name(area) for area in list_areas(request.desk.branch_id)}
    shelved: dict[str, list[Returned]] = {}
    for one in batch.going(Where.SHELF):
        item = items.get(one.item_id or 0)
        area = areas.get(item.area_id or 0, "") if item else ""
        shelved.setdefault(area or str(WHERE_WORDS[Where.SHELF][1]), []).append(one)
    sections = list(shelved.items())
    sections += [(str(WHERE_WORDS[where][1]), list(batch.going(where))) for where in (Where.HOLD_SHELF, Where.ASIDE)]
    away: dict[int | None, list[Returned]] = {}
    for one in batch.going(Where.TRANSIT):
        away.setdefault(one.send_to, []).append(one)
    sections += [(gettext("Send to %(branch)s") % {"branch": names(branch)}, going) for branch, going in away.items()]
    return ShelvingList(
        library=library_name(),
        place=place_name(request, request.desk),
        at=request.at,
        sections=tuple(ShelvingSection(heading, _in_shelf_order(going, items, titles)) for heading, going in sections),
    )


def _area_name(area: AreaFacts) -> str:
    return (area.name_en if is_english() else "") or area.name_zh


def _in_shelf_order(
    going: Iterable[Returned], items: dict[int, ItemView], titles: dict[int, BibBrief]
) -> tuple[ShelvingItem, ...]:
    """The hold shelf by its places; items without a call number stand at the end."""
    listed = []
    for one in going:
        item = items.get(one.item_id or 0)
        bib = titles.get(item.bib_id) if item else None
        place = str(one.hold_place or "")
        listed.append(ShelvingItem(item.call_no if item else "", bib.title if bib else "", one.barcode, place))
    return tuple(
        sorted(
            listed,
            key=lambda item: (int(item.place or 0), not item.call_no, shelf_key(item.call_no), item.barcode),
        )
    )


def transit_slips_of(batch: Batch, request: StaffRequest) -> list[TransitSlip]:
    """A slip for each item of the batch that travels, those to one branch together."""
    going = sorted(batch.going(Where.TRANSIT), key=lambda one: one.send_to or 0)
    items, titles = _described(going)
    return [
        transit_slip(
            request,
            to=one.send_to,
            title=_title(items.get(one.item_id or 0), titles),
            call_no=item.call_no if (item := items.get(one.item_id or 0)) else "",
            barcode=one.barcode,
            at=datetime.fromisoformat(one.at),
            is_taken=one.done is Done.TAKEN,
            is_held=one.hold_reader is not None,
        )
        for one in going
    ]


def hold_slips_of_batch(batch: Batch, request: StaffRequest) -> list[HoldSlip]:
    """A slip for each item of the batch that goes onto the hold shelf, by its place there."""
    going = sorted(batch.going(Where.HOLD_SHELF), key=lambda one: one.hold_place or 0)
    items, titles = _described(going)
    described = {
        item.barcode: ShelvingItem(item.call_no, _title(item, titles), item.barcode) for item in items.values()
    }
    return hold_slips_of([one for one in going if one.barcode in described], described, request)


def _title(item: ItemView | None, titles: dict[int, BibBrief]) -> str:
    bib = titles.get(item.bib_id) if item else None
    return bib.title if bib else ""


def _described(ones: Iterable[Returned]) -> tuple[dict[int, ItemView], dict[int, BibBrief]]:
    items = get_items([one.item_id for one in ones if one.item_id])
    return items, titles_of(item.bib_id for item in items.values())
