"""The van of the demo: one run, some crates, and the last evening's journeys between three branches."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from wenyuan.doors.cli.demonstration.network import CENTRAL, Site
from wenyuan.holdings.catalogue.queries import list_shelf
from wenyuan.lending.circulation.operations import (
    checkin,
    consign_item,
    end_consignment,
    open_consignment,
    send_consignment,
    take_back_consigned,
)
from wenyuan.lending.circulation.queries import queue_of_bib
from wenyuan.lending.transit.data import HandoverReport, ManifestView, StopInput
from wenyuan.lending.transit.operations import (
    add_crates,
    add_run,
    hand_over,
    issue_handover,
    open_crate,
    pack,
    receive_handover,
    seal,
    sign,
    tick,
)
from wenyuan.organisation.rights.data import Desk, Door, Operator
from wenyuan.plumbing.clock import library_zone

STREET, STATION = "LM02", "LM21"
CRATES = tuple(f"ZX-{number:02d}" for number in range(1, 9))
EVENING = time(17, 40)


def plan_van(sites: Mapping[str, Site], *, at: datetime, director: Desk) -> None:
    """Crates, and a run round the street branch and the school's station, every day."""
    add_crates(codes=CRATES, at=at, desk=director)
    every_day = frozenset(range(7))
    stops = [
        StopInput(branch_id=sites[CENTRAL].id, weekdays=every_day, due_time=time(9), note="东门装卸"),
        StopInput(branch_id=sites[STREET].id, weekdays=every_day, due_time=time(9, 40)),
        StopInput(branch_id=sites[STATION].id, weekdays=every_day, due_time=time(10, 30), note="交门卫"),
        StopInput(branch_id=sites[CENTRAL].id, weekdays=every_day, due_time=time(11, 30)),
    ]
    add_run(code="XL1", name="关雎线", stops=stops, at=at, desk=director)


def fill_crates(sites: Mapping[str, Site], operators: Mapping[str, Operator], *, last: date) -> None:
    """The evening of the last day: one crate was signed for with an item missing, one waits to be unpacked, one is
    being packed, and one reached the station, where somebody without an account received it."""
    clock = _minutes(last)
    central = Desk(operator=operators["desk"], branch_id=sites[CENTRAL].id, door=Door.WORKBENCH, code="D1")
    street = Desk(operator=operators["keeper-lm02"], branch_id=sites[STREET].id, door=Door.WORKBENCH, code="D1")
    homeward = _brought(sites[CENTRAL], street, 6, clock)
    signed = _crate(CRATES[0], street, sites[CENTRAL], homeward[:3], clock, sealed="0042101")
    for barcode in homeward[:2]:
        tick(manifest_id=signed.id, item=barcode, at=next(clock), desk=central)
    sign(manifest_id=signed.id, at=next(clock), desk=central)
    _crate(CRATES[1], street, sites[CENTRAL], homeward[3:], clock, sealed="0042102")
    _crate(CRATES[2], central, sites[STREET], _brought(sites[STREET], central, 3, clock), clock)
    to_station = _brought(sites[STATION], central, 2, clock)
    sent = _crate(CRATES[3], central, sites[STATION], to_station, clock, sealed="0042103")
    issued = issue_handover(manifest_ids=[sent.id], at=next(clock), desk=central)
    report = HandoverReport(seals=1, samples=tuple(to_station[:1]), name="门卫老秦")
    receive_handover(code=issued.code, report=report, at=next(clock), door=Door.WORKBENCH)


def fill_batches(sites: Mapping[str, Site], operators: Mapping[str, Operator], *, last: date) -> None:
    """The batches of the school's station: one for a reading event came back short of an item, the one for next season
    is being packed."""
    clock = _minutes(last, after=timedelta(hours=1))
    central = Desk(operator=operators["desk"], branch_id=sites[CENTRAL].id, door=Door.WORKBENCH, code="D1")
    free = _on_shelf(sites[CENTRAL], 9)
    event = _batch(central, sites[STATION], "读书会", last + timedelta(days=1), free[:4], clock)
    send_consignment(consignment_id=event, at=next(clock), desk=central)
    for barcode in free[:3]:
        take_back_consigned(consignment_id=event, item=barcode, at=next(clock), desk=central)
    end_consignment(consignment_id=event, at=next(clock), desk=central)
    _batch(central, sites[STATION], "下学期", last + timedelta(days=150), free[4:], clock)


def _batch(desk: Desk, to: Site, purpose: str, due: date, barcodes: Sequence[str], clock: Iterator[datetime]) -> int:
    batch = open_consignment(to_branch_id=to.id, purpose=purpose, return_date=due, at=next(clock), desk=desk)
    for barcode in barcodes:
        consign_item(consignment_id=batch.id, item=barcode, at=next(clock), desk=desk)
    return batch.id


def _on_shelf(home: Site, count: int) -> list[str]:
    """Barcodes of so many items that stand free at their home, and that nobody waits for."""
    found: list[str] = []
    after = None
    while len(found) < count:
        shelf = list_shelf(branch_id=home.id, after=after)
        found += [
            item.barcode
            for item in shelf.items
            if item.state == "available"
            and item.condition == "ok"
            and item.present_branch_id == home.id
            and not queue_of_bib(item.bib_id)
        ]
        if shelf.after is None:
            break
        after = shelf.after
    return found[:count]


def _minutes(day: date, *, after: timedelta = timedelta()) -> Iterator[datetime]:
    """One moment after the other, half a minute apart."""
    at = datetime.combine(day, EVENING, tzinfo=library_zone()) + after
    while True:
        at += timedelta(seconds=30)
        yield at


def _brought(home: Site, here: Desk, count: int, clock: Iterator[datetime]) -> list[str]:
    """Items of another branch that were left at this desk, and are on their way home now: their barcodes."""
    brought: list[str] = []
    after = None
    while len(brought) < count:
        shelf = list_shelf(branch_id=home.id, after=after)
        for item in shelf.items:
            free = item.state == "available" and item.condition == "ok" and item.present_branch_id == home.id
            if free and len(brought) < count:
                receipt = checkin(item=item.barcode, at=next(clock), desk=here)
                if receipt.send_to == home.id:
                    brought.append(item.barcode)
        if shelf.after is None:
            break
        after = shelf.after
    return brought


def _crate(
    code: str, desk: Desk, to: Site, barcodes: list[str], clock: Iterator[datetime], *, sealed: str = ""
) -> ManifestView:
    manifest = open_crate(code=code, to_branch_id=to.id, at=next(clock), desk=desk)
    for barcode in barcodes:
        pack(manifest_id=manifest.id, item=barcode, at=next(clock), desk=desk)
    if not sealed:
        return manifest
    seal(manifest_id=manifest.id, seal=sealed, at=next(clock), desk=desk)
    return hand_over(manifest_id=manifest.id, carrier="司机老郑", at=next(clock), desk=desk)
