"""Every case of ``docs/circulation/actions.md`` by its number: an item in each state, and each act upon it.

The item belongs to 总馆 (C), which lends with 少儿分馆 (E); 城南分馆 (S) stands outside. P1 is the reader of the state,
P2 the one at the desk. What becomes of the item reads ``state branch``, with ``→branch`` where it travels, ``lent``
while its loan is open, and ``held`` while a hold keeps it; a refusal reads as its blocks and must have changed nothing.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_district, make_policy
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.data import CatalogueRefused
from wenyuan.holdings.catalogue.models import Item
from wenyuan.holdings.catalogue.operations import withdraw_item
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import (
    Refused,
    cancel_hold,
    checkin,
    checkout,
    claim_returned,
    declare_lost,
    mark_damaged,
    mark_missing,
    note_use,
    place_hold,
    receive_transit,
    renew,
)
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.rights.data import Act, Desk

BEFORE = datetime(2026, 4, 1, 2, 30, tzinfo=UTC)
NOW = BEFORE + timedelta(days=2)


class Scene:
    """The district with one item and two readers, the desks by their letters."""

    def __init__(self) -> None:
        district = make_district()
        self.branches = {"C": district.central, "E": district.children, "S": district.south}
        self.letters = {branch.id: letter for letter, branch in self.branches.items()}
        self.desks = {
            letter: make_desk(branch, acts=frozenset(Act), everywhere=True) for letter, branch in self.branches.items()
        }
        for card in ("P1", "P2"):
            make_patron(card=card, home=district.central)
        self.book = district.book

    def item(
        self, home: str = "C", here: str = "", state: str = "available", condition: str = "ok", lendable: str = ""
    ) -> None:
        make_item(
            barcode="I1",
            home=self.branches[home],
            present=self.branches[here or home],
            item_type=self.book,
            state=state,
            condition=condition,
            lendable=lendable or None,
        )

    def hold(self, card: str, pickup: str) -> None:
        place_hold(card=card, pickup_branch_id=self.branches[pickup].id, item="I1", at=self.at(), desk=self.desks["C"])

    def at(self) -> datetime:
        return BEFORE + timedelta(hours=Loan.objects.count() + Hold.objects.count() + Transit.objects.count())

    def lend(self, card: str, at: str = "C") -> None:
        checkout(item="I1", card=card, at=self.at(), desk=self.desks[at])

    def scan(self, at: str) -> None:
        checkin(item="I1", at=self.at(), desk=self.desks[at])

    def send(self, origin: str, target: str) -> None:
        """By hand, as no verb does yet."""
        item = Item.objects.get()
        Item.objects.update(state="in_transit", present_branch=self.branches[origin], version=item.version + 1)
        ends = {"from_branch": self.branches[origin], "to_branch": self.branches[target]}
        Transit.objects.create(item=item, reason="move", sent_at=BEFORE, **ends)

    def stands(self) -> str:
        item = Item.objects.get()
        words = f"{item.state} {self.letters[item.present_branch_id]}"
        if transit := Transit.objects.filter(received_at=None, cancelled_at=None).first():
            words += f"→{self.letters[transit.to_branch_id]}"
        if Loan.objects.filter(returned_at=None).exists():
            words += " lent"
        if Hold.objects.filter(captured_item=item, ended_at=None).exists():
            words += " held"
        return words if item.condition == "ok" else f"{words} {item.condition}"


def lent(card: str = "P1") -> Callable[[Scene], None]:
    def begin(scene: Scene) -> None:
        scene.item()
        scene.lend(card)

    return begin


def taken(scene: Scene) -> None:
    lent()(scene)
    scene.scan("S")


def on_its_way(origin: str, target: str) -> Callable[[Scene], None]:
    def begin(scene: Scene) -> None:
        scene.item(here=origin)
        scene.send(origin, target)

    return begin


def sent_for_a_hold(card: str = "P1", *, ended: bool = False) -> Callable[[Scene], None]:
    """From 总馆 to be fetched at 少儿分馆."""

    def begin(scene: Scene) -> None:
        scene.item()
        scene.hold(card, "E")
        scene.scan("C")
        if ended:
            cancel_hold(hold_id=Hold.objects.get().id, at=BEFORE + timedelta(days=1), desk=scene.desks["C"])

    return begin


def held(card: str = "P1") -> Callable[[Scene], None]:
    """On the hold shelf of 总馆."""

    def begin(scene: Scene) -> None:
        scene.item()
        scene.hold(card, "C")
        scene.scan("C")

    return begin


def wanted(begin: Callable[[Scene], None], pickup: str) -> Callable[[Scene], None]:
    """In that state, and P2 waits for it."""

    def both(scene: Scene) -> None:
        begin(scene)
        scene.hold("P2", pickup)

    return both


def recalled(scene: Scene) -> None:
    """P2 waits, and the journal has told whoever follows the placing of a hold."""
    make_policy(branch=scene.branches["C"], recall_days=7)
    wanted(lent(), "C")(scene)
    while deliver(at=scene.at()):
        continue


def floating(begin: Callable[[Scene], None], route: str = "float") -> Callable[[Scene], None]:
    def both(scene: Scene) -> None:
        make_policy(item_type=scene.book, return_route=route)
        begin(scene)

    return both


def placed(**columns: str) -> Callable[[Scene], None]:
    return lambda scene: scene.item(**columns)


def renewed(scene: Scene) -> None:
    lent()(scene)
    renew(item="I1", at=BEFORE + timedelta(days=1), desk=scene.desks["C"])


def claimed(scene: Scene) -> None:
    lent()(scene)
    claim_returned(item="I1", at=BEFORE + timedelta(days=1), desk=scene.desks["C"])


def unknown(scene: Scene) -> None:
    scene.item()
    Item.objects.update(barcode="I2")


def act(scene: Scene, words: str) -> None:
    """``checkout C``, with ``waived``, by P2; ``check in E``, ``receive``, ``renew`` (with ``P2``'s card)…"""
    verb, letter, *more = words.split()
    desk: Desk = scene.desks[letter]
    match verb:
        case "checkout":
            waive = frozenset(BlockCode) if more else frozenset[BlockCode]()
            checkout(item="I1", card="P2", at=NOW, desk=desk, waive=waive)
        case "checkin":
            checkin(item="I1", at=NOW, desk=desk)
        case "receive":
            receive_transit(item="I1", at=NOW, desk=desk)
        case "renew":
            renew(item="I1", card=more[0] if more else None, at=NOW, desk=desk)
        case "hold":
            scene.hold("P2", letter)
        case "use":
            note_use(item="I1", at=NOW, desk=desk)
        case "withdraw":
            withdraw_item(item_id=Item.objects.get().id, at=NOW, desk=desk)
        case "lost":
            declare_lost(item="I1", at=NOW, desk=desk)
        case "missing":
            mark_missing(item="I1", at=NOW, desk=desk)
        case "damaged":
            mark_damaged(item="I1", at=NOW, desk=desk)
        case _:
            raise AssertionError(words)


Case = tuple[str, Callable[[Scene], None], str, str]
LENDING: list[Case] = [
    ("A-101", placed(), "checkout C", "on_loan C lent"),
    ("A-102", lent("P2"), "checkout C", "item_on_loan_already"),
    ("A-103", lent(), "checkout C", "item_on_loan_to_other"),
    ("A-104", on_its_way("E", "C"), "checkout C", "item_in_transit"),
    ("A-105", on_its_way("E", "C"), "checkout C waived", "on_loan C lent"),
    ("A-106", taken, "checkout C waived", "item_taken_elsewhere"),
    ("A-107", sent_for_a_hold(), "checkout C", "item_held item_in_transit"),
    ("A-108", sent_for_a_hold(), "checkout C waived", "on_loan C lent"),
    ("A-109", held("P2"), "checkout C", "on_loan C lent"),
    ("A-110", held(), "checkout C", "item_on_hold_shelf"),
    ("A-111", held(), "checkout C waived", "on_loan C lent"),
    ("A-112", placed(state="in_process"), "checkout C waived", "item_in_process"),
    ("A-113", placed(state="withdrawn"), "checkout C waived", "item_not_lendable item_withdrawn"),
    ("A-114", placed(condition="damaged"), "checkout C", "item_damaged"),
    ("A-115", placed(condition="missing"), "checkout C waived", "on_loan C lent"),
    ("A-116", placed(condition="lost"), "checkout C waived", "item_lost"),
    ("A-117", placed(condition="claimed_returned"), "checkout C waived", "item_claimed_returned"),
    ("A-118", placed(lendable="in_library"), "checkout C", "item_in_library_only"),
    ("A-119", placed(lendable="no"), "checkout C waived", "item_not_lendable"),
    ("A-120", placed(home="S"), "checkout C waived", "other_lending_group"),
]
TAKING_BACK: list[Case] = [
    ("A-211", placed(), "checkin C", "available C"),
    ("A-212", placed(), "checkin E", "in_transit E→C"),
    ("A-213", placed(), "checkin S", "in_transit S→C"),
    ("A-214", floating(placed()), "checkin E", "available E"),
    ("A-221", lent(), "checkin C", "available C"),
    ("A-222", lent(), "checkin E", "in_transit E→C"),
    ("A-223", lent(), "checkin S", "in_transit S→C lent"),
    ("A-224", floating(lent()), "checkin E", "available E"),
    ("A-225", floating(lent(), "stay"), "checkin E", "in_transit E→C"),
    ("A-231", taken, "checkin C", "available C"),
    ("A-232", taken, "checkin E", "in_transit E→C"),
    ("A-233", taken, "checkin S", "in_transit S→C lent"),
    ("A-234", floating(taken), "checkin E", "available E"),
    ("A-241", on_its_way("E", "C"), "checkin C", "available C"),
    ("A-242", on_its_way("C", "E"), "checkin E", "available E"),
    ("A-243", on_its_way("C", "S"), "checkin S", "available S"),
    ("A-251", sent_for_a_hold(ended=True), "checkin C", "available C"),
    ("A-252", sent_for_a_hold(ended=True), "checkin E", "in_transit E→C"),
    ("A-253", sent_for_a_hold(ended=True), "checkin S", "in_transit S→C"),
    ("A-261", on_its_way("E", "S"), "checkin C", "in_transit C→S"),
    ("A-262", on_its_way("S", "C"), "checkin E", "in_transit E→C"),
    ("A-263", on_its_way("E", "C"), "checkin S", "in_transit S→C"),
    ("A-264", on_its_way("E", "C"), "checkin E", "in_transit E→C"),
    ("A-271", held(), "checkin C", "on_hold_shelf C held"),
    ("A-272", held(), "checkin E", "in_transit E→C held"),
    ("A-273", held(), "checkin S", "in_transit S→C held"),
    ("A-281", placed(state="in_process"), "checkin C", "in_process C"),
    ("A-282", placed(state="in_process"), "checkin E", "in_process E"),
    ("A-283", placed(state="in_process"), "checkin S", "in_process S"),
    ("A-291", placed(state="withdrawn"), "checkin C", "item_withdrawn"),
    ("A-292", placed(state="withdrawn"), "checkin E", "item_withdrawn"),
    ("A-293", placed(state="withdrawn"), "checkin S", "item_withdrawn"),
    ("A-294", unknown, "checkin C", "item_unknown"),
    ("A-301", wanted(lent(), "C"), "checkin C", "on_hold_shelf C held"),
    ("A-302", wanted(lent(), "C"), "checkin E", "in_transit E→C held"),
    ("A-303", wanted(placed(), "E"), "checkin C", "in_transit C→E held"),
    ("A-304", wanted(on_its_way("E", "C"), "C"), "checkin C", "on_hold_shelf C held"),
    ("A-305", wanted(lent(), "C"), "checkin S", "in_transit S→C lent"),
    ("A-306", wanted(placed(state="in_process"), "C"), "checkin C", "in_process C"),
    ("A-307", sent_for_a_hold(), "checkin E", "on_hold_shelf E held"),
    ("A-308", sent_for_a_hold(), "checkin C", "in_transit C→E held"),
    ("A-311", placed(condition="lost"), "checkin C", "available C"),
    ("A-312", placed(condition="missing"), "checkin C", "available C"),
    ("A-313", placed(condition="claimed_returned"), "checkin C", "available C"),
    ("A-314", placed(condition="damaged"), "checkin C", "available C damaged"),
]
RECEIVING: list[Case] = [
    ("A-401", on_its_way("E", "C"), "receive C", "available C"),
    ("A-402", taken, "receive C", "available C"),
    ("A-403", sent_for_a_hold(), "receive E", "on_hold_shelf E held"),
    ("A-404", on_its_way("E", "C"), "receive S", "transit_elsewhere"),
    ("A-405", lent(), "receive C", "no_transit"),
    ("A-406", placed(), "receive C", "no_transit"),
    ("A-407", held(), "receive C", "no_transit"),
    ("A-408", placed(state="in_process"), "receive C", "no_transit"),
    ("A-409", placed(state="withdrawn"), "receive C", "item_withdrawn"),
    ("A-410", unknown, "receive C", "item_unknown"),
]
RENEWING: list[Case] = [
    ("A-501", lent(), "renew C", "on_loan C lent"),
    ("A-502", lent(), "renew C P2", "item_on_loan_to_other"),
    ("A-503", renewed, "renew C", "renewal_limit"),
    ("A-504", wanted(lent(), "C"), "renew C", "renewal_wanted"),
    ("A-505", taken, "renew C", "not_on_loan"),
    ("A-506", placed(), "renew C", "not_on_loan"),
    ("A-507", on_its_way("E", "C"), "renew C", "not_on_loan"),
    ("A-508", held(), "renew C", "not_on_loan"),
    ("A-509", placed(state="in_process"), "renew C", "not_on_loan"),
    ("A-510", placed(state="withdrawn"), "renew C", "not_on_loan"),
    ("A-511", unknown, "renew C", "item_unknown"),
    ("A-512", recalled, "renew C", "renewal_recalled"),
]
OTHER_ACTS: list[Case] = [
    ("A-601", placed(), "hold C", "available C"),
    ("A-602", lent(), "hold C", "on_loan C lent"),
    ("A-603", lent("P2"), "hold C", "hold_of_own_loan"),
    ("A-604", taken, "hold C", "in_transit S→C lent"),
    ("A-605", on_its_way("E", "C"), "hold C", "in_transit E→C"),
    ("A-606", held(), "hold C", "on_hold_shelf C held"),
    ("A-607", placed(state="in_process"), "hold C", "in_process C"),
    ("A-608", placed(state="withdrawn"), "hold C", "nothing_to_hold"),
    ("A-609", placed(condition="damaged"), "hold C", "nothing_to_hold"),
    ("A-610", placed(), "hold S", "nothing_to_hold"),
    ("A-701", placed(), "use C", "available C"),
    ("A-702", lent(), "use C", "item_on_loan_to_other"),
    ("A-703", taken, "use C", "item_on_loan_to_other"),
    ("A-704", on_its_way("E", "C"), "use C", "in_transit E→C"),
    ("A-705", held(), "use C", "on_hold_shelf C held"),
    ("A-706", placed(state="in_process"), "use C", "in_process C"),
    ("A-707", placed(state="withdrawn"), "use C", "item_withdrawn"),
    ("A-801", placed(), "withdraw C", "withdrawn C"),
    ("A-802", lent(), "withdraw C", "item_in_use"),
    ("A-803", taken, "withdraw C", "item_in_use"),
    ("A-804", on_its_way("E", "C"), "withdraw C", "item_in_use"),
    ("A-805", held(), "withdraw C", "item_in_use"),
    ("A-806", placed(state="in_process"), "withdraw C", "withdrawn C"),
    ("A-807", placed(state="withdrawn"), "withdraw C", "item_withdrawn"),
]
CONDITIONS: list[Case] = [
    ("A-811", placed(), "lost C", "available C lost"),
    ("A-812", placed(), "missing C", "available C missing"),
    ("A-813", placed(), "damaged C", "available C damaged"),
    ("A-821", lent(), "lost C", "available C lost"),
    ("A-822", lent(), "missing C", "item_on_loan_to_other"),
    ("A-823", lent(), "damaged C", "on_loan C lent damaged"),
    ("A-831", sent_for_a_hold(), "lost C", "available C lost"),
    ("A-832", sent_for_a_hold(), "missing C", "available C missing"),
    ("A-833", sent_for_a_hold(), "damaged C", "in_transit C→E damaged"),
    ("A-841", taken, "lost C", "available S lost"),
    ("A-842", taken, "missing C", "available S missing"),
    ("A-843", taken, "damaged C", "in_transit S→C lent damaged"),
    ("A-851", held(), "lost C", "available C lost"),
    ("A-852", held(), "missing C", "available C missing"),
    ("A-853", held(), "damaged C", "available C damaged"),
    ("A-861", placed(state="withdrawn"), "lost C", "item_withdrawn"),
    ("A-862", placed(state="withdrawn"), "missing C", "item_withdrawn"),
    ("A-863", placed(state="withdrawn"), "damaged C", "item_withdrawn"),
    ("A-871", placed(condition="damaged"), "lost C", "available C lost"),
    ("A-872", placed(condition="damaged"), "missing C", "available C missing"),
    ("A-873", placed(condition="damaged"), "damaged C", "item_damaged"),
    ("A-881", placed(condition="missing"), "lost C", "available C lost"),
    ("A-882", placed(condition="missing"), "missing C", "item_missing"),
    ("A-883", placed(condition="missing"), "damaged C", "item_missing"),
    ("A-891", claimed, "lost C", "available C lost"),
    ("A-892", claimed, "missing C", "item_on_loan_to_other"),
    ("A-893", claimed, "damaged C", "item_claimed_returned"),
    ("A-901", placed(condition="lost"), "lost C", "item_lost"),
    ("A-902", placed(condition="lost"), "missing C", "item_lost"),
    ("A-903", placed(condition="lost"), "damaged C", "item_lost"),
]
CASES = [*LENDING, *TAKING_BACK, *RECEIVING, *RENEWING, *OTHER_ACTS, *CONDITIONS]


def outcome_of(scene: Scene, words: str) -> str:
    """What became of the item, or why not."""
    before = scene.stands()
    try:
        act(scene, words)
    except Refused as refused:
        blocks = " ".join(sorted(block.code.value for block in refused.blocks))
        return blocks if scene.stands() == before else "refused, and changed all the same"
    except CatalogueRefused as refused:
        return refused.refusal.value
    return scene.stands()


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("begin", "words", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_each_state_allows(begin: Callable[[Scene], None], words: str, outcome: str) -> None:
    scene = Scene()
    begin(scene)

    assert outcome_of(scene, words) == outcome


def test_every_numbered_case_is_played_and_every_played_case_is_documented(project_root: Path) -> None:
    documented = re.findall(r"A-\d{3}", (project_root / "docs/circulation/actions.md").read_text("utf-8"))

    assert sorted(documented) == sorted(case[0] for case in CASES)
