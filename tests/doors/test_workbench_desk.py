"""The desk: what is scanned, what it does, and what is said when it is refused."""

import io
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.fees import make_deposit
from tests.factories.network import make_branch, make_closure, make_group, make_hours
from tests.factories.patrons import make_category, make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.desk.piles import MOST_LINES, DeskTop, Done, Line, NoRoom, Pile
from wenyuan.doors.workbench.desk.print_choice import PrintChoice, When
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkin, checkout, place_hold
from wenyuan.lending.patrons.models import Consent, Guardian, Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.printing import typesetting

# The folder of collected static files is made by set-up; tests serve pages without it.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

UNKNOWN_CARD = "11010519491231002X"  # the worked example of GB 11643-1999
CHILD_CARD = "110101201601012225"  # of the same form, born 2016-01-01


@pytest.fixture
def branch() -> Branch:
    branch = make_branch("ZG", name_zh="总馆")
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=2, max_overdue=0)
    make_category("adult", min_age=14)
    make_category("child", max_age=13, guardian_required=True)
    return branch


@pytest.fixture
def browser(branch: Branch) -> Client:
    return staff_at(branch, Role.DESK_LEAD)


def scan(browser: Client, code: str, **more: str) -> int:
    return browser.post("/workbench/desk/scans", {"code": code, **more}).status_code


def seen(browser: Client) -> str:
    return browser.get("/workbench/desk/").content.decode()


def printed(browser: Client, path: str) -> list[str]:
    """The text of each page of a PDF, without blanks."""
    answer = browser.get(path)
    assert answer.headers["Content-Type"] == "application/pdf"
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]


def item(branch: Branch, barcode: str, title: str = "活着", *, condition: str = "ok") -> None:
    make_item(home=branch, barcode=barcode, bib=make_bib(title=title), condition=condition)


def test_a_card_opens_a_pile_and_the_items_after_it_are_lent(browser: Client, branch: Branch) -> None:
    reader = make_patron("陈小雨", "T100", home=branch)
    item(branch, "2301", "草房子")

    statuses = [scan(browser, "T100"), scan(browser, "2301")]

    assert statuses == [303, 303]
    assert Loan.objects.filter(patron_id=reader.id, returned_at__isnull=True).count() == 1
    assert "陈＊雨" in seen(browser)
    assert "草房子" in seen(browser)
    assert "陈小雨" not in seen(browser)


