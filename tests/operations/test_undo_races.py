"""An import undone while somebody asks for its records: nothing hangs in the air, and nobody meets a database error."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_patron
from tests.operations.test_catalogue_import import cnmarc
from tests.operations.test_catalogue_undo import bring, left
from tests.racing import Meanwhile, interrupted
from wenyuan.holdings.catalogue.data import CatalogueRefused, KeptReason, Refusal
from wenyuan.holdings.catalogue.importing import undoing
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import add_item, undo_batch
from wenyuan.lending.circulation import holding
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Hold
from wenyuan.lending.circulation.operations import Refused, place_hold
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def town(fresh_database: str) -> District:
    """The district in a database of its own, with a reader."""
    district = make_district()
    make_patron(card="C0", home=district.central)
    return district


@pytest.fixture
def cataloguer(town: District) -> Desk:
    return make_desk(town.central, role=Role.CATALOGUER)


def while_it_is_undone(
    monkeypatch: pytest.MonkeyPatch, batch_id: int, cataloguer: Desk, act: Callable[[], object]
) -> Any:
    """What ``act`` gives that begins when the undoing has locked what it takes away."""
    facts, others = undoing._facts, list[Meanwhile]()

    def and_act(*args: Any, **values: Any) -> Any:
        found = facts(*args, **values)
        others.append(Meanwhile(act))
        return found

    monkeypatch.setattr(undoing, "_facts", and_act)
    undo_batch(batch_id=batch_id, at=LATER, desk=cataloguer)
    return others[0].result()


@pytest.mark.parametrize("this_item", [False, True], ids=["title", "item"])
def test_a_hold_that_is_asked_for_while_its_record_is_taken_away_is_refused_in_words(
    town: District, cataloguer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, this_item: bool
) -> None:
    batch_id = bring(tmp_path, cataloguer, cnmarc(barcodes=("W1",)))
    wish: dict[str, Any] = {"item": "W1", "this_item": True} if this_item else {"bib_id": Bib.objects.get().id}

    def ask() -> object:
        return place_hold(card="C0", pickup_branch_id=town.central.id, at=AT, desk=town.at_central, **wish)

    refused = while_it_is_undone(monkeypatch, batch_id, cataloguer, ask)

    assert isinstance(refused, Refused)
    assert [block.code for block in refused.blocks] == [
        BlockCode.ITEM_UNKNOWN if this_item else BlockCode.RECORD_UNKNOWN
    ]
    assert (Bib.objects.count(), Item.objects.count(), Hold.objects.count()) == (0, 0, 0)


def test_an_item_that_is_added_while_its_record_is_taken_away_is_refused_in_words(
    cataloguer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = bring(tmp_path, cataloguer, cnmarc(barcodes=("W1",)))
    bib_id = Bib.objects.get().id

    refused = while_it_is_undone(
        monkeypatch,
        batch_id,
        cataloguer,
        lambda: add_item(bib_id=bib_id, barcode="N1", at=AT, desk=cataloguer),
    )

    assert isinstance(refused, CatalogueRefused)
    assert refused.refusal is Refusal.BIB_UNKNOWN
    assert (Bib.objects.count(), Item.objects.count()) == (0, 0)


def test_an_import_whose_record_is_asked_for_meanwhile_leaves_it(
    town: District, cataloguer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = bring(tmp_path, cataloguer, cnmarc(barcodes=("W1",)))
    plan, others = holding.place_plan, list[Meanwhile]()

    def undo() -> None:
        undo_batch(batch_id=batch_id, at=LATER, desk=cataloguer)

    monkeypatch.setattr(
        holding,
        "place_plan",
        lambda request, wish: interrupted(
            plan(request, wish), lambda: others.append(Meanwhile(undo)), before="INSERT INTO circulation_hold"
        ),
    )
    place_hold(item="W1", this_item=True, card="C0", pickup_branch_id=town.central.id, at=AT, desk=town.at_central)

    assert others[0].result() is None
    assert left(batch_id) == [
        ("W1", KeptReason.ITEM_USED, "circulation"),
        (Bib.objects.get().title, KeptReason.BIB_USED, "circulation"),
    ]
    assert Hold.objects.get().state == "waiting"
