"""What a connection remembers: the machine's rights, the reader's PIN, the last answer."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from tests.doors.sip2_client import Sip2Client
from tests.doors.sip2_server import Address, Clock, running_server
from tests.doors.sip2_town import PASSWORD, PIN, TUESDAY_TEN, make_town
from tests.factories.network import make_service_point
from wenyuan.doors.sip2 import readers, session
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.patrons import operations
from wenyuan.organisation.accounts.models import Account, Machine, RoleGrant
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch

ITEM = b"1720261124    100000AO|ABC0001|AC|"
CHECKOUT = b"11NN20261124    100000                  AO|AAR0001|ABC0001|AC|AD|"
CHECKIN = b"09N20261124    10010020261124    100100AP|AO|ABC0001|AC|"


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY_TEN)


@pytest.fixture
def address(fresh_database: str, clock: Clock) -> Iterator[Address]:
    make_town()
    with running_server(clock) as address:
        yield address


@pytest.fixture
def client(address: Address) -> Iterator[Sip2Client]:
    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        yield client


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The PINs that were really verified, in order."""
    seen: list[str] = []
    check_pin = operations.check_pin

    def counting(*, patron_id: int, pin: str, at: datetime) -> bool:
        seen.append(pin)
        return check_pin(patron_id=patron_id, pin=pin, at=at)

    monkeypatch.setattr(readers, "check_pin", counting)
    return seen


def status(card: str, pin: str = "") -> bytes:
    """A 23."""
    return f"2301920261124    100000AO|AA{card}|AC|AD{pin}|".encode()


# Rights --------------------------------------------------------------------------------------------------------------