def test_an_item_without_a_card_is_taken_back(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301")
    browser.post("/workbench/desk/done")

    status = scan(browser, "2301")

    assert status == 303
    assert Loan.objects.filter(returned_at__isnull=True).count() == 0
    assert "李＊军" in seen(browser)


def test_f3_takes_back_while_a_reader_is_open(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301")

    browser.post("/workbench/desk/mode", {"mode": "return"})
    scan(browser, "2301")

    assert Loan.objects.filter(returned_at__isnull=True).count() == 0


def test_f4_renews(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301")
    soon = datetime.now(tz=UTC) + timedelta(days=2)
    Loan.objects.update(base_due_date=soon.date(), due_at=soon, lent_at=soon - timedelta(days=30))

    browser.post("/workbench/desk/mode", {"mode": "renew"})
    status = scan(browser, "2301")

    assert status == 303
    assert Loan.objects.get().renewals == 1
    assert browser.session["desk"]["piles"][0]["counts"] == {"lent": 1, "renewed": 1}


def test_a_reader_who_has_the_item_already_is_offered_its_renewal(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301")
    soon = datetime.now(tz=UTC) + timedelta(days=2)
    Loan.objects.update(base_due_date=soon.date(), due_at=soon, lent_at=soon - timedelta(days=30))

    refused = browser.post("/workbench/desk/scans", {"code": "2301"})
    renewed = browser.post("/workbench/desk/retries", {"mode": "renew", "key": "r1"})

    assert refused.status_code == 422
    assert "/workbench/desk/retries" in refused.content.decode()
    assert renewed.status_code == 303
    assert Loan.objects.get().renewals == 1


def test_beyond_the_limit_the_rest_is_listed_as_not_lent(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    for barcode in ("2301", "2302", "2303"):
        item(branch, barcode)
    scan(browser, "T100")

    statuses = [scan(browser, barcode) for barcode in ("2301", "2302", "2303")]

    assert statuses == [303, 303, 422]
    assert Loan.objects.count() == 2
    assert browser.session["desk"]["piles"][0]["counts"] == {"lent": 2, "refused": 1}


def test_the_waive_key_lifts_exactly_the_refused_scan(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "昆虫记", condition="damaged")
    scan(browser, "T100")
    refused = browser.post("/workbench/desk/scans", {"code": "2301"})

    lifted = browser.post("/workbench/desk/waivers", {"key": "w1"})

    assert refused.status_code == 422
    assert 'data-key="F8"' in refused.content.decode()
    assert lifted.status_code == 303
    assert Loan.objects.count() == 1
    assert browser.session["desk"]["piles"][0]["counts"] == {"refused": 0, "lent": 1}


def test_a_renewal_refused_without_a_card_is_lifted_by_the_key_that_is_shown(browser: Client, branch: Branch) -> None:
    make_patron("陈小雨", "T100", home=branch)
    item(branch, "2301")
    for code in ("T100", "2301"):
        scan(browser, code)
    browser.post("/workbench/desk/done")
    soon = datetime.now(tz=UTC) + timedelta(days=2)
    Loan.objects.update(base_due_date=soon.date(), due_at=soon, lent_at=soon - timedelta(days=60), renewals=1)
    browser.post("/workbench/desk/mode", {"mode": "renew"})

    refused = scan(browser, "2301")
    offered = 'data-key="F8"' in seen(browser)
    lifted = browser.post("/workbench/desk/waivers", {"key": "w1"})

    assert (refused, offered, lifted.status_code) == (422, True, 303)
    assert Loan.objects.get().renewals == 2


def test_who_may_not_waive_is_not_offered_the_key_and_cannot_press_it(branch: Branch) -> None:
    browser = staff_at(branch, Role.DESK)
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", condition="damaged")
    scan(browser, "T100")

    refused = browser.post("/workbench/desk/scans", {"code": "2301"})
    pressed = browser.post("/workbench/desk/waivers")

    assert 'data-key="F8"' not in refused.content.decode()
    assert pressed.status_code == 422
    assert Loan.objects.count() == 0


def test_what_nobody_may_lift_offers_no_key(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch, status="suspended", suspended_until=date(2099, 1, 1))
    item(branch, "2301", condition="damaged")
    scan(browser, "T100")

    refused = browser.post("/workbench/desk/scans", {"code": "2301"}).content.decode()

    assert refused.count("<li><b>") == 2
    assert 'data-key="F8"' not in refused


def test_the_same_key_again_adds_nothing(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")

    statuses = [scan(browser, "2301", key="k1"), scan(browser, "2301", key="k1")]

    assert statuses == [303, 303]
    assert Loan.objects.count() == 1
    assert browser.session["desk"]["piles"][0]["counts"] == {"lent": 1}


@pytest.mark.parametrize("mode", ["lend", "return"])
def test_an_item_scanned_twice_stands_in_the_pile_once(browser: Client, branch: Branch, mode: str) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301", key="k0")
    browser.post("/workbench/desk/mode", {"mode": mode})

    statuses = [scan(browser, "2301", key="k1"), scan(browser, "2301", key="k2")]

    expected = {"lend": {"lent": 1}, "return": {"lent": 1, "returned": 1}}
    assert statuses == [303, 303]
    assert browser.session["desk"]["piles"][0]["counts"] == expected[mode]


def test_a_dispute_is_parked_and_comes_back(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    make_patron("王大力", "T200", home=branch)
    item(branch, "2301", "昆虫记", condition="damaged")
    scan(browser, "T100")
    scan(browser, "2301")

    browser.post("/workbench/desk/parked")
    scan(browser, "T200")
    meanwhile = seen(browser)
    browser.post("/workbench/desk/piles/1")

    assert "data-refused" not in meanwhile
    assert "data-refused" in seen(browser)
    assert browser.post("/workbench/desk/waivers").status_code == 303


def test_a_pile_that_is_gone_says_so(browser: Client) -> None:
    assert browser.post("/workbench/desk/piles/5").status_code == 422
    assert browser.get("/workbench/desk/piles/5/slips").status_code == 404


def test_each_reader_of_a_mixed_stream_gets_a_receipt(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    make_patron("陈小雨", "T200", home=branch)
    item(branch, "2301", "草房子")
    item(branch, "2302", "红楼梦")
    scan(browser, "T100")
    scan(browser, "2301")
    scan(browser, "T200")
    scan(browser, "2302")
    browser.post("/workbench/desk/mode", {"mode": "return"})
    scan(browser, "2301")

    own, other = printed(browser, "/workbench/desk/piles/2/slips")

    assert "借书凭条" in own
    assert "红楼梦" in own
    assert "还书凭条" in other
    assert "草房子" in other
    assert not any(name in own + other for name in ("李", "陈", "T100", "T200"))


def test_a_receipt_names_the_card_and_not_the_identity_card_that_was_shown(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "0230000184", home=branch, number="11010519491231002X")
    item(branch, "2301", "草房子")
    scan(browser, "11010519491231002X")
    scan(browser, "2301")

    (slip,) = printed(browser, "/workbench/desk/piles/1/slips")

    assert "0184" in slip
    assert "002X" not in slip


def test_a_receipt_says_when_the_branch_is_open_and_when_not(browser: Client, branch: Branch) -> None:
    make_hours(branch, opens=time(9), closes=time(18))
    today = local_date(datetime.now(tz=UTC))
    make_closure(branch, today + timedelta(days=2), today + timedelta(days=4), reason="消防改造")
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    scan(browser, "T100")
    scan(browser, "2301")

    (slip,) = printed(browser, "/workbench/desk/piles/1/slips")

    assert "周二至周日9:00–18:00；周一闭馆" in slip
    assert "（消防改造）" in slip


def test_a_pile_that_is_done_stays_at_hand_for_its_receipt(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    scan(browser, "T100")
    scan(browser, "2301")

    browser.post("/workbench/desk/done")

    assert "/workbench/desk/finished/slips" in seen(browser)
    assert "草房子" in printed(browser, "/workbench/desk/finished/slips")[0]


def test_an_empty_pile_that_is_done_does_not_take_the_place_of_the_one_before(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    for code in ("T100", "2301"):
        scan(browser, code)
    browser.post("/workbench/desk/done")
    scan(browser, "T100")

    browser.post("/workbench/desk/done")

    assert "草房子" in printed(browser, "/workbench/desk/finished/slips")[0]


def test_with_nothing_done_there_is_no_receipt(browser: Client) -> None:
    assert browser.get("/workbench/desk/finished/slips").status_code == 404
    assert browser.get("/workbench/desk/finished/transit-slips").status_code == 404


def test_a_machine_that_prints_after_each_pile_is_told_to_only_when_a_pile_is_done(
    browser: Client, branch: Branch
) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    part = {"HX-Request": "true"}
    browser.post("/workbench/desk/print-choice", {"when": "each"})
    for code in ("T100", "2301"):
        scan(browser, code)

    done = browser.post("/workbench/desk/done", headers=part).content.decode()
    again = browser.get("/workbench/desk/", headers=part).content.decode()

    assert "data-prints-now" in done
    assert "data-prints-now" not in again


def test_no_slip_prints_by_itself_for_a_pile_in_which_nothing_was_done(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子", condition="damaged")
    browser.post("/workbench/desk/print-choice", {"when": "each"})
    for code in ("T100", "2301"):
        scan(browser, code)

    done = browser.post("/workbench/desk/done", headers={"HX-Request": "true"}).content.decode()

    assert "data-prints-now" not in done


def test_a_machine_prints_when_asked_for_until_somebody_chooses_otherwise(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    for code in ("T100", "2301"):
        scan(browser, code)

    done = browser.post("/workbench/desk/done", headers={"HX-Request": "true"}).content.decode()

    assert "data-prints-now" not in done
    assert "/workbench/desk/finished/slips" in done


def test_the_choice_of_a_machine_is_kept_by_its_browser(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    browser.post("/workbench/desk/print-choice", {"when": "each"})
    browser.post("/workbench/desk/print-choice", {"roll": "58"})
    for code in ("T100", "2301"):
        scan(browser, code)

    narrow = PdfReader(io.BytesIO(browser.get("/workbench/desk/piles/1/slips").content)).pages[0].mediabox.width

    assert browser.cookies["wenyuan_slips"].value == "when=each&roll=58"
    assert round(float(narrow) / 72 * 25.4) == 58


@pytest.mark.parametrize("cookie", ["", "when=never&roll=1", "x" * 500, "when", "roll=58&when=each&when=asked"])
def test_an_odd_cookie_breaks_nothing(cookie: str) -> None:
    assert PrintChoice.from_cookie(cookie).when is When.ASKED


def test_what_cannot_be_printed_is_told_and_what_was_lent_stands(
    browser: Client, branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    for code in ("T100", "2301"):
        scan(browser, code)
    monkeypatch.setattr(typesetting, "MOST_OUTPUT", 10)

    answer = browser.get("/workbench/desk/piles/1/slips")

    assert answer.status_code == 503
    assert "借出和还回的都已记录" in answer.content.decode()
    assert Loan.objects.count() == 1


def test_a_slip_may_stand_in_a_frame_of_the_desk_and_nothing_else_may(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301", "草房子")
    for code in ("T100", "2301"):
        scan(browser, code)

    slip = browser.get("/workbench/desk/piles/1/slips").headers
    desk = browser.get("/workbench/desk/").headers

    assert (slip["X-Frame-Options"], desk["X-Frame-Options"]) == ("SAMEORIGIN", "DENY")
    assert slip["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert "frame-src 'self'" in desk["Content-Security-Policy"]
    assert slip["Cache-Control"] == "no-store, private"


def test_each_scan_is_heard_once_as_what_it_came_to(browser: Client, branch: Branch) -> None:
    other = make_branch("SE", name_zh="少儿分馆")
    make_group("G", [branch, other])
    make_patron("李小军", "T100", home=branch)
    make_item(home=other, present=branch, barcode="2309", bib=make_bib(title="夏洛的网"))
    item(branch, "2301", "草房子")
    item(branch, "2302", "活着", condition="damaged")

    def heard(code: str) -> str:
        answer = browser.post("/workbench/desk/scans", {"code": code}, headers={"HX-Request": "true"})
        found = re.search(r'data-sounds="(\w+)"|data-(refused)', answer.content.decode())
        return (found[1] or found[2]) if found else ""

    kinds = [heard(code) for code in ("T100", "2301", "2302")]
    browser.post("/workbench/desk/done")

    assert [*kinds, heard("2309")] == ["good", "good", "refused", "attention"]
    assert "data-sounds" not in seen(browser)


def test_an_item_of_another_branch_is_sent_there_with_a_slip(browser: Client, branch: Branch) -> None:
    other = make_branch("SE", name_zh="少儿分馆")
    make_group("G", [branch, other])
    make_item(home=other, present=branch, barcode="2301", bib=make_bib(title="草房子"))

    scan(browser, "2301", key="k1")
    page = seen(browser)
    (slip,) = printed(browser, "/workbench/desk/piles/1/slips/k1")

    assert "少儿分馆" in page
    assert "在途单" in slip
    assert "少儿分馆" in slip
    assert "草房子" in slip


def test_a_returned_item_that_another_reader_waits_for_goes_onto_the_hold_shelf_with_a_slip(
    browser: Client, branch: Branch
) -> None:
    make_policy(branch=branch, hold_days=60, hold_shelf_days=5)
    make_patron("李小军", "T100", home=branch)
    make_patron("陈小雨", "0230008472", home=branch)
    item(branch, "2301", "草房子")
    at = datetime.now(tz=UTC)
    checkout(item="2301", card="T100", at=at - timedelta(days=2), desk=make_desk(branch))
    place_hold(item="2301", card="0230008472", pickup_branch_id=branch.id, at=at, desk=make_desk(branch))

    answer = browser.post(
        "/workbench/desk/scans", {"code": "2301", "key": "k1"}, headers={"HX-Request": "true"}
    ).content.decode()
    (slip,) = printed(browser, "/workbench/desk/piles/1/holds/k1")
    browser.post("/workbench/desk/done")

    assert 'data-sounds="attention"' in answer
    assert "放预约架 1 号" in answer
    assert "预约取书单" in slip
    assert "8472" in slip
    assert "草房子" in slip
    assert not any(name in answer + slip for name in ("陈", "0230008472"))
    assert printed(browser, "/workbench/desk/finished/holds") == [slip]
    assert browser.get("/workbench/desk/piles/1/holds/k1").status_code == 404


def test_an_item_that_a_reader_waits_for_elsewhere_travels_with_that_reason(browser: Client, branch: Branch) -> None:
    other = make_branch("SE", name_zh="少儿分馆")
    make_policy(branch=other, hold_days=60)
    make_group("G", [branch, other])
    make_patron("陈小雨", "T200", home=branch)
    item(branch, "2301", "草房子")
    at = datetime.now(tz=UTC)
    place_hold(item="2301", card="T200", pickup_branch_id=other.id, at=at, desk=make_desk(branch))

    scan(browser, "2301", key="k1")
    (slip,) = printed(browser, "/workbench/desk/piles/1/slips/k1")

    assert "有读者预约" in seen(browser)
    assert "读者预约" in slip
    assert browser.get("/workbench/desk/piles/1/holds/k1").status_code == 404


def test_an_item_of_another_lending_group_is_taken_for_its_branch(browser: Client, branch: Branch) -> None:
    far = make_branch("FC", name_zh="丰财分馆")
    make_patron("李小军", "T100", home=far)
    item(far, "2301")
    lender = staff_at(far)
    scan(lender, "T100")
    scan(lender, "2301")

    status = scan(browser, "2301")

    assert status == 303
    assert browser.session["desk"]["piles"][0]["lines"][0]["done"] == "taken"
    assert "丰财分馆" in seen(browser)


def test_an_unknown_identity_card_begins_a_registration_and_lending_goes_on(browser: Client, branch: Branch) -> None:
    item(branch, "2301")

    scan(browser, UNKNOWN_CARD)
    form = seen(browser)
    done = browser.post("/workbench/desk/registrations", {"name": "郑海", "phone": "", "consent": "on"})
    lent = scan(browser, "2301")

    reader = Patron.objects.get()
    assert UNKNOWN_CARD not in form
    assert "002X" in form
    assert (done.status_code, lent) == (303, 303)
    assert Loan.objects.get().patron_id == reader.id
    assert Consent.objects.get().notice_version == "2026-1"


def test_without_consent_nobody_is_registered(browser: Client) -> None:
    scan(browser, UNKNOWN_CARD)

    answer = browser.post("/workbench/desk/registrations", {"name": "郑海"})

    assert answer.status_code == 422
    assert Patron.objects.count() == 0


def test_a_child_is_registered_with_its_guardian(browser: Client) -> None:
    scan(browser, CHILD_CARD)
    form = seen(browser)

    answer = browser.post(
        "/workbench/desk/registrations",
        {"name": "郑小海", "guardian_name": "郑海", "relation": "father", "consent": "on"},
    )

    assert "guardian_name" in form
    assert answer.status_code == 303
    assert Consent.objects.get().given_by == "guardian"


def test_a_second_child_names_the_guardian_by_the_guardians_card(browser: Client, branch: Branch) -> None:
    mother = make_patron("王芳", "T100", home=branch)
    scan(browser, CHILD_CARD)

    answer = browser.post(
        "/workbench/desk/registrations",
        {"name": "郑小海", "guardian_card": "T100", "relation": "mother", "consent": "on"},
    )

    guardian = Guardian.objects.get()
    assert answer.status_code == 303
    assert (guardian.patron_id, guardian.relation) == (mother.id, "mother")


def test_the_number_of_an_applicant_is_never_stored_in_the_open(browser: Client) -> None:
    scan(browser, UNKNOWN_CARD)

    stored = repr(dict(browser.session.items()))

    assert UNKNOWN_CARD not in stored
    assert "19491231" not in stored


@pytest.mark.parametrize("code", ["110105194912310021", "999999", "<script>alert(1)</script>", "1" * 600])
def test_what_nobody_knows_is_refused_and_shown_by_its_end_only(browser: Client, code: str) -> None:
    answer = browser.post("/workbench/desk/scans", {"code": code})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "110105194912310021" not in page
    assert "<script>alert" not in page


def test_nothing_scanned_changes_nothing(browser: Client) -> None:
    assert scan(browser, "   ") == 303
    assert browser.session["desk"]["piles"] == []


def test_a_barcode_that_is_also_a_card_means_the_item_while_a_reader_is_open(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    make_patron("王大力", "2301", home=branch)
    item(branch, "2301")
    scan(browser, "T100")

    scan(browser, "2301")

    assert Loan.objects.count() == 1
    assert len(browser.session["desk"]["piles"]) == 1


def test_the_ninth_reader_finds_no_room_but_an_empty_pile_gives_way(browser: Client, branch: Branch) -> None:
    for number in range(9):
        make_patron(f"李{number}", f"T10{number}", home=branch)
    scan(browser, "T100")
    for number in range(1, 9):
        scan(browser, f"T10{number}")

    piles = browser.session["desk"]["piles"]

    assert len(piles) == 8


@pytest.mark.parametrize("page", ["desk", "returns"])
def test_the_desk_says_what_a_late_return_costs(browser: Client, branch: Branch, page: str) -> None:
    make_policy(branch=branch, fine_day_fen=20, suspension_percent=100)
    make_patron("陈小雨", "T100", home=branch)
    item(branch, "2301", "草房子")
    checkout(item="2301", card="T100", at=datetime.now(UTC) - timedelta(days=35), desk=make_desk(branch))

    if page == "desk":
        scan(browser, "2301")
        told = seen(browser)
    else:
        browser.post("/workbench/desk/returns/scans", {"code": "2301"})
        told = browser.get("/workbench/desk/returns/").content.decode()

    assert "逾期费 ¥1.00" in told
    assert "停借至" in told


def test_an_item_on_loan_to_another_reader_can_be_taken_back_first(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    make_patron("王大力", "T200", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301")
    scan(browser, "T200")
    refused = browser.post("/workbench/desk/scans", {"code": "2301"})

    back = browser.post("/workbench/desk/retries", {"mode": "return", "key": "r1"})

    assert refused.status_code == 422
    assert back.status_code == 303
    assert Loan.objects.filter(returned_at__isnull=True).count() == 0


def test_an_item_taken_elsewhere_can_be_taken_back_first(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301")
    outside = make_desk(make_branch("CN", name_zh="城南分馆"), role=Role.DESK_LEAD)
    checkin(item="2301", at=datetime.now(UTC), desk=outside)
    refused = browser.post("/workbench/desk/scans", {"code": "2301"})

    back = browser.post("/workbench/desk/retries", {"mode": "return", "key": "r1"})

    page = refused.content.decode()
    assert "此册已代收，还书尚未办结" in page
    assert "先还书 <kbd>F3</kbd>" in page
    assert back.status_code == 303
    assert Loan.objects.filter(returned_at__isnull=True).count() == 0


def test_htmx_is_answered_with_the_part_alone(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)

    part = browser.post("/workbench/desk/scans", {"code": "T100"}, headers={"HX-Request": "true"})

    page = part.content.decode()
    assert part.status_code == 200
    assert "<html" not in page
    assert 'id="scan-form"' in page
    assert 'hx-swap-oob="true"' in page


def test_a_reader_without_a_card_at_hand_is_served_by_id(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    item(branch, "2301")

    opened = browser.post(f"/workbench/desk/patrons/{reader.id}")
    lent = scan(browser, "2301")

    assert (opened.status_code, lent) == (303, 303)
    assert Loan.objects.count() == 1


def test_who_has_no_right_at_a_desk_sees_none(branch: Branch) -> None:
    browser = staff_at(branch, Role.CATALOGUER)

    assert browser.get("/workbench/desk/").status_code == 403
    assert scan(browser, "T100") == 403


def test_a_keeper_elsewhere_may_not_lend_here(branch: Branch) -> None:
    other = make_branch("SE")
    browser = staff_at(branch, Role.CATALOGUER, elsewhere=[(Role.DESK, other)])

    assert browser.get("/workbench/desk/").status_code == 403


def test_a_scan_needs_few_queries_however_long_the_pile(
    browser: Client, branch: Branch, django_assert_max_num_queries: object
) -> None:
    make_patron("李小军", "T100", home=branch)
    scan(browser, "T100")
    for number in range(30):
        item(branch, f"24{number:02d}")
        browser.post("/workbench/desk/mode", {"mode": "return"})
        scan(browser, f"24{number:02d}")

    with django_assert_max_num_queries(24):  # type: ignore[operator] # a fixture of pytest-django
        page = seen(browser)

    assert len(re.findall(r'<th scope="row"', page)) == 30


def test_a_pile_keeps_counting_when_its_oldest_lines_go() -> None:
    pile = Pile(number=1, opened_at="2026-04-25T10:00:00+08:00")
    for number in range(MOST_LINES + 5):
        line = Line(key=f"k{number}", done=Done.RETURNED, barcode=str(number), title="", call_no="", at="")
        pile = pile.with_line(line)

    assert len(pile.lines) == 60
    assert pile.count == 65


def test_a_desk_full_of_items_has_no_room() -> None:
    line = Line(key="k", done=Done.LENT, barcode="1", title="", call_no="", at="")
    desk = DeskTop(piles=tuple(Pile(number=n, opened_at="", patron_id=n, lines=(line,)) for n in range(1, 9)))

    with pytest.raises(NoRoom):
        desk.opened_for(patron_id=99, card="", name="", category="", at="")


def last_key(page: str) -> str:
    found = re.search(r'name="act" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_last_act_is_undone_and_its_line_says_so(browser: Client, branch: Branch) -> None:
    make_patron("陈小雨", "T100", home=branch)
    item(branch, "2301", "草房子")
    scan(browser, "T100")
    scan(browser, "2301", key="a1")

    answer = browser.post("/workbench/desk/undone", {"act": last_key(seen(browser))})

    page = seen(browser)
    assert answer.status_code == 303
    assert Loan.objects.count() == 0
    assert "已撤销" in page
    assert "未借出" in page
    assert 'name="act"' not in page


def test_a_return_is_undone_once_and_an_old_page_undoes_nothing_more(browser: Client, branch: Branch) -> None:
    make_patron("陈小雨", "T100", home=branch)
    item(branch, "2301")
    checkout(item="2301", card="T100", at=datetime.now(UTC), desk=make_desk(branch))
    scan(browser, "2301", key="b1")
    act = last_key(seen(browser))

    first = browser.post("/workbench/desk/undone", {"act": act})
    again = browser.post("/workbench/desk/undone", {"act": act})

    assert (first.status_code, again.status_code) == (303, 422)
    assert Loan.objects.get().returned_at is None
    assert "仍在借" in seen(browser)


def test_what_has_gone_on_cannot_be_undone_and_says_why(browser: Client, branch: Branch) -> None:
    make_patron("陈小雨", "T100", home=branch)
    item(branch, "2301")
    scan(browser, "T100")
    scan(browser, "2301", key="a1")
    act = last_key(seen(browser))
    checkin(item="2301", at=datetime.now(UTC), desk=make_desk(branch))

    answer = browser.post("/workbench/desk/undone", {"act": act})

    assert answer.status_code == 422
    assert "此后这册书又有了变动" in answer.content.decode()


def test_what_was_recalled_is_said_at_the_desk_on_the_reader_s_page_and_on_the_item_s(
    browser: Client, branch: Branch
) -> None:
    reader = make_patron("陈小雨", "T100", home=branch)
    item(branch, "2301", "草房子")
    scan(browser, "T100")
    scan(browser, "2301")
    Loan.objects.update(recalled_at=datetime.now(UTC))
    item_id = Loan.objects.get().item_id

    assert "已催还" in seen(browser)
    assert "已催还" in browser.get(f"/workbench/patrons/{reader.id}").content.decode()
    assert "因他人预约已催还" in browser.get(f"/workbench/items/{item_id}/").content.decode()


def test_the_desk_says_what_deposit_is_asked_for_and_held(browser: Client, branch: Branch) -> None:
    def deposit() -> str:
        found = re.search("<dt>押金</dt><dd>(.*?)</dd>", seen(browser))
        assert found
        return found[1]

    reader = make_patron("陈小雨", "T100", home=branch)
    scan(browser, "T100")
    assert deposit() == "免押金"
    make_policy(branch=branch, deposit_fen=10000)
    assert deposit() == "已交 ¥0.00，应交 ¥100.00"
    make_deposit(reader, 10000, at=datetime.now(UTC), desk=make_desk(branch))
    assert deposit() == "¥100.00"
