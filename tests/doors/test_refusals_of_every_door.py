"""One table of refusals, played at the desk, over SIP2 and over REST, and what readers may at the portal: the same
reasons with the same codes."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.doors.api_client import Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PASSWORD, Town
from tests.factories.circulation import make_policy
from tests.factories.reader_pages import reader_signed_in
from tests.factories.staff_pages import staff_at
from wenyuan.doors.furniture.words import BLOCK_WORDS
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.session import Session
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.patrons.models import Token
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

TABLE = [
    # act, item, card, every reason
    ("checkout", "C0004", "nobody", {"patron_unknown"}),
    ("checkout", "nothing", "R0001", {"item_unknown"}),
    ("checkout", "C0004", "R0003", {"patron_suspended"}),
    ("checkout", "C0004", "R0004", {"patron_expired"}),
    ("checkout", "C0004", "R0005", {"card_lost"}),
    ("checkout", "C0004", "R0006", {"patron_closed"}),
    ("checkout", "C0101", "R0001", {"item_lost"}),
    ("checkout", "C0102", "R0001", {"item_withdrawn", "item_not_lendable"}),
    ("checkout", "C0103", "R0001", {"item_in_library_only"}),
    ("checkout", "C0104", "R0001", {"item_in_process"}),
    ("checkout", "S0001", "R0001", {"other_lending_group"}),
    ("checkout", "E0001", "R0001", {"item_in_transit"}),
    ("checkout", "C0006", "R0001", {"item_on_hold_shelf"}),
    ("checkout", "C0005", "R0002", {"item_on_loan_to_other"}),
    ("checkout", "C0004", "R0007", {"loan_limit", "overdue_loans"}),
    ("checkout", "C0103", "R0004", {"patron_expired", "item_in_library_only"}),
    ("checkout", "E0001", "R0003", {"patron_suspended", "item_in_transit"}),
    ("renew", "C0004", "R0001", {"not_on_loan"}),
    ("renew", "C0005", "R0002", {"item_on_loan_to_other"}),
    ("renew", "C0005", "R0005", {"card_lost", "item_on_loan_to_other"}),
    ("renew", "C0005", "R0001", {"renewal_limit", "renewal_gains_nothing"}),
    ("checkin", "nothing", "", {"item_unknown"}),
    ("checkin", "C0102", "", {"item_withdrawn"}),
]
HOLDS = [
    # act, item, card, branch where it is fetched, every reason
    ("place", "E0002", "R0003", "C", {"patron_suspended"}),
    ("place", "E0002", "R0004", "C", {"patron_expired"}),
    ("place", "E0002", "R0006", "C", {"patron_closed"}),
    ("place", "E0002", "nobody", "C", {"patron_unknown"}),
    ("place", "nothing", "R0001", "C", {"item_unknown"}),
    ("place", "E0002", "R0001", "S", {"nothing_to_hold"}),
    ("place", "E0001", "R0001", "C", {"hold_exists"}),
    ("place", "C0005", "R0001", "C", {"hold_of_own_loan"}),
    ("place", "E0002", "R0002", "E", {"hold_limit"}),
    ("place", "E0002", "R0004", "S", {"patron_expired", "nothing_to_hold"}),
    ("change", "E0001", "R0001", "S", {"nothing_to_hold"}),
    ("change", "E0001", "R0001", "E", {"hold_limit"}),
]
UNKNOWN = {"patron_unknown", "item_unknown"}
"""At the desk a number that is neither a card nor a barcode is told as just that."""


@pytest.fixture
def town(api_town: Town, clock: Clock) -> Town:
    """The town with an item on its way, one kept, a loan renewed as often as may be, and a reader at the limit."""
    from tests.factories.patrons import make_patron

    central, children = api_town.district.central, api_town.district.children
    make_patron("冯唐", "R0007", home=central)
    Item.objects.filter(barcode="C0006").update(state="on_hold_shelf")
    Item.objects.filter(barcode="E0001").update(state="in_transit")
    Transit.objects.create(
        item=Item.objects.get(barcode="E0001"), from_branch=children, to_branch=central, reason="home", sent_at=clock.at
    )
    api = Api(make_token("kiosk-c"))
    for card, items in (("R0001", ["C0005"]), ("R0007", ["C0001", "C0002", "C0003"])):
        for item in items:
            assert api.post("/checkouts", {"item": item, "card": card}).status == 201
    Loan.objects.filter(item__barcode="C0005").update(renewals=1, renewed_at=clock.at - timedelta(days=2))
    Loan.objects.filter(item__barcode="C0001").update(due_at=clock.at - timedelta(days=1))
    clock.move(minutes=30)
    return api_town


class Machine:
    """A self-check machine; it hears what the server writes into its log: the outcome in codes."""

    def __init__(self, clock: Clock) -> None:
        self.outcome = ""
        self._session = Session(clock=clock, address="127.0.0.1", limits=Limits(), message_log=self)
        self._session.reply_to(f"9300CNkiosk-c|CO{PASSWORD}|CP|".encode())

    def info(self, _event: str, /, **values: object) -> None:
        self.outcome = str(values["outcome"])

    def refusal(self, act: str, item: str, card: str) -> set[str]:
        lines = {
            "checkout": f"11NN20261124    100000                  AO|AA{card}|AB{item}|AC|",
            "renew": f"29NN20261124    100000                  AO|AA{card}|AB{item}|",
            "checkin": f"09N20261124    10000020261124    100000AP|AO|AB{item}|AC|",
        }
        self._session.reply_to(lines[act].encode())
        return set(self.outcome.split(","))

    def refusal_of_hold(self, act: str, item: str, card: str, branch: str) -> set[str]:
        mode = {"place": "+", "change": "*"}[act]
        self._session.reply_to(f"15{mode}20261124    100000BS{branch}|BY2|AO|AA{card}|AB{item}|AC|".encode())
        return set(self.outcome.split(","))


def at_the_desk(browser: Client, act: str, item: str, card: str) -> set[str]:
    modes = {"checkout": "lend", "renew": "renew", "checkin": "return"}
    answers: list[Any] = []
    for text in filter(None, (card, item)):
        if text == item:
            browser.post("/workbench/desk/mode", {"mode": modes[act]})
        answers.append(browser.post("/workbench/desk/scans", {"code": text}))
        if answers[-1].status_code == 422:
            break  # an item without a card would be taken back
    browser.post("/workbench/desk/done")
    shown = [answer.context for answer in answers if answer.status_code == 422]
    refused = {block.code.value for context in shown for block in _blocks(context)}
    return refused or ({"unknown"} if any(context["trouble"] for context in shown) else set())


def _blocks(context: Any) -> list[Any]:
    return list(context["refused"].refusal.blocks) if context["refused"] else []


def hold_at_the_desk(browser: Client, act: str, item: str, card: str, branch_id: int) -> set[str]:
    """The page says words: the codes are those whose words they are."""
    days = {"pickup": branch_id, "not_before": "", "not_after": ""}
    if act == "change":
        answer = browser.post(f"/workbench/holds/{Hold.objects.get().id}/wish", days)
    else:
        found = Item.objects.filter(barcode=item).first()
        address = f"/workbench/holds/titles/{found.bib_id if found else 0}/"
        answer = browser.post(address, {**days, "card": card, "only": ""})
    if answer.status_code == 404:
        return {"unknown"}
    return _codes_of(answer.context["form"].non_field_errors())


def _codes_of(said: Iterable[str]) -> set[str]:
    return {code.value for code, words in BLOCK_WORDS.items() for text in said if _says(words.zh, text)}


def _says(alternatives: tuple[str, ...], text: str) -> bool:
    return any(re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(words)), text) for words in alternatives)


def hold_over_rest(api: Api, act: str, item: str, card: str, branch: str) -> set[str]:
    if act == "change":
        handle = api.post("/patrons/lookup", {"card": card}).json["handle"]
        answer = api.patch(f"/patrons/{handle}/holds/{Hold.objects.get().id}", {"pickup": branch})
    else:
        answer = api.post("/holds", {"item": item, "card": card, "pickup": branch})
    assert answer.status == 409
    assert answer.code == answer.codes[0]
    return set(answer.codes)


def over_rest(api: Api, act: str, item: str, card: str) -> set[str]:
    paths = {"checkout": "/checkouts", "renew": "/renewals", "checkin": "/checkins"}
    answer = api.post(paths[act], {"item": item, **({"card": card} if card else {})})
    assert answer.status == 409
    assert answer.code == answer.codes[0]
    return set(answer.codes)


def test_every_door_refuses_the_same_for_the_same_reasons(town: Town, clock: Clock) -> None:
    browser = staff_at(town.district.central, Role.DESK)
    doors: dict[str, Callable[[str, str, str], set[str]]] = {
        "desk": lambda act, item, card: at_the_desk(browser, act, item, card),
        "sip2": Machine(clock).refusal,
        "rest": lambda act, item, card: over_rest(api, act, item, card),
    }
    api = Api(make_token("kiosk-c"))

    told = {
        (act, item, card, door): refuse(act, item, card)
        for act, item, card, _ in TABLE
        for door, refuse in doors.items()
    }

    for act, item, card, reasons in TABLE:
        assert told[act, item, card, "rest"] == reasons, (act, item, card)
        assert told[act, item, card, "sip2"] == reasons, (act, item, card)
        expected = {"unknown"} if reasons <= UNKNOWN else reasons
        assert told[act, item, card, "desk"] == expected, (act, item, card)


def test_every_door_refuses_a_hold_for_the_same_reasons(town: Town, clock: Clock) -> None:
    make_policy(branch=town.district.children, max_holds=0)
    browser, machine, api = staff_at(town.district.central, Role.DESK), Machine(clock), Api(make_token("kiosk-c"))
    assert api.post("/holds", {"item": "E0001", "card": "R0001", "pickup": "C"}).status == 201
    clock.move(minutes=30)
    branches = {branch.code: branch.id for branch in Branch.objects.all()}

    told = {
        (act, item, card, branch): (
            hold_at_the_desk(browser, act, item, card, branches[branch]),
            machine.refusal_of_hold(act, item, card, branch),
            hold_over_rest(api, act, item, card, branch),
        )
        for act, item, card, branch, _ in HOLDS
    }

    for act, item, card, branch, reasons in HOLDS:
        desk, sip2, rest = told[act, item, card, branch]
        assert rest == reasons, (act, item, card, branch)
        assert sip2 == reasons, (act, item, card, branch)
        assert desk == ({"unknown"} if reasons == {"item_unknown"} else reasons), (act, item, card, branch)


WHO_MAY_SIGN_IN = {"R0001", "R0002", "R0003", "R0004"}


def test_the_portal_refuses_readers_what_is_theirs_for_the_same_reasons(town: Town, clock: Clock) -> None:
    make_policy(branch=town.district.children, max_holds=0)
    api = Api(make_token("kiosk-c"))
    assert api.post("/holds", {"item": "E0001", "card": "R0001", "pickup": "C"}).status == 201
    clock.move(minutes=30)

    placed = [row for row in HOLDS if row[0] == "place" and row[2] in WHO_MAY_SIGN_IN and row[1] != "nothing"]
    told = {row[:4]: hold_at_the_portal(*row[1:4]) for row in placed}

    assert told == {row[:4]: row[4] for row in placed}
    assert len(placed) == 7
    assert renewal_at_the_portal("C0005", "R0001") == {"renewal_limit", "renewal_gains_nothing"}


def hold_at_the_portal(item: str, card: str, branch: str) -> set[str]:
    """The page says words, as at the desk."""
    address = f"/record/{Item.objects.get(barcode=item).bib_id}/hold"
    answer = reader_signed_in(reader_of(card)).post(address, {"pickup": branch})
    assert answer.status_code == 422
    return _codes_of(answer.context["reasons"])


def renewal_at_the_portal(item: str, card: str) -> set[str]:
    browser, loan = reader_signed_in(reader_of(card)), Loan.objects.get(item__barcode=item, returned_at=None)
    browser.post(f"/account/loans/{loan.id}/renewal")
    return _codes_of(browser.get("/account").context["word"]["lines"])


def reader_of(card: str) -> int:
    return Token.objects.get(card_no=card).patron_id


def test_the_table_names_codes_that_there_are() -> None:
    assert {code for *_, reasons in (*TABLE, *HOLDS) for code in reasons} <= {code.value for code in BlockCode}
