"""What readers do at the portal: renew, hold, cancel; each for themselves alone."""

from datetime import date

import pytest
from django.test import Client

from tests.doors.portal_reader import ACCOUNT, asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import Town
from tests.factories.circulation import make_policy
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkin, checkout
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
