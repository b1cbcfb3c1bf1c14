"""A record that was merged, asked for at each door: docs/specs/merging.md, M-04."""

import pytest
from django.test import Client

from tests.doors.api_client import Api, make_token
from tests.doors.sip2_town import Town
from tests.factories.catalogue import make_bib, make_item
from tests.factories.staff_pages import staff_at
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.organisation.accounts.data import Role


@pytest.fixture
def merged(api_town: Town) -> tuple[Bib, Bib]:
    """The record that stayed, with an item, and the one that leads to it."""
    kept = make_bib(title="边城")
    make_item(barcode="K1", bib=kept)
    return kept, make_bib(title="边城", merged_into=kept)


def test_a_merged_record_leads_on_at_every_door(merged: tuple[Bib, Bib], api_town: Town) -> None:
    kept, gone = merged
    staff = staff_at(api_town.district.central, Role.CATALOGUER)
    reader, api = Client(headers={"accept-language": "en"}), Api(make_token("kiosk-c"))

    at_portal = reader.get(f"/record/{gone.id}")
    shown = staff.get(f"/workbench/records/{gone.id}/", follow=True)
    pages = ("form", "marc", "items/new", "call-number")
    at_workbench = {name: staff.get(f"/workbench/records/{gone.id}/{name}")["Location"] for name in pages}

    assert (at_portal.status_code, at_portal["Location"]) == (302, f"/record/{kept.id}")
    assert shown.redirect_chain == [(f"/workbench/records/{kept.id}/", 302)]
    assert "已并入本记录" in shown.content.decode()
    assert at_workbench == {name: f"/workbench/records/{kept.id}/{name}" for name in pages}
    assert staff.get(f"/workbench/records/{gone.id}/history").status_code == 200
    assert api.get(f"/bibs/{gone.id}").json["id"] == kept.id
    assert [one["barcode"] for one in api.get(f"/bibs/{gone.id}/items").json["items"]] == ["K1"]
