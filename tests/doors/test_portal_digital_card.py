"""A reader's card on the telephone: a code that changes, is taken once and names nobody; and bars that can be kept."""

import re
import struct
import zlib
from base64 import b64decode
from typing import Any

import pytest

from tests.doors.portal_reader import asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import IDENTITY_NUMBER, PIN, Town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.furniture.bars import bars_png
from wenyuan.doors.portal import digital_card
from wenyuan.lending.patrons.models import Patron, TakenCode, Token
from wenyuan.lending.patrons.queries import code_to_show, patron_by_token
from wenyuan.organisation.accounts.data import Role

CODE = "/account/card/code"


def patron(name: str = "陈小雨") -> Patron:
    return Patron.objects.get(name=name)


def drawn(client: Any, monkeypatch: pytest.MonkeyPatch, path: str = CODE) -> str:
    """The code that a page draws."""
    codes: list[str] = []

    def noted(code: str) -> str:
        codes.append(code)
        return "<svg></svg>"

    monkeypatch.setattr(digital_card, "qr_svg", noted)
    assert client.get(path).status_code == 200
    [code] = codes
    return code


def test_the_code_is_another_one_each_time_and_says_neither_card_nor_name(
    portal_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()

    first, second = drawn(client, monkeypatch), drawn(client, monkeypatch)

    assert first != second
    for code in (first, second):
        assert re.fullmatch(r"WY1:[A-Z2-7]{40}", code)
        assert "R0001" not in code
        assert IDENTITY_NUMBER not in code


def test_the_page_does_not_say_that_a_picture_of_the_code_opens_nothing(portal_town: Town) -> None:
    told = words(signed_in().get(CODE))

    assert "Until a desk has taken it, a picture of it is as good for two minutes" in told
    assert "opens nothing" not in told


def test_it_changes_by_itself_for_five_minutes_and_then_waits_for_a_tap(portal_town: Town) -> None:
    client = signed_in()

    first, last, over = client.get(CODE), client.get(f"{CODE}?turn=5"), client.get(f"{CODE}?turn=6")

    assert first["Refresh"] == "60; url=/account/card/code?turn=2"
    assert first["Cache-Control"] == "no-store"
    assert last["Refresh"] == "60; url=/account/card/code?turn=6"
    assert "Refresh" not in over
    assert 'class="shown qr"' in last.content.decode()
    assert 'class="shown qr"' not in over.content.decode()
    assert "No code is shown any more, since nobody has tapped for five minutes." in words(over)
    for turn in ("0", "-1", "x", "²", "99999999999999999999"):
        assert "Refresh" not in client.get(CODE, {"turn": turn})


def test_at_the_desk_it_opens_the_readers_pile_once(portal_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    code = drawn(signed_in(), monkeypatch)
    clerk = staff_at(portal_town.district.central, Role.DESK)

    taken = clerk.post("/workbench/desk/scans", {"code": code}, follow=True)
    again = clerk.post("/workbench/desk/scans", {"code": code})

    assert taken.status_code == 200
    assert "陈＊雨" in taken.content.decode()
    assert again.status_code == 422
    assert "该码已使用过" in again.content.decode()
    lent = clerk.post("/workbench/desk/scans", {"code": "C0001"}, follow=True)
    assert "平凡的世界" in lent.content.decode()


def test_one_that_has_expired_and_one_of_a_lost_card_open_nothing(
    portal_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, lost = drawn(signed_in(), monkeypatch), drawn(signed_in(), monkeypatch)
    clerk = staff_at(portal_town.district.central, Role.DESK)
    Token.objects.filter(card_no="R0001").update(status="lost")

    assert clerk.post("/workbench/desk/scans", {"code": lost}).status_code == 422
    clock.move(minutes=2)
    expired = clerk.post("/workbench/desk/scans", {"code": old})

    assert expired.status_code == 422
    assert "该码已过期" in expired.content.decode()
    assert "陈＊雨" not in expired.content.decode()


def test_at_a_machine_it_is_no_card(portal_town: Town, clock: Clock) -> None:
    code = code_to_show(patron().id, at=clock())

    assert code is not None
    assert patron_by_token(code) is None


def test_whoever_has_no_card_in_use_is_told_so(portal_town: Town) -> None:
    client = signed_in(IDENTITY_NUMBER)
    Token.objects.filter(card_no="R0001").update(status="lost")

    page = client.get(CODE)

    assert "No card in use" in words(page)
    assert "Refresh" not in page


def test_in_anothers_account_the_code_is_of_their_card_and_a_strangers_is_not_shown(
    portal_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = browser()
    assert asks_to_sign_in(stranger.get(CODE))
    client = signed_in("R0002")
    client.post("/account/cards", {"card": "R0001", "pin": PIN})
    client.post("/account/cards/switch", {"reader": str(patron().id)})
    clerk = staff_at(portal_town.district.central, Role.DESK)

    taken = clerk.post("/workbench/desk/scans", {"code": drawn(client, monkeypatch)}, follow=True)

    assert "陈＊雨" in taken.content.decode()
    assert TakenCode.objects.count() == 1


def test_the_bars_are_a_picture_that_can_be_kept_black_on_white_with_a_quiet_zone(portal_town: Town) -> None:
    html = signed_in().get(CODE).content.decode()

    found = re.search(
        r'<img class="shown" src="data:image/png;base64,([^"]+)" alt="Bars of the card number R0001">', html
    )

    assert found
    rows, width = pixels(b64decode(found[1]))
    middle = rows[len(rows) // 2]
    assert set(middle) == {0, 255}
    assert middle[:40] == middle[-40:] == b"\xff" * 40, "ten modules of four points"
    assert rows[0] == b"\xff" * width
    assert middle[40] == 0


def pixels(png: bytes) -> tuple[list[bytes], int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    size = struct.unpack(">I", png[33:37])[0]
    data = zlib.decompress(png[41 : 41 + size])
    rows = [data[at * (width + 1) + 1 : (at + 1) * (width + 1)] for at in range(height)]
    return rows, width


def test_what_has_no_bars_has_no_picture() -> None:
    assert bars_png("读者1") == ""
    assert bars_png("") == ""
