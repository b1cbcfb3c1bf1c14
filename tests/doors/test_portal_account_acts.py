"""What readers do at the portal: renew, hold, cancel; each for themselves alone."""

import re
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.doors.portal_reader import ACCOUNT, asks_to_sign_in, browser, send, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import Town
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import checkin, checkout
from wenyuan.lending.patrons.models import Token
from wenyuan.organisation.journal.models import Entry
from wenyuan.plumbing.clock import local_date


def lend(town: Town, clock: Clock, *barcodes: str, card: str = "R0001") -> list[Loan]:
    receipts = [checkout(item=code, card=card, at=clock(), desk=town.district.at_central) for code in barcodes]
    return [Loan.objects.get(id=receipt.loan_id) for receipt in receipts]


def due(loan: Loan) -> date:
    loan.refresh_from_db()
    return local_date(loan.due_at)


def renewal(loan: Loan) -> str:
    return f"/account/loans/{loan.id}/renewal"


def act(client: Client, path: str, **sent: object) -> str:
    """What the page says after a form was sent."""
    response = client.post(path, sent)
    assert (response.status_code, response["Location"]) == (302, ACCOUNT)
    return words(client.get(ACCOUNT))


# Renewing


def test_a_reader_renews_one_loan_and_is_told_until_when(portal_town: Town, clock: Clock) -> None:
    (loan,) = lend(portal_town, clock, "C0001")
    clock.move(days=20)
    client = signed_in()

    page = act(client, renewal(loan))

    assert "Renewed: 平凡的世界 to be returned by Wed 13 Jan 2027" in page
    assert "C0001 30 days left Wed 13 Jan 2027 renewed 1 time" in page
    assert due(loan) == date(2027, 1, 13)
    assert "Renewed: " not in words(client.get(ACCOUNT)), "said once"


def test_the_journal_has_the_portal_and_the_reader_and_nobody_s_account(portal_town: Town, clock: Clock) -> None:
    (loan,) = lend(portal_town, clock, "C0001", card="R0002")
    clock.move(days=20)

    act(signed_in("R0002"), renewal(loan))

    row = Entry.objects.get(kind="renewal")
    assert (row.door, row.operator_id, row.branch_id) == ("portal", None, portal_town.district.children.id)
    assert row.reader_ref is not None
    assert row.desk == ""


def test_a_form_that_is_sent_twice_renews_once(portal_town: Town, clock: Clock) -> None:
    make_policy(branch=portal_town.district.central, max_renewals=3)
    (loan,) = lend(portal_town, clock, "C0001")
    clock.move(days=20)
    client = signed_in()

    for _ in range(2):
        page = act(client, renewal(loan))
        assert "Renewed: 平凡的世界 to be returned by Wed 13 Jan 2027" in page

    loan.refresh_from_db()
    assert loan.renewals == 1


def test_every_reason_against_a_renewal_is_told_in_words(portal_town: Town, clock: Clock) -> None:
    (loan,) = lend(portal_town, clock, "C0001")
    Loan.objects.filter(id=loan.id).update(renewals=1)
    clock.move(days=31)

    page = act(signed_in(), renewal(loan))

    assert "Not renewed: 平凡的世界" in page
    assert "Renewed 1 times, the limit is 1" in page
    assert "If that does not seem right, ask at any desk." in page
    assert due(loan) == date(2026, 12, 24)


def test_all_are_renewed_each_for_itself(portal_town: Town, clock: Clock) -> None:
    first, second = lend(portal_town, clock, "C0001", "E0001")
    Loan.objects.filter(id=first.id).update(renewals=1)
    clock.move(days=20)

    page = act(signed_in(), "/account/renewals")

    assert "1 of 2 renewed" in page
    assert "平凡的世界: Renewed 1 times, the limit is 1" in page
    assert "億年之旅: to be returned by Wed 13 Jan 2027" in page
    assert (due(first), due(second)) == (date(2026, 12, 24), date(2027, 1, 13))


def test_where_nothing_can_be_renewed_it_is_said_and_where_all_can_too(portal_town: Town, clock: Clock) -> None:
    client = signed_in()
    assert "Nothing was renewed" in act(client, "/account/renewals")
    lend(portal_town, clock, "C0001", "E0001")
    clock.move(days=20)

    page = act(signed_in(), "/account/renewals")

    assert "2 of 2 renewed" in page


def test_another_reader_s_loan_is_answered_like_one_that_does_not_exist(portal_town: Town, clock: Clock) -> None:
    (theirs,) = lend(portal_town, clock, "C0001", card="R0002")
    mine, kept = lend(portal_town, clock, "C0002", "C0003")
    clock.move(days=20)
    checkin(item="C0002", at=clock(), desk=portal_town.district.at_central)
    client = signed_in()

    pages = [act(client, path) for path in (renewal(theirs), renewal(mine), "/account/loans/999999999/renewal")]

    assert "You do not have this on loan (any more)" in pages[0]
    assert pages == [pages[0]] * 3
    assert due(theirs) == due(kept) == date(2026, 12, 24)
    assert act(client, f"/account/loans/{10**30}/renewal") == pages[0]