def test_a_disabled_account_is_cut_off_when_its_rights_are_read_again(
    client: Sip2Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.filter(username="kiosk-c").update(is_active=False)

    assert client.ask(ITEM).first("AJ") == "平凡的世界"
    monkeypatch.setattr(session, "RIGHTS_READ_EVERY_S", -1)
    assert client.ask(ITEM).first("AF") == "请先登录"
    assert client.ask(CHECKOUT).fixed["ok"] == "0"
    assert not client.sign_in("kiosk-c", PASSWORD)


def test_a_machine_whose_grant_has_ended_is_not_let_in(address: Address) -> None:
    RoleGrant.objects.filter(account__username="kiosk-e").update(valid_to=date(2026, 11, 24))

    with Sip2Client(address) as client:
        assert not client.sign_in("kiosk-e", PASSWORD)


def test_a_machine_granted_at_another_branch_may_do_nothing_at_its_own(address: Address) -> None:
    elsewhere = Branch.objects.get(code="S")
    RoleGrant.objects.filter(account__username="kiosk-e").update(branch=elsewhere)

    with Sip2Client(address) as client:
        assert not client.sign_in("kiosk-e", PASSWORD)


def test_an_act_without_a_right_is_refused_and_98_says_so(address: Address) -> None:
    RoleGrant.objects.filter(account__username="kiosk-c").update(role="outreach")

    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        told = client.ask(b"9900302.00")

        assert (told.fixed["checkin"], told.fixed["checkout"], told.fixed["renewal"]) == ("N", "N", "N")
        assert client.ask(CHECKOUT).first("AF") == "本机没有此项权限，请到服务台"
        assert client.ask(CHECKIN).fixed["ok"] == "0"
        assert client.ask(status("R0001")).first("AE") == ""
        assert client.ask(ITEM).first("AJ") == "平凡的世界"
    assert not Loan.objects.exists()


def test_a_machine_bound_to_a_network_signs_in_from_there_only(address: Address) -> None:
    with Sip2Client(address) as client:
        assert not client.sign_in("elsewhere", PASSWORD)
        Machine.objects.filter(account__username="elsewhere").update(addresses=["127.0.0.0/8"])
        assert client.sign_in("elsewhere", PASSWORD)


def test_an_act_is_recorded_at_the_machines_own_branch_and_service_point(address: Address) -> None:
    branch = Branch.objects.get(code="E")
    point = make_service_point(branch, "K7")
    Machine.objects.filter(account__username="kiosk-e").update(service_point=point)

    with Sip2Client(address) as client:
        client.sign_in("kiosk-e", PASSWORD)
        client.ask_raw(b"11NN20261124    100000                  AO|AAR0001|ABE0001|AC|CPsomewhere else|")

    entry = Entry.objects.get(kind="loan")
    assert (entry.branch_id, entry.service_point_id) == (branch.id, point.id)
    assert (entry.door, entry.desk) == ("sip2", "kiosk-e")


def test_an_act_is_dated_by_the_server_and_not_by_the_machine(client: Sip2Client) -> None:
    client.ask(b"11NN20080101    000000                  AO|AAR0001|ABC0001|AC|")

    assert Loan.objects.get().lent_at == TUESDAY_TEN


# The reader's PIN ----------------------------------------------------------------------------------------------------


def test_a_pin_is_verified_once_while_the_reader_stays(client: Sip2Client, verified: list[str]) -> None:
    for _ in range(3):
        assert client.ask(status("R0001", PIN)).first("CQ") == "Y"
    assert client.ask(CHECKOUT.replace(b"AD|", b"AD246810|")).fixed["ok"] == "1"

    assert verified == [PIN]


def test_good_bye_and_another_card_each_end_the_readers_session(client: Sip2Client, verified: list[str]) -> None:
    client.ask(status("R0001", PIN))
    client.ask(b"3520261124    100000AO|AAR0001|")
    assert client.ask(status("R0001")).first("AE") == "陈＊雨"
    client.ask(status("R0001", PIN))
    client.ask(status("R0002"))
    assert client.ask(status("R0001")).first("AE") == "陈＊雨"
    client.ask(status("R0001", PIN))

    assert verified == [PIN, PIN, PIN]


def test_a_reader_who_walked_away_is_forgotten(
    client: Sip2Client, verified: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.ask(status("R0001", PIN)).first("AE") == "陈小雨"

    monkeypatch.setattr(readers, "LEFT_AFTER_S", -1)

    assert client.ask(status("R0001")).first("AE") == "陈＊雨"


def test_empty_probes_never_lock_a_card(client: Sip2Client, verified: list[str]) -> None:
    for _ in range(30):
        assert client.ask(status("R0001")).first("CQ") is None
        assert client.ask(status("R0001", "   ")).first("CQ") is None

    assert client.ask(status("R0001", PIN)).first("CQ") == "Y"
    assert verified == [PIN]


def test_the_same_wrong_pin_again_counts_once(client: Sip2Client, verified: list[str]) -> None:
    for _ in range(8):
        assert client.ask(status("R0001", "111111")).first("CQ") == "N"

    assert client.ask(status("R0001", PIN)).first("CQ") == "Y"
    assert verified == ["111111", PIN]


def test_a_wrong_pin_shows_no_list_of_loans(client: Sip2Client) -> None:
    client.ask(CHECKOUT)
    listing = "6301920261124    100000  Y       AO|AAR0001|AC|AD{}|"

    assert client.ask(listing.format("").encode()).fields["AU"] == ["C0001"]
    assert "AU" not in client.ask(listing.format("999999").encode()).fields


def test_an_identity_card_serves_as_a_readers_card_and_is_echoed_as_it_came(client: Sip2Client) -> None:
    answer = client.ask(status("11010519491231002x", PIN))

    assert answer.first("AA") == "11010519491231002x"
    assert answer.first("AE") == "陈小雨"


# Retries -------------------------------------------------------------------------------------------------------------


def test_the_same_line_again_is_answered_by_the_very_same_bytes(client: Sip2Client, clock: Clock) -> None:
    line = CHECKOUT + b"AY3AZ0000"

    first = client.ask_raw(line)
    clock.move(seconds=10)
    second = client.ask_raw(line)

    assert first == second
    assert Loan.objects.count() == 1


def test_an_equal_line_long_after_is_a_new_act(
    client: Sip2Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine with one constant time on all its messages returns the same item twice, a loan at the desk between."""
    client.ask(CHECKOUT)
    client.ask_raw(CHECKIN + b"AY3AZ0000")
    with Sip2Client(client_address(client)) as desk:
        desk.sign_in("kiosk-c", PASSWORD)
        desk.ask(CHECKOUT)

    monkeypatch.setattr(session, "RETRY_WITHIN_S", -1)
    client.ask_raw(CHECKIN + b"AY3AZ0000")

    assert not Loan.objects.filter(returned_at__isnull=True).exists()


def test_a_question_is_never_answered_from_memory(client: Sip2Client) -> None:
    line = ITEM + b"AY3AZ0000"
    assert client.ask(line).fixed["status"] == "03"

    with Sip2Client(client_address(client)) as other:
        other.sign_in("kiosk-c", PASSWORD)
        other.ask(CHECKOUT)

    assert client.ask(line).fixed["status"] == "04"


def test_97_gets_the_last_answer_once_more_without_its_sequence_and_does_nothing(client: Sip2Client) -> None:
    answer = client.ask(CHECKOUT + b"AY3AZ0000")

    again = client.ask(b"97AZFEF5")

    assert again.fixed == answer.fixed
    assert again.fields == answer.fields
    assert (answer.sequence, again.sequence) == ("3", None)
    assert Loan.objects.count() == 1


def client_address(client: Sip2Client) -> Address:
    """Where this client's server listens."""
    host, port = client._socket.getpeername()
    return str(host), int(port)
