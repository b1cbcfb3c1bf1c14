"""Crates at the workbench: packed by scanning, unpacked by scanning, and what is told on the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_policy
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from tests.factories.transit import make_crate, make_transit, packed_crate
from wenyuan.doors.workbench.transit.words import (
    DIFFERENCES,
    LINE_STATES,
    MANIFEST_STATES,
    OUTCOMES,
    REFUSALS,
    UNPACKED,
)
from wenyuan.holdings.catalogue.queries import get_item
from wenyuan.lending.transit.data import (
    DifferenceKind,
    LineState,
    ManifestState,
    ManifestView,
    Outcome,
    Refusal,
    Unpacked,
)
from wenyuan.lending.transit.operations import sign
from wenyuan.lending.transit.queries import get_manifest, list_differences, list_manifests, manifest_lines
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")
AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def town() -> Town:
    make_policy(loan_days=30)
    return make_town()


def sealed_crate(town: Town, *barcodes: str, code: str = "ZX-01") -> ManifestView:
    items = [make_transit(town.ring, town.central, barcode) for barcode in barcodes]
    return packed_crate(make_desk(town.ring), town.central, *items, code=code, at=AT, sealed="0042")


def said(browser: Client, url: str, **fields: str) -> str:
    """What a form's answer says, on the page that follows."""
    return browser.post(url, fields, follow=True).content.decode()


def test_every_code_has_words() -> None:
    assert set(MANIFEST_STATES) == set(ManifestState)
    assert set(LINE_STATES) == set(LineState)
    assert set(DIFFERENCES) == set(DifferenceKind)
    assert set(OUTCOMES) == set(Outcome)
    assert set(UNPACKED) == set(Unpacked)
    assert set(REFUSALS) == set(Refusal)


def test_a_crate_is_packed_sealed_and_handed_over_by_scanning(town: Town) -> None:
    make_crate("ZX-01")
    make_transit(town.ring, town.central, "W1")
    clerk = staff_at(town.ring, Role.DESK)

    page = clerk.post("/workbench/transit/", {"code": "zx-01", "to": str(town.central.id)})["Location"]
    packed = said(clerk, f"{page}packed", code="W1")
    sealed = said(clerk, f"{page}sealed", seal="0042")
    handed = said(clerk, f"{page}handed", carrier="老赵")

    [manifest] = list_manifests(town.ring.id)
    assert "平凡的世界" in packed
    assert manifest.number in sealed
    assert "老赵" in handed
    assert manifest.state is ManifestState.ON_THE_WAY


def test_what_cannot_be_packed_is_said_in_words(town: Town) -> None:
    make_crate("ZX-01")
    make_transit(town.ring, town.south, "W1")
    clerk = staff_at(town.ring, Role.DESK)
    page = clerk.post("/workbench/transit/", {"code": "ZX-01", "to": str(town.central.id)})["Location"]

    refused = said(clerk, f"{page}packed", code="W1")
    unknown = clerk.post("/workbench/transit/", {"code": "ZX-07", "to": str(town.central.id)})

    assert "城南分馆" in refused
    assert "alert refused" in refused
    assert unknown.status_code == 422
    assert "ZX-07" in unknown.content.decode()


def test_an_item_taken_out_waits_again(town: Town) -> None:
    make_crate("ZX-01")
    make_transit(town.ring, town.central, "W1")
    clerk = staff_at(town.ring, Role.DESK)
    page = clerk.post("/workbench/transit/", {"code": "ZX-01", "to": str(town.central.id)})["Location"]
    clerk.post(f"{page}packed", {"code": "W1"})
    before = clerk.get("/workbench/transit/waiting").context["rows"]

    clerk.post(f"{page}taken-out", {"code": "W1"})

    assert before == []
    assert [row["item"].barcode for row in clerk.get("/workbench/transit/waiting").context["rows"]] == ["W1"]


def test_a_scan_at_unpacking_ticks_the_list_and_receives_the_item(town: Town) -> None:
    crate = sealed_crate(town, "W1", "W2")
    clerk = staff_at(town.central, Role.DESK)
    page = f"/workbench/transit/crates/{crate.id}/"

    first = said(clerk, f"{page}ticked", code="W1")
    again = said(clerk, f"{page}ticked", code="W1")
    signed = said(clerk, f"{page}signed")

    item = get_item("W1")
    assert item is not None
    assert (item.state, item.present_branch_id) == ("available", town.central.id)
    assert [line.state for line in manifest_lines(crate.id)] == [LineState.RECEIVED, LineState.IN_CRATE]
    assert "平凡的世界" in first
    assert "alert refused" not in again
    assert "alert refused" in signed
    assert [one.barcode for one in list_differences(manifest_id=crate.id)] == ["W2"]