@pytest.mark.parametrize("path", ["/account/renewals", "/account/loans/1/renewal"])
def test_what_is_sent_without_a_sign_in_is_not_done(portal_town: Town, clock: Clock, path: str) -> None:
    (loan,) = lend(portal_town, clock, "C0001")
    clock.move(days=20)

    response = browser().post(path.replace("1", str(loan.id)))

    assert asks_to_sign_in(response)
    assert "next" not in response["Location"], "an address that only takes forms is nothing to come back to"
    assert due(loan) == date(2026, 12, 24)


@pytest.mark.parametrize("path", ["/account/renewals", "/account/loans/1/renewal"])
def test_an_act_is_no_link_and_needs_its_token(portal_town: Town, path: str) -> None:
    assert signed_in().get(path).status_code == 405
    forged = browser(enforce_csrf_checks=True)
    forged.cookies = signed_in().cookies
    assert forged.post(path).status_code == 403


def test_a_renewal_in_chinese(portal_town: Town, clock: Clock) -> None:
    (loan,) = lend(portal_town, clock, "C0001")
    clock.move(days=20)
    client = signed_in()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"

    assert "已续借：平凡的世界 应还日期 2027年1月13日 星期三" in act(client, renewal(loan))
    clock.move(minutes=11)
    page = act(client, renewal(loan))
    assert "未能续借：平凡的世界 已续借 1 次，达到上限 1 次" in page
    assert "如有疑问，请到任一服务台询问。" in page


# Holds


def hold_of(card: str = "R0001") -> Hold:
    return Hold.objects.get(patron__in=Token.objects.filter(card_no=card).values("patron"))


def world() -> int:
    """平凡的世界, of which six items stand at C and one at S."""
    return Bib.objects.get(title="平凡的世界").id


def place(client: Client, bib_id: int, pickup: str = "C") -> str:
    return act(client, f"/record/{bib_id}/hold", pickup=pickup)


def options(client: Client, bib_id: int) -> list[str]:
    """The branches that are offered, the one chosen with a star."""
    html = client.get(f"/record/{bib_id}/hold").content.decode()
    found = re.findall(r'<option value="(\w+)"( selected)?>', html)
    return [code + ("*" if chosen else "") for code, chosen in found]


def test_a_record_leads_to_the_hold_by_way_of_the_sign_in(portal_town: Town) -> None:
    client, bib_id = browser(), world()
    assert f'href="/record/{bib_id}/hold"' in client.get(f"/record/{bib_id}").content.decode()

    sent = client.get(f"/record/{bib_id}/hold")

    assert asks_to_sign_in(sent)
    assert send(client, next=f"/record/{bib_id}/hold")["Location"] == f"/record/{bib_id}/hold"
    assert "Hold 平凡的世界" in words(client.get(f"/record/{bib_id}/hold"))
    assert "Nobody waits before you." in words(client.get(f"/record/{bib_id}/hold"))


def test_a_title_is_held_and_fetched_where_the_reader_chose(portal_town: Town, clock: Clock) -> None:
    lend(portal_town, clock, "E0001", card="R0002")
    bib_id = Bib.objects.get(title="億年之旅").id

    page = place(signed_in(), bib_id, "E")

    assert "Held for you: 億年之旅 Number 1 in the queue To be fetched at 少儿分馆" in page
    assert "億年之旅 Number 1 in the queue 少儿分馆" in page
    hold = hold_of()
    assert (hold.pickup_branch.code, hold.account_id, hold.door) == ("E", None, "portal")
    row = Entry.objects.get(kind="hold_placed")
    assert (row.door, row.operator_id, row.branch_id) == ("portal", None, portal_town.district.central.id)


def test_what_stands_on_a_shelf_is_fetched_from_it(portal_town: Town) -> None:
    page = place(signed_in(), world())

    assert "Held for you: 平凡的世界 It is fetched from the shelf for you" in page
    assert hold_of().from_shelf


def test_only_branches_at_which_it_may_be_held_are_offered_the_own_first(portal_town: Town) -> None:
    only_south = make_bib(title="城南旧事")
    make_item(bib=only_south, home=portal_town.district.south)

    assert options(signed_in(), world()) == ["C*", "E", "S"]
    assert options(signed_in("R0002"), world()) == ["E*", "C", "S"]
    assert options(signed_in("R0002"), only_south.id) == ["S*"]

    make_policy(branch=portal_town.district.children, holds="none")
    assert options(signed_in("R0002"), world()) == ["C*", "S"]


def test_a_form_sent_twice_places_one_hold(portal_town: Town) -> None:
    client = signed_in()

    pages = [place(client, world()) for _ in range(2)]

    assert all("Held for you: 平凡的世界" in page for page in pages)
    assert Hold.objects.count() == 1


def test_asked_again_for_another_branch_the_page_says_where_the_hold_stands(portal_town: Town) -> None:
    client = signed_in()
    place(client, world(), "C")

    page = place(client, world(), "S")

    assert "To be fetched at 总馆" in page
    assert "城南分馆" not in page
    assert hold_of().pickup_branch.code == "C"


