"""Readers: found, shown, registered, changed, and what is never shown."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch
from tests.factories.patrons import make_category, make_guardian, make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.lending.patrons.data import Caller
from wenyuan.lending.patrons.models import Consent, Guardian, Patron, Roster, Token
from wenyuan.lending.patrons.operations import check_pin, sign_in
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.models import AuditRow

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

NUMBER = "11010519491231002X"  # the worked example of GB 11643-1999
PHONE = "13812345678"


@pytest.fixture
def branch() -> Branch:
    branch = make_branch("ZG", name_zh="总馆")
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=5, max_overdue=0)
    make_category("adult", min_age=14)
    make_category("child", max_age=13, guardian_required=True)
    return branch


@pytest.fixture
def browser(branch: Branch) -> Client:
    return staff_at(branch, Role.DESK_LEAD)


def act(browser: Client, reader: Patron, name: str, **fields: object) -> int:
    return browser.post(f"/workbench/patrons/{reader.id}/acts/{name}", fields).status_code


def card_of(reader: Patron) -> Token:
    return Token.objects.get(patron=reader, kind="card", status__in=["active", "lost"])


def search(browser: Client, text: str) -> str:
    answer = browser.post("/workbench/patrons/", {"text": text}, follow=True)
    return answer.content.decode()


@pytest.mark.parametrize("text", ["李小", "lixiaojun", "lxj", "5678", "T100"])
def test_a_reader_is_found_by_whatever_the_clerk_has(browser: Client, branch: Branch, text: str) -> None:
    make_patron("李小军", "T100", home=branch, phone=PHONE)

    assert "李小军" in search(browser, text)


@pytest.mark.parametrize("text", [NUMBER, PHONE, "李小军"])
def test_what_is_searched_never_stands_in_an_address_or_in_the_open(browser: Client, branch: Branch, text: str) -> None:
    make_patron("李小军", "T100", home=branch, number=NUMBER, phone=PHONE)
    make_patron("李小军", "T200", home=branch)

    answer = browser.post("/workbench/patrons/", {"text": text}, follow=True)

    assert all(text not in address for address, _ in answer.redirect_chain)
    assert text not in repr(dict(browser.session.items()))


def test_nobody_found_offers_a_registration(browser: Client) -> None:
    page = search(browser, "查无此人")

    assert 'class="empty"' in page
    assert "/workbench/patrons/new" in page


def test_the_readers_page_shows_masks_only(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch, number=NUMBER, phone=PHONE)

    page = browser.get(f"/workbench/patrons/{reader.id}").content.decode()

    assert NUMBER not in page
    assert PHONE not in page
    assert "····002X" in page
    assert "5678" in page


def test_a_reveal_asks_why_and_is_audited(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch, phone=PHONE)
    address = f"/workbench/patrons/{reader.id}/reveal"

    without = browser.post(address, {"field": "phone", "reveal-reason": ""})
    shown = browser.post(address, {"field": "phone", "reveal-reason": "图书到期，需要联系"})

    assert without.status_code == 422
    assert PHONE not in without.content.decode()
    assert PHONE in shown.content.decode()
    assert shown["Cache-Control"] == "no-store, private"
    row = AuditRow.objects.get(act="reveal_personal")
    assert (row.subject_id, row.after) == (reader.id, {"field": "phone"})


def test_a_clerk_without_the_right_reveals_nothing(branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch, phone=PHONE)
    clerk = staff_at(branch, Role.DESK)

    answer = clerk.post(f"/workbench/patrons/{reader.id}/reveal", {"field": "phone", "reveal-reason": "想看看"})

    assert answer.status_code == 403
    assert AuditRow.objects.filter(act="reveal_personal").count() == 0


def test_unknown_readers_fields_and_acts_are_not_found(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)

    assert browser.get("/workbench/patrons/999999").status_code == 404
    assert act(browser, reader, "blow-up") == 404
    reveal = browser.post(f"/workbench/patrons/{reader.id}/reveal", {"field": "pin", "reveal-reason": "x"})
    assert reveal.status_code == 404


def application(branch: Branch, **changes: str) -> dict[str, str]:
    return {
        "name": "郑海",
        "category": "adult",
        "home_branch": str(branch.id),
        "number": NUMBER,
        "given_by": "self",
        "consent": "on",
        **changes,
    }


def test_a_reader_is_registered(browser: Client, branch: Branch) -> None:
    answer = browser.post("/workbench/patrons/new", application(branch, keep_history="on", card_no="K0001"))

    reader = Patron.objects.get()
    assert answer["Location"] == f"/workbench/patrons/{reader.id}"
    assert sorted(Consent.objects.values_list("purpose", flat=True)) == ["history", "registration"]
    assert card_of(reader).card_no == "K0001"


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "110105194912310021"},
        {"number": ""},
        {"name": ""},
        {"consent": ""},
        {"phone": "12"},
        {"category": "child"},
        {"home_branch": "0"},
        {"card_no": NUMBER},
        {"pin": "1111"},
    ],
)
def test_a_faulty_application_is_refused_beside_its_fields(
    browser: Client, branch: Branch, changes: dict[str, str]
) -> None:
    answer = browser.post("/workbench/patrons/new", application(branch, **changes))

    assert answer.status_code == 422
    assert "data-refused" in answer.content.decode()
    assert Patron.objects.count() == 0


def test_a_registered_number_leads_to_its_reader(browser: Client, branch: Branch) -> None:
    reader = make_patron("郑海", "T100", home=branch, number=NUMBER)

    answer = browser.post("/workbench/patrons/new", application(branch))

    assert answer.status_code == 422
    assert f"/workbench/patrons/{reader.id}" in answer.content.decode()


def test_a_child_without_a_number_is_registered_with_its_guardian(browser: Client, branch: Branch) -> None:
    fields = application(
        branch,
        name="郑小海",
        number="",
        no_number_reason="child",
        birth_date="2018-05-01",
        category="child",
        guardian_name="郑海",
        relation="father",
        given_by="guardian",
    )

    answer = browser.post("/workbench/patrons/new", fields)

    assert answer.status_code == 302
    assert Guardian.objects.get().name == "郑海"


def test_an_unchanged_edit_keeps_what_is_sealed(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch, phone=PHONE)
    fields = {"name": "李晓军", "category": "adult", "home_branch": str(branch.id), "birth_date": "1990-05-17"}

    answer = browser.post(f"/workbench/patrons/{reader.id}/edit", {**fields, "expires_date": "2036-03-01"})

    reader.refresh_from_db()
    assert answer.status_code == 302
    assert (reader.name, reader.phone_sealed) == ("李晓军", PHONE)


def test_a_tick_takes_the_phone_away(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch, phone=PHONE)
    fields = {"name": "李小军", "category": "adult", "home_branch": str(branch.id), "forget_phone": "on"}

    browser.post(f"/workbench/patrons/{reader.id}/edit", {**fields, "expires_date": "2036-03-01"})

    reader.refresh_from_db()
    assert reader.phone_sealed == ""


def test_a_card_is_lost_found_and_replaced(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    token = card_of(reader)

    lost = act(browser, reader, "report-lost", token=token.id)
    state_when_lost = Token.objects.get(id=token.id).status
    found = act(browser, reader, "lift-lost", token=token.id)
    replaced = act(browser, reader, "replace-card", card_no="K0002")

    assert (lost, found, replaced) == (302, 302, 302)
    assert state_when_lost == "lost"
    assert Token.objects.get(id=token.id).status == "replaced"
    assert card_of(reader).card_no == "K0002"


@pytest.mark.parametrize(
    ("fields", "scanned"),
    [
        ({"kind": "uid", "code": "0077705923", "base": "decimal"}, "04A1B2C3"),
        ({"kind": "social_security", "code": "A12345678"}, "a12345678"),
        ({"kind": "card", "code": "K0009"}, "K0009"),
    ],
)
def test_a_reader_shows_another_card_or_chip_from_now_on(
    browser: Client, branch: Branch, fields: dict[str, str], scanned: str
) -> None:
    reader = make_patron("李小军", "T100", home=branch)

    added = act(browser, reader, "add-token", **fields)
    page = browser.post("/workbench/desk/scans", {"code": scanned}, follow=True).content.decode()

    assert added == 302
    assert "李＊军" in page


def test_a_chip_is_removed_and_a_card_is_not(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    act(browser, reader, "add-token", kind="uid", code="04A1B2C3", base="hex")
    chip = Token.objects.get(kind="uid")

    page = browser.get(f"/workbench/patrons/{reader.id}").content.decode()
    removed = act(browser, reader, "remove-token", token=chip.id)

    assert page.count("/acts/remove-token") == 1
    assert removed == 302
    assert Token.objects.get(id=chip.id).status == "removed"


def test_what_is_no_chip_is_told_without_repeating_it(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)

    answer = browser.post(f"/workbench/patrons/{reader.id}/acts/add-token", {"kind": "identity", "code": NUMBER[:-1]})

    assert answer.status_code == 422
    assert "data-refused" in answer.content.decode()
    assert NUMBER[:-1] not in answer.content.decode()


def test_anothers_card_cannot_be_touched_from_this_page(browser: Client, branch: Branch) -> None:
    reader, other = make_patron("李小军", "T100", home=branch), make_patron("王大力", "T200", home=branch)

    status = act(browser, reader, "report-lost", token=card_of(other).id)

    assert status == 404
    assert card_of(other).status == "active"


def test_a_reader_is_suspended_and_restored(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)

    without_reason = act(browser, reader, "suspend", reason="")
    suspended = act(browser, reader, "suspend", reason="多次污损图书", until="2099-01-01")
    reader.refresh_from_db()
    status = reader.status
    lifted = act(browser, reader, "lift-suspension", reason="已赔偿")
    reader.refresh_from_db()

    assert (without_reason, suspended, lifted) == (422, 302, 302)
    assert (status, reader.status) == ("suspended", "active")


def test_a_clerk_may_not_suspend(branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)

    assert act(staff_at(branch, Role.DESK), reader, "suspend", reason="不行") == 403


def test_a_reader_leaves_and_is_taken_in_again_with_a_new_consent(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)

    left = act(browser, reader, "close")
    unwilling = act(browser, reader, "reopen")
    again = act(browser, reader, "reopen", consent="on")

    reader.refresh_from_db()
    assert (left, unwilling, again) == (302, 422, 302)
    assert reader.status == "active"


def test_who_still_has_something_cannot_leave(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    make_item(home=branch, barcode="2301")
    browser.post("/workbench/desk/scans", {"code": "T100"})
    browser.post("/workbench/desk/scans", {"code": "2301"})

    assert act(browser, reader, "close") == 422


def test_a_new_pin_is_shown_once(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)

    answer = browser.post(f"/workbench/patrons/{reader.id}/acts/reset-pin").content.decode()

    assert 'class="pin-once"' in answer
    assert "pin-once" not in browser.get(f"/workbench/patrons/{reader.id}").content.decode()


def test_a_history_is_shown_only_where_it_is_kept(browser: Client, branch: Branch) -> None:
    keeps = make_patron("李小军", "T100", home=branch, keep_history=True)
    forgets = make_patron("王大力", "T200", home=branch)

    assert browser.get(f"/workbench/patrons/{keeps.id}/history").status_code == 200
    assert browser.get(f"/workbench/patrons/{forgets.id}/history").status_code == 404


def test_another_guardian_is_noted_and_the_last_one_stays(browser: Client, branch: Branch) -> None:
    child = make_patron("郑小海", "T100", home=branch, category=make_category("child"), birth_date=date(2018, 5, 1))
    first = make_guardian(child)

    alone = act(browser, child, "end-guardian", guardian=first.id)
    added = browser.post(
        f"/workbench/patrons/{child.id}/guardians", {"guardian_name": "郑海", "relation": "father"}
    ).status_code
    ended = act(browser, child, "end-guardian", guardian=first.id)

    assert (alone, added, ended) == (422, 302, 302)


def test_several_children_have_one_guardian_by_card(browser: Client, branch: Branch) -> None:
    mother = make_patron("王芳", "T100", home=branch)
    fields = application(
        branch, number="", no_number_reason="child", birth_date="2018-05-01", category="child", given_by="guardian"
    )

    first = browser.post("/workbench/patrons/new", {**fields, "name": "郑小海", "guardian_card": "T100"})
    second = browser.post(
        "/workbench/patrons/new", {**fields, "name": "郑小雨", "guardian_name": "王芳", "relation": "mother"}
    )
    child = Patron.objects.get(name="郑小雨")
    added = browser.post(f"/workbench/patrons/{child.id}/guardians", {"guardian_card": "T100", "relation": "mother"})
    page = browser.get(f"/workbench/patrons/{mother.id}").content.decode()

    assert (first.status_code, second.status_code, added.status_code) == (302, 302, 302)
    assert Guardian.objects.filter(patron=mother).count() == 2
    assert "郑小海" in page
    assert "郑小雨" in page


def test_a_card_that_nobody_has_names_no_guardian(browser: Client, branch: Branch) -> None:
    child = make_patron("郑小海", "T100", home=branch, category=make_category("child"), birth_date=date(2018, 5, 1))

    answer = browser.post(f"/workbench/patrons/{child.id}/guardians", {"guardian_card": "T999", "relation": "mother"})
    nobody = browser.post(f"/workbench/patrons/{child.id}/guardians", {"relation": "mother"})

    assert (answer.status_code, nobody.status_code) == (422, 422)
    assert Guardian.objects.count() == 0


def test_the_guardians_phone_is_revealed_on_the_childs_page_and_audited(browser: Client, branch: Branch) -> None:
    child = make_patron("郑小海", "T100", home=branch, category=make_category("child"), birth_date=date(2018, 5, 1))
    browser.post(
        f"/workbench/patrons/{child.id}/guardians",
        {"guardian_name": "王芳", "relation": "mother", "guardian_phone": PHONE},
    )
    guardian = Guardian.objects.get()

    page = browser.get(f"/workbench/patrons/{child.id}").content.decode()
    shown = browser.post(
        f"/workbench/patrons/{child.id}/reveal", {"guardian": guardian.id, "reveal-reason": "图书逾期，需要联系"}
    ).content.decode()

    assert f'name="guardian" value="{guardian.id}"' in page
    assert PHONE not in page
    assert PHONE in shown
    assert AuditRow.objects.get(act="reveal_personal").after == {"field": "guardian_phone"}


def test_consent_to_messages_is_given_and_withdrawn_on_the_page(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    address = f"/workbench/patrons/{reader.id}"

    before = browser.get(address).content.decode()
    given = act(browser, reader, "take-notices")
    page = browser.get(address).content.decode()
    withdrawn = act(browser, reader, "withdraw-notices")

    assert "/acts/take-notices" in before
    assert "/acts/withdraw-notices" not in before
    assert (given, withdrawn) == (302, 302)
    assert "/acts/withdraw-notices" in page
    assert Consent.objects.get(purpose="notices").withdrawn_at is not None


def test_a_person_is_erased_with_a_reason_by_a_head_of_desk(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch, number=NUMBER)

    by_a_clerk = act(staff_at(branch, Role.DESK), reader, "erase", reason="本人要求")
    without_reason = act(browser, reader, "erase", reason="")
    erased = act(browser, reader, "erase", reason="本人要求")
    page = browser.get(f"/workbench/patrons/{reader.id}").content.decode()

    reader.refresh_from_db()
    assert (by_a_clerk, without_reason, erased) == (403, 422, 302)
    assert (reader.name, reader.number_last4) == ("", "")
    assert "/acts/erase" not in page


def test_a_loan_is_renewed_from_the_readers_page_or_refused_in_words(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    make_item(home=branch, barcode="2301", bib=make_bib(title="草房子"))
    browser.post("/workbench/desk/scans", {"code": "T100"})
    browser.post("/workbench/desk/scans", {"code": "2301"})

    same_day = browser.post(f"/workbench/patrons/{reader.id}/renewals", {"item": "2301", "key": "n1"})

    assert same_day.status_code == 422
    assert "data-refused" in same_day.content.decode()
    assert "草房子" in browser.get(f"/workbench/patrons/{reader.id}").content.decode()


def class_list(rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("三年级二班.csv", ("姓名,出生日期,无证原因,监护人,关系,电话\n" + rows).encode())


def test_a_class_is_enrolled_from_a_sheet_or_every_fault_is_told(browser: Client, branch: Branch) -> None:
    fields = {
        "school": "实验小学",
        "class_name": "三年级二班",
        "category": "child",
        "home_branch": str(branch.id),
        "consent": "on",
    }
    good = class_list("王小明,2017-05-01,儿童,王强,父亲,13800001111\n李小红,2017-08-09,儿童,李兰,母亲,\n")
    bad = class_list("王小明,昨天,儿童,王强,父亲,12\n")

    refused = browser.post("/workbench/patrons/class-lists/new", {**fields, "sheet": bad})
    enrolled = browser.post("/workbench/patrons/class-lists/new", {**fields, "sheet": good})

    roster = Roster.objects.get()
    assert refused.status_code == 422
    assert enrolled["Location"] == f"/workbench/patrons/class-lists/{roster.id}"
    assert Patron.objects.count() == 2
    assert "王小明" in browser.get(f"/workbench/patrons/class-lists/{roster.id}").content.decode()


def test_a_list_of_readers_needs_as_many_queries_for_twenty_as_for_one(
    browser: Client, branch: Branch, django_assert_max_num_queries: object
) -> None:
    for number in range(25):
        make_patron("李静", f"T1{number:02d}", home=branch)
    browser.post("/workbench/patrons/", {"text": "李静"})

    with django_assert_max_num_queries(14):  # type: ignore[operator] # a fixture of pytest-django
        page = browser.get("/workbench/patrons/?found").content.decode()

    assert page.count("李静") == 20
    assert 'rel="next"' in page


def test_a_readers_page_needs_few_queries_however_much_is_on_loan(
    browser: Client, branch: Branch, django_assert_max_num_queries: object
) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    browser.post("/workbench/desk/scans", {"code": "T100"})
    for number in range(5):
        make_item(home=branch, barcode=f"230{number}")
        browser.post("/workbench/desk/scans", {"code": f"230{number}"})

    with django_assert_max_num_queries(22):  # type: ignore[operator] # a fixture of pytest-django
        page = browser.get(f"/workbench/patrons/{reader.id}").content.decode()

    assert page.count("2300") >= 1


def test_who_may_not_see_readers_sees_none(branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch)
    browser = staff_at(branch, Role.CATALOGUER)

    assert browser.get("/workbench/patrons/").status_code == 403
    assert browser.get(f"/workbench/patrons/{reader.id}").status_code == 403


def test_the_desk_is_told_that_somebody_guesses_at_a_pin_and_until_when_machines_lock_it(
    browser: Client, branch: Branch
) -> None:
    reader = make_patron("李小军", "T100", home=branch, pin="604913")
    page = f"/workbench/patrons/{reader.id}"
    assert "wrong-pins" not in browser.get(page).content.decode()

    for number in range(16):
        sign_in(card="T100", pin="111111", caller=Caller(address=f"10.0.0.{number // 2}"), at=datetime.now(UTC))
    for _ in range(5):
        check_pin(patron_id=reader.id, pin="111111", at=datetime.now(UTC))
    told = browser.get(page).content.decode()

    assert "最近七天输错密码 15 次" in told
    assert "来自 8 处" in told
    assert "读者没用过的浏览器须等到" in told
    assert "自助设备已锁定至" in told
