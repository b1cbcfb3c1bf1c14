"""Receiving without an account: the page behind the code, the picture, and what staff see."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.factories.accounts import make_desk
from tests.factories.circulation import make_policy
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from tests.factories.transit import make_transit, packed_crate
from wenyuan.doors.workbench.transit import handovers
from wenyuan.doors.workbench.transit.words import CLOSED
from wenyuan.holdings.catalogue.queries import get_item
from wenyuan.lending.transit.data import Closed, ManifestState, ManifestView
from wenyuan.lending.transit.operations import issue_handover
from wenyuan.lending.transit.queries import get_manifest, list_differences, list_handovers
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.now(tz=UTC)


@pytest.fixture
def town(settings: Any, tmp_path: Path) -> Town:
    settings.HOME = tmp_path
    make_policy(loan_days=30)
    return make_town()


@pytest.fixture
def crate(town: Town) -> ManifestView:
    """A sealed crate from 总馆 to 城南分馆 with W1 and W2."""
    items = [make_transit(town.central, town.south, barcode) for barcode in ("W1", "W2")]
    return packed_crate(make_desk(town.central), town.south, *items, at=NOW, sealed="0042")


def code_for(town: Town, crate: ManifestView) -> str:
    return issue_handover(manifest_ids=[crate.id], at=NOW, desk=make_desk(town.central)).code


def a_photo(form: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#c33").save(out, form)
    return SimpleUploadedFile("清单.exe", out.getvalue(), "application/octet-stream")


def report(**fields: object) -> dict[str, object]:
    return {"seals": "1", "sample1": "W1", "sample2": "W2", "name": "赵师傅", **fields}


def test_every_reason_why_a_code_is_closed_has_words() -> None:
    assert set(CLOSED) == set(Closed)


def test_staff_make_a_code_that_is_shown_once_with_its_qr_code(town: Town, crate: ManifestView) -> None:
    clerk = staff_at(town.central, Role.DESK)

    answer = clerk.post("/workbench/transit/handovers/new", {"manifest": [str(crate.id)]})

    paper = answer.content.decode()
    [shown] = re.findall(r'<p class="handover-code">([0-9A-Z-]+)</p>', paper)
    assert answer["Cache-Control"] == "no-store, private"
    assert "<svg" in paper
    assert "style=" not in paper[paper.index('class="qr"') : paper.index("handover-code")]
    assert Client().get(f"/workbench/transit/receive/{shown}").status_code == 200


def test_somebody_without_an_account_receives_a_crate(town: Town, crate: ManifestView, tmp_path: Path) -> None:
    code, phone = code_for(town, crate), Client(enforce_csrf_checks=True)
    page = f"/workbench/transit/receive/{code}"

    opened = phone.get(page)
    token = phone.cookies["csrftoken"].value
    forged = phone.post(page, report())
    done = phone.post(page, report(photo=a_photo(), csrfmiddlewaretoken=token))
    again = phone.get(page)

    [seen] = list_handovers(branch_id=town.south.id)
    [kept] = (tmp_path / "files" / "handovers").iterdir()
    now = get_manifest(crate.id)
    assert now is not None
    assert (opened.status_code, forged.status_code, done.status_code, again.status_code) == (200, 403, 200, 410)
    assert "0042" not in opened.content.decode()  # seals are to be counted, not copied
    assert (seen.seals_counted, seen.samples, seen.name) == (1, (("W1", True), ("W2", True)), "赵师傅")
    assert kept.name in seen.photo
    assert kept.stat().st_mode & 0o777 == 0o600
    assert now.state is ManifestState.DELIVERED


def test_what_does_not_agree_is_recorded_and_flagged(town: Town, crate: ManifestView) -> None:
    Client().post(f"/workbench/transit/receive/{code_for(town, crate)}", report(seals="0", sample2="nonsense"))
    clerk = staff_at(town.south, Role.DESK)

    listed = clerk.get("/workbench/transit/handovers").content.decode()
    [difference] = list_differences(only_open=True)

    assert "tag stop" in listed
    assert difference.note == "0 / 1"


@pytest.mark.parametrize("data", [b"MZ this is a program", b"<html><script>"])
def test_a_file_that_is_no_picture_is_refused_and_nothing_is_used_up(
    town: Town, crate: ManifestView, tmp_path: Path, data: bytes
) -> None:
    page = f"/workbench/transit/receive/{code_for(town, crate)}"

    answer = Client().post(page, report(photo=SimpleUploadedFile("a.jpg", data, "image/jpeg")))

    assert answer.status_code == 422
    assert "赵师傅" in answer.content.decode()
    assert list_handovers(branch_id=town.south.id)[0].used_at is None
    assert not list(tmp_path.rglob("*.jpg"))
    assert Client().get(page).status_code == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    town: Town, crate: ManifestView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handovers, "MOST_BODY", 100)
    page = f"/workbench/transit/receive/{code_for(town, crate)}"

    large = Client(enforce_csrf_checks=True).post(page, report(photo=a_photo()))
    unmeasured = Client().generic("POST", page, b"", CONTENT_LENGTH="")

    assert large.status_code == 413
    assert unmeasured.status_code == 411


def test_a_code_that_opens_nothing_says_why_and_guessing_is_stopped(town: Town) -> None:
    phone = Client()

    answers = [phone.get(f"/workbench/transit/receive/GUESS{number}").status_code for number in range(11)]
    typed = phone.post("/workbench/transit/receive/", {"code": "abcd-efgh"})
    empty = phone.post("/workbench/transit/receive/", {"code": "--"})

    assert answers == [404] * 10 + [429]
    assert typed["Location"] == "/workbench/transit/receive/abcdefgh"
    assert empty.status_code == 422


def test_only_staff_of_either_end_see_the_picture(town: Town, crate: ManifestView) -> None:
    Client().post(f"/workbench/transit/receive/{code_for(town, crate)}", report(photo=a_photo("PNG")))
    [seen] = list_handovers(branch_id=town.south.id)
    address = f"/workbench/transit/handovers/{seen.id}/photo"

    mine = staff_at(town.central, Role.DESK).get(address)

    assert (mine.status_code, mine["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(mine).startswith(b"\xff\xd8")
    assert staff_at(town.ring, Role.DESK).get(address).status_code == 404
    assert staff_at(town.south, Role.CATALOGUER).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_staff_look_at_it_and_receive_the_items_for_a_station(town: Town, crate: ManifestView) -> None:
    Client().post(f"/workbench/transit/receive/{code_for(town, crate)}", report())
    [seen] = list_handovers(branch_id=town.south.id)
    lead = staff_at(town.central, Role.DESK_LEAD, elsewhere=[(Role.DESK_LEAD, town.south)])
    address = f"/workbench/transit/handovers/{seen.id}/"

    shown = lead.get(address)
    lead.post(f"{address}taken-in")
    lead.post(f"{address}checked")

    item, now = get_item("W1"), get_manifest(crate.id)
    assert item is not None
    assert now is not None
    assert shown.context["takes_in"] is True
    assert (item.state, item.present_branch_id) == ("available", town.south.id)
    assert (now.state, now.open_differences) == (ManifestState.RECEIVED, 0)
    assert lead.get("/workbench/transit/handovers").context["rows"] == []
    assert staff_at(town.central, Role.DESK).post(f"{address}taken-in").status_code == 403
