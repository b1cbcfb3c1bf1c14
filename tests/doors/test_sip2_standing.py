"""24 and 64 tell the same of a reader, whatever their standing: flags, money, validity and words."""

from datetime import timedelta

import pytest

from tests.doors.api_client import Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PASSWORD, PIN, Town
from tests.factories.accounts import make_desk, make_machine
from tests.factories.circulation import make_policy
from tests.factories.fees import make_charge
from tests.factories.patrons import make_patron
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.session import Session
from wenyuan.kernel.sip2.client import parse_response
from wenyuan.kernel.sip2.profile import STANDARD
from wenyuan.lending.circulation.models import Loan
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

STANDINGS = [
    # card, PIN, the fourteen flags, what is owed
    ("R0001", PIN, "  Y           ", "0.00"),
    ("R0001", "000000", "  Y           ", "0.00"),
    ("R0008", "", "  Y           ", "12.50"),
    ("R0003", "", "YYYY          ", "0.00"),
    ("R0004", "", "YYYY          ", "0.00"),
    ("R0005", "", "YYYYY         ", "0.00"),
    ("R0006", "", "YYYY          ", "0.00"),
    ("R0007", "", "Y Y  YY       ", "0.00"),
    ("nobody", "", "YYYY          ", "0.00"),
]


@pytest.fixture
def session(api_town: Town, clock: Clock) -> Session:
    """The town with a reader at the limit who keeps something overdue, and one who owes."""
    central = api_town.district.central
    make_patron("冯唐", "R0007", home=central)
    debtor = make_patron("张億", "R0008", home=central)
    for item in ("C0001", "C0002", "C0003"):
        assert Api(make_token("kiosk-c")).post("/checkouts", {"item": item, "card": "R0007"}).status == 201
    Loan.objects.filter(item__barcode="C0001").update(due_at=clock.at - timedelta(days=1))
    make_charge(debtor, 1250, at=clock.at, desk=make_desk(central))
    session = Session(clock=clock, address="127.0.0.1", limits=Limits())
    session.reply_to(f"9300CNkiosk-c|CO{PASSWORD}|CP|".encode())
    return session


@pytest.mark.parametrize(("card", "pin", "flags", "owed"), STANDINGS)
def test_24_and_64_tell_the_same_of_a_reader(session: Session, card: str, pin: str, flags: str, owed: str) -> None:
    lines = (
        f"2301920261124    100000AO|AA{card}|AC|AD{pin}|",
        f"6301920261124    100000          AO|AA{card}|AC|AD{pin}|",
    )

    status, information = (
        parse_response((session.reply_to(line.encode()).line or b"").rstrip(b"\r"), profile=STANDARD) for line in lines
    )

    assert status.fixed["flags"] == information.fixed["flags"] == flags
    for tag in ("AA", "AE", "BL", "CQ", "BH", "BV", "AF"):
        assert status.fields.get(tag) == information.fields.get(tag), tag
    assert information.first("BV") == owed


def test_a_machine_is_told_what_was_recalled(session: Session, clock: Clock) -> None:
    Loan.objects.filter(item__barcode="C0002").update(recalled_at=clock.at)
    lines = (
        "6301920261124    100000    Y     AO|AAR0007|AC|AD|",
        "1720261124    100000AO|ABC0002|AC|",
        "1720261124    100000AO|ABC0003|AC|",
    )

    listed, recalled, lent = (
        parse_response((session.reply_to(line.encode()).line or b"").rstrip(b"\r"), profile=STANDARD) for line in lines
    )

    assert (listed.fixed["recalls"], listed.fields["BU"]) == ("0001", ["C0002"])
    assert (recalled.fixed["status"], lent.fixed["status"]) == ("07", "04")
    assert recalled.first("CJ") == "20261124    100000"
    assert "CJ" not in lent.fields


def test_a_machine_is_told_the_most_that_a_reader_may_owe_where_the_policy_says_so(
    session: Session, api_town: Town
) -> None:
    line = "6301920261124    100000          AO|AAR0008|AC|AD|"

    def limit() -> list[str]:
        answer = parse_response((session.reply_to(line.encode()).line or b"").rstrip(b"\r"), profile=STANDARD)
        return answer.fields.get("CC", [])

    assert limit() == []
    make_policy(branch=api_town.district.central, max_owed_fen=2050)
    assert limit() == ["20.50"]


def test_a_payment_without_a_number_sent_again_is_one_and_a_second_later_another(
    session: Session, clock: Clock
) -> None:
    make_machine(Branch.objects.get(code="C"), "till", PASSWORD, roles=[Role.MACHINE, Role.CASH_MACHINE])
    till = Session(clock=clock, address="127.0.0.1", limits=Limits())
    till.reply_to(f"9300CNtill|CO{PASSWORD}|CP|".encode())

    def owed_after(second: int) -> str | None:
        till.reply_to(f"3720261124    1000{second:02}0400CNYBV2.00|AO|AAR0008|AC|AD|".encode())
        line = session.reply_to(b"2301920261124    100000AO|AAR0008|AC|AD|").line or b""
        return parse_response(line.rstrip(b"\r"), profile=STANDARD).first("BV")

    assert [owed_after(1), owed_after(1), owed_after(2)] == ["10.50", "10.50", "8.50"]
    clock.move(minutes=2)
    assert owed_after(2) == "8.50", "whenever the line arrives again"
