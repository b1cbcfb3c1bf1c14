"""The little district that the SIP2 tests are played in: branches, machines, readers and items, by fixed names."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.factories.accounts import make_machine
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_district
from tests.factories.network import make_library
from tests.factories.patrons import make_patron
from wenyuan.organisation.accounts.data import Role

TUESDAY_TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten o'clock in the morning in Shanghai; the branches are open on all days but Mondays."""

PASSWORD = "kiosk-pass-1"
PIN = "246810"
IDENTITY_NUMBER = "11010519491231002X"


@dataclass(frozen=True)
class Town:
    """What tests look things up by."""

    district: District


def make_town() -> Town:
    """总馆 (C) and 少儿分馆 (E) lend to each other, 城南分馆 (S) does not; three items a reader, 30 days."""
    make_library(code="CN-330281")
    district = make_district()
    central, children, south = district.central, district.children, district.south
    make_machine(central, "kiosk-c", PASSWORD)
    make_machine(children, "kiosk-e", PASSWORD, charset="gbk", profile="tuchuang", checksum="off")
    make_machine(south, "kiosk-s", PASSWORD, profile="wenhua", terminator="CRLF")
    make_machine(central, "strict", PASSWORD, checksum="enforce")
    make_machine(central, "rare", PASSWORD, charset="gb18030")
    make_machine(central, "elsewhere", PASSWORD, addresses=["10.20.0.0/16"])
    make_machine(central, "cash", PASSWORD, roles=[Role.MACHINE, Role.CASH_MACHINE])
    make_machine(central, "cash-pin", PASSWORD, roles=[Role.MACHINE, Role.CASH_MACHINE], pin_to_pay=True)
    make_machine(central, "gate", PASSWORD, roles=[Role.MACHINE, Role.CARD_MACHINE])
    make_machine(central, "sorter", PASSWORD, holder_told="name")
    make_machine(central, "sorter-card", PASSWORD, holder_told="card")
    make_patron("陈小雨", "R0001", home=central, pin=PIN, number=IDENTITY_NUMBER)
    make_patron("张億", "R0002", home=children, pin=PIN)
    make_patron("欧阳修远", "R0003", home=central, status="suspended", suspended_until=date(2026, 12, 31))
    make_patron("王芳", "R0004", home=central, expires_date=date(2026, 10, 1))
    make_patron("李强", "R0005", home=central, card_status="lost")
    make_patron("赵敏", "R0006", home=central, status="closed")
    world = make_bib(title="平凡的世界")
    delimiter_in_gbk = make_bib(title="億年之旅")
    not_in_gbk = make_bib(title="𠮷祥图谱")
    for number in range(1, 7):
        make_item(bib=world, barcode=f"C000{number}", home=central)
    make_item(bib=delimiter_in_gbk, barcode="E0001", home=children)
    make_item(bib=not_in_gbk, barcode="E0002", home=children)
    make_item(bib=world, barcode="S0001", home=south)
    make_item(bib=world, barcode="C0101", home=central, condition="lost")
    make_item(bib=world, barcode="C0102", home=central, state="withdrawn")
    make_item(bib=world, barcode="C0103", home=central, lendable="in_library")
    make_item(bib=world, barcode="C0104", home=central, state="in_process")
    return Town(district)