def test_where_it_cannot_be_held_every_reason_is_told(portal_town: Town, clock: Clock) -> None:
    lend(portal_town, clock, "C0001", card="R0001")
    client, bib_id = signed_in(), world()

    page = client.get(f"/record/{bib_id}/hold")
    assert page.status_code == 200
    assert "Not held The reader already has this title on loan" in words(page)
    assert "Where will you fetch it?" not in words(page)

    sent = client.post(f"/record/{bib_id}/hold", {"pickup": "C"})
    assert sent.status_code == 422
    assert "The reader already has this title on loan" in words(sent)
    assert Hold.objects.count() == 0


@pytest.mark.parametrize("pickup", ["", "X", "Z" * 500, "\0", "E"])
def test_a_pickup_branch_that_was_not_offered_is_refused(portal_town: Town, pickup: str) -> None:
    make_policy(branch=portal_town.district.children, holds="none")

    response = signed_in().post(f"/record/{world()}/hold", {"pickup": pickup})

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert "Where will you fetch it?" in words(response)
    assert Hold.objects.count() == 0


def test_a_record_that_is_not_there_cannot_be_held_and_a_merged_one_leads_on(portal_town: Town) -> None:
    client, kept = signed_in(), world()
    gone = make_bib(title="平凡的世界")
    Bib.objects.filter(id=gone.id).update(merged_into_id=kept)

    assert client.get("/record/999999999/hold").status_code == 404
    assert client.post("/record/999999999/hold", {"pickup": "C"}).status_code == 404
    assert client.get(f"/record/{gone.id}/hold")["Location"] == f"/record/{kept}/hold"


def test_a_hold_is_cancelled_by_its_reader(portal_town: Town) -> None:
    client = signed_in()
    place(client, world())
    hold = hold_of()

    page = act(client, f"/account/holds/{hold.id}/cancellation")

    assert "Hold cancelled: 平凡的世界" in page
    assert "No holds" in page
    hold.refresh_from_db()
    assert (hold.state, hold.ended_by_id) == ("cancelled", None)
    placed, ended = (Entry.objects.get(kind=kind) for kind in ("hold_placed", "hold_cancelled"))
    assert (ended.door, ended.operator_id) == ("portal", None)
    assert ended.reader_ref == placed.reader_ref is not None


def test_the_journal_has_the_reader_of_a_cancellation_whose_year_has_no_reference_yet(
    portal_town: Town, clock: Clock
) -> None:
    place(signed_in(), world())
    clock.move(days=40)

    act(signed_in(), f"/account/holds/{hold_of().id}/cancellation")

    placed, ended = (Entry.objects.get(kind=kind) for kind in ("hold_placed", "hold_cancelled"))
    assert ended.reader_ref is not None
    assert ended.reader_ref != placed.reader_ref


def test_another_reader_s_hold_is_answered_like_one_that_does_not_exist(portal_town: Town) -> None:
    place(signed_in("R0002"), world(), "C")
    theirs, client = hold_of("R0002"), signed_in()
    place(client, Bib.objects.get(title="億年之旅").id, "C")
    client.get(ACCOUNT)

    ids = (theirs.id, 999999999, 10**30)
    pages = [act(client, f"/account/holds/{hold_id}/cancellation") for hold_id in ids]

    assert "Nothing was cancelled There is no such hold" in pages[0]
    assert pages == [pages[0]] * 3
    theirs.refresh_from_db()
    assert theirs.state == "waiting"
    assert hold_of().state == "waiting"


def test_the_doors_of_a_hold_need_a_sign_in_and_a_token(portal_town: Town) -> None:
    client = signed_in()
    place(client, world())
    hold = hold_of()
    cancellation = f"/account/holds/{hold.id}/cancellation"
    forged = browser(enforce_csrf_checks=True)
    forged.cookies = client.cookies

    assert asks_to_sign_in(browser().post(cancellation))
    sent = browser().post(f"/record/{world()}/hold", {"pickup": "C"})
    assert asks_to_sign_in(sent)
    assert parse_qs(urlsplit(sent["Location"]).query) == {"next": [f"/record/{world()}/hold"]}
    assert "next" not in browser().post(cancellation)["Location"]
    assert client.get(cancellation).status_code == 405
    assert forged.post(cancellation).status_code == 403
    assert forged.post(f"/record/{world()}/hold", {"pickup": "C"}).status_code == 403
    hold.refresh_from_db()
    assert hold.state == "waiting"


def test_the_page_of_a_hold_costs_the_same_however_many_branches_there_are(
    portal_town: Town, django_assert_num_queries: Any
) -> None:
    for number in range(20):
        make_branch(f"B{number}", parent=portal_town.district.central)
    client, bib_id = signed_in(), world()
    client.get(f"/record/{bib_id}/hold")

    with django_assert_num_queries(8):  # the account's four of the session, record, items, numbers, network
        client.get(f"/record/{bib_id}/hold")