def test_an_extra_item_is_checked_in_where_it_belongs(town: Town) -> None:
    crate = sealed_crate(town, "W1")
    make_item(home=town.ring, barcode="W9")
    clerk = staff_at(town.central, Role.DESK)

    extra = said(clerk, f"/workbench/transit/crates/{crate.id}/ticked", code="W9")
    unknown = said(clerk, f"/workbench/transit/crates/{crate.id}/ticked", code="no such code")

    item = get_item("W9")
    assert item is not None
    assert item.state == "in_transit"
    assert "环城分馆" in extra
    assert "no such code" in unknown
    assert sorted(one.barcode for one in list_differences(manifest_id=crate.id)) == ["W9", "no such code"]


def test_a_difference_is_followed_up_to_its_end(town: Town) -> None:
    crate = sealed_crate(town, "W1")
    sign(manifest_id=crate.id, at=AT + timedelta(hours=2), desk=make_desk(town.central))
    [difference] = list_differences(manifest_id=crate.id)
    clerk = staff_at(town.ring, Role.DESK)

    listed = clerk.get("/workbench/transit/differences")
    unfit = clerk.post(f"/workbench/transit/differences/{difference.id}/", {"outcome": "to_repair"})
    clerk.post(f"/workbench/transit/differences/{difference.id}/", {"outcome": "lost", "remark": "已报失"})

    assert [row["difference"].barcode for row in listed.context["rows"]] == ["W1"]
    assert unfit.status_code == 422
    assert clerk.get("/workbench/transit/differences").context["rows"] == []
    [ended] = clerk.get("/workbench/transit/differences?all=1").context["rows"]
    assert ended["difference"].outcome is Outcome.LOST


def test_the_manifest_is_printed_with_every_item_and_both_ends(town: Town) -> None:
    crate = sealed_crate(town, *[f"W{number:02d}" for number in range(60)])

    paper = staff_at(town.central, Role.DESK).get(f"/workbench/transit/crates/{crate.id}/sheet").content.decode()

    assert paper.count("□") == 60
    assert all(word in paper for word in (crate.number, "0042", "环城分馆", "总馆"))


def test_who_works_at_neither_end_sees_no_manifest(town: Town) -> None:
    crate = sealed_crate(town, "W1")
    stranger = staff_at(town.south, Role.DESK)

    for name in ("", "sheet", "label"):
        assert stranger.get(f"/workbench/transit/crates/{crate.id}/{name}").status_code == 404
    assert stranger.post(f"/workbench/transit/crates/{crate.id}/ticked", {"code": "W1"}).status_code == 403
    assert staff_at(town.central, Role.CATALOGUER).get("/workbench/transit/").status_code == 403


def test_crates_are_added_and_taken_out_of_use_by_who_plans_runs(town: Town) -> None:
    lead = staff_at(town.central, Role.DESK_LEAD)

    added = lead.post("/workbench/transit/stock", {"codes": "zx-01\nzx-02"})
    refused = lead.post("/workbench/transit/stock", {"codes": "zx-02\n箱"})
    lead.post("/workbench/transit/stock/ZX-01/retired")

    assert added.status_code == 302
    assert refused.status_code == 422
    assert [row["crate"].code for row in lead.get("/workbench/transit/stock").context["rows"]] == ["ZX-02"]
    assert staff_at(town.central, Role.DESK).post("/workbench/transit/stock", {"codes": "X"}).status_code == 403


@pytest.mark.parametrize(
    "address", ["", "manifests", "waiting?to=x", "waiting?from=x", "slips", "differences?manifest=x"]
)
def test_empty_lists_and_mistyped_addresses_say_so(town: Town, address: str) -> None:
    assert staff_at(town.south, Role.DESK).get(f"/workbench/transit/{address}").status_code == 200


def test_the_queries_of_a_manifest_do_not_grow_with_its_lines(town: Town, django_assert_max_num_queries: Any) -> None:
    crate = sealed_crate(town, *[f"W{number:02d}" for number in range(60)])
    clerk = staff_at(town.central, Role.DESK)
    clerk.get(f"/workbench/transit/crates/{crate.id}/")

    with django_assert_max_num_queries(12):
        page = clerk.get(f"/workbench/transit/crates/{crate.id}/")

    assert len(page.context["page"]) == 50
    assert get_manifest(crate.id) is not None
