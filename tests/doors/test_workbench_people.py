"""Restrictions, acts on behalf, documents looked at again, families, and two records of one person, as pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch
from tests.factories.patrons import make_category, make_guardian, make_patron, make_restriction
from tests.factories.staff_pages import staff_at
from wenyuan.lending.circulation.operations import checkout
from wenyuan.lending.patrons.models import Category, Consent, Guardian, KeptApart, Patron, ProxyAct, Restriction, Token
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

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


@pytest.fixture
def reader(branch: Branch) -> Patron:
    return make_patron("李小军", "T100", home=branch, phone=PHONE)


def act(browser: Client, reader: Patron, name: str, **fields: object) -> int:
    return browser.post(f"/workbench/patrons/{reader.id}/acts/{name}", fields).status_code


def shown(browser: Client, path: str) -> str:
    answer = browser.get(f"/workbench/patrons/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def now() -> datetime:
    """The pages read the clock."""
    return datetime.now(tz=UTC)


def years_ago(years: int) -> date:
    today = now().date()
    return date(today.year - years, today.month, min(today.day, 28))


def test_each_restriction_stands_with_its_reason_and_is_lifted_by_itself(browser: Client, reader: Patron) -> None:
    act(browser, reader, "suspend", reason="多次污损图书", cause="conduct", until="2099-01-01")
    act(browser, reader, "pause", reason="外出半年")
    page = shown(browser, f"{reader.id}")
    pause = Restriction.objects.get(cause="reader_wish")
    without_reason = act(browser, reader, "lift-restriction", restriction=pause.id)
    lifted = act(browser, reader, "lift-restriction", restriction=pause.id, reason="已回来")
    all_of_them = shown(browser, f"{reader.id}/restrictions")

    assert "多次污损图书" in page
    assert "外出半年" in page
    assert (without_reason, lifted) == (422, 302)
    assert "已回来" in all_of_them
    reader.refresh_from_db()
    assert (reader.status, reader.suspended_until) == ("suspended", date(2099, 1, 1))


def test_anothers_restriction_cannot_be_lifted_from_this_page(browser: Client, reader: Patron, branch: Branch) -> None:
    other = make_patron("王大力", "T200", home=branch, status="suspended")

    status = act(browser, reader, "lift-restriction", restriction=Restriction.objects.get().id, reason="误操作")

    assert status == 404
    other.refresh_from_db()
    assert other.status == "suspended"


def test_a_clerk_pauses_and_resumes_and_sees_no_way_to_suspend(branch: Branch, reader: Patron) -> None:
    clerk = staff_at(branch, Role.DESK)
    make_restriction(reader, reason="多次逾期")
    Patron.objects.filter(id=reader.id).update(status="suspended", status_reason="多次逾期")

    paused, resumed = act(clerk, reader, "pause", reason="外出半年"), act(clerk, reader, "resume")
    page = shown(clerk, f"{reader.id}")

    assert (paused, resumed) == (302, 302)
    assert "/acts/suspend" not in page
    assert "/acts/lift-restriction" not in page
    assert Restriction.objects.filter(ended_at__isnull=True).count() == 1


def test_restrictions_are_paged(browser: Client, reader: Patron) -> None:
    for number in range(21):
        row = make_restriction(reader, reason=f"第 {number} 次")
        Restriction.objects.filter(id=row.id).update(ended_at=now())

    first, second = shown(browser, f"{reader.id}/restrictions"), shown(browser, f"{reader.id}/restrictions?page=2")

    assert (first.count("第 "), second.count("第 ")) == (20, 1)


def test_who_is_leaving_is_told_what_still_hinders(browser: Client, reader: Patron) -> None:
    assert act(browser, reader, "begin-leaving") == 302

    reader.refresh_from_db()
    assert reader.status == "suspended"


def test_a_document_is_looked_at_again_and_another_number_is_told(browser: Client, branch: Branch) -> None:
    reader = make_patron("李小军", "T100", home=branch, number=NUMBER)

    wrong = browser.post(
        f"/workbench/patrons/{reader.id}/acts/verify", {"document": "identity_card", "number": "440524188001010014"}
    )
    right = act(browser, reader, "verify", document="identity_card", number=NUMBER)

    assert (wrong.status_code, right) == (422, 302)
    assert "440524188001010014" not in wrong.content.decode()
    reader.refresh_from_db()
    assert reader.verified_date is not None


def test_who_acts_for_a_reader_is_named_once_and_kept_with_each_act_until_gone(
    browser: Client, reader: Patron, branch: Branch
) -> None:
    other = make_patron("王大力", "T200", home=branch)
    named = {"name": "王建国", "relation": "spouse", "document": "identity_card", "document_no": NUMBER}
    browser.post(f"/workbench/patrons/{reader.id}/proxy", named)
    page = shown(browser, f"{reader.id}")
    act(browser, reader, "replace-card", reason="遗失")
    act(browser, other, "pause", reason="外出")
    browser.post(f"/workbench/patrons/{reader.id}/proxy", {"gone": "1"})
    act(browser, reader, "renew-registration")
    after = shown(browser, f"{reader.id}")

    assert "王＊国" in page
    assert "王建国" not in page
    kept = ProxyAct.objects.get()
    assert (kept.patron_id, kept.act, kept.name_sealed, kept.name_mask, kept.relation, kept.document_last4) == (
        reader.id,
        "card_replaced",
        "王建国",
        "王＊国",
        "spouse",
        "002X",
    )
    assert "王建国" not in after


def test_the_name_of_who_acted_is_revealed_for_a_reason(browser: Client, reader: Patron) -> None:
    named = {"name": "王建国", "relation": "spouse", "document": "letter"}
    browser.post(f"/workbench/patrons/{reader.id}/proxy", named)
    act(browser, reader, "pause", reason="外出")
    proxy = ProxyAct.objects.get().id

    silent = browser.post(f"/workbench/patrons/{reader.id}/reveal", {"proxy": proxy, "reveal-reason": ""})
    told = browser.post(f"/workbench/patrons/{reader.id}/reveal", {"proxy": proxy, "reveal-reason": "核对代办"})
    unknown = browser.post(f"/workbench/patrons/{reader.id}/reveal", {"proxy": 999_999, "reveal-reason": "核对代办"})

    assert "王建国" not in silent.content.decode()
    assert "王建国" in told.content.decode()
    assert unknown.status_code == 404


def test_a_proxy_without_a_name_is_asked_for_one(browser: Client, reader: Patron) -> None:
    answer = browser.post(f"/workbench/patrons/{reader.id}/proxy", {"relation": "spouse", "document": "letter"})

    assert answer.status_code == 422
    assert not ProxyAct.objects.exists()


def test_two_records_are_laid_side_by_side_merged_and_parted_again(
    browser: Client, reader: Patron, branch: Branch
) -> None:
    second = make_patron("李小军", "T200", home=branch, phone=PHONE)
    listed = shown(browser, "twice")
    hint = shown(browser, f"{reader.id}")
    address = f"/workbench/patrons/{reader.id}/twice/{second.id}"
    side_by_side = browser.get(address).content.decode()
    without_reason = browser.post(address, {"reason": ""}).status_code
    merged = browser.post(address, {"reason": "同一人重复办证"}).status_code
    redirected = browser.get(f"/workbench/patrons/{second.id}")
    page = shown(browser, f"{reader.id}")
    merge_id = int(page.split(f"/workbench/patrons/{reader.id}/merges/")[1].split("/")[0])
    browser.post(f"/workbench/patrons/{reader.id}/merges/{merge_id}/undone", {"reason": ""})
    still_merged = Patron.objects.get(id=second.id).merged_into_id
    browser.post(f"/workbench/patrons/{reader.id}/merges/{merge_id}/undone", {"reason": "并非同一人"})

    assert f"/twice/{second.id}" in listed
    assert f"/twice/{second.id}" in hint
    assert "T100" in side_by_side
    assert "T200" in side_by_side
    assert (without_reason, merged) == (422, 302)
    assert redirected["Location"] == f"/workbench/patrons/{reader.id}"
    assert still_merged == reader.id, "an undo says why"
    second.refresh_from_db()
    assert (second.status, second.merged_into_id) == ("active", None)


def test_another_record_is_named_by_its_card(browser: Client, reader: Patron, branch: Branch) -> None:
    second = make_patron("李晓军", "T200", home=branch)
    address = f"/workbench/patrons/{reader.id}/twice"

    found, own, nobody = (browser.post(address, {"card": card})["Location"] for card in ("T200", "T100", "X999"))

    assert found == f"/workbench/patrons/{reader.id}/twice/{second.id}"
    assert own == nobody == f"/workbench/patrons/{reader.id}"


def test_two_persons_are_noted_as_such(browser: Client, reader: Patron, branch: Branch) -> None:
    second = make_patron("李小军", "T200", home=branch, phone=PHONE)

    browser.post(f"/workbench/patrons/{reader.id}/twice/{second.id}/apart")

    assert KeptApart.objects.count() == 1
    assert f"/twice/{second.id}" not in shown(browser, "twice")


def test_a_clerk_looks_at_two_records_and_leaves_the_merge_to_a_head_of_desk(branch: Branch, reader: Patron) -> None:
    second = make_patron("李小军", "T200", home=branch, phone=PHONE)
    clerk = staff_at(branch, Role.DESK)

    status = clerk.post(f"/workbench/patrons/{reader.id}/twice/{second.id}", {"reason": "同一人"}).status_code

    assert status == 403
    assert "data-confirm" not in shown(clerk, f"{reader.id}/twice/{second.id}")


def test_a_reader_who_seems_to_be_registered_is_told_before_another_record_is_made(
    browser: Client, branch: Branch
) -> None:
    known = make_patron("李小军", "T100", home=branch, birth_date=date(1949, 12, 31))
    fields = {
        "name": "李小军",
        "number": NUMBER,
        "category": "adult",
        "home_branch": branch.id,
        "given_by": "self",
        "consent": "on",
    }

    told = browser.post("/workbench/patrons/new", fields)
    knowing = browser.post("/workbench/patrons/new", {**fields, "somebody_else": "on"})

    assert told.status_code == 422
    assert f"/workbench/patrons/{known.id}" in told.content.decode()
    assert 'name="somebody_else"' in told.content.decode()
    assert knowing.status_code == 302
    assert Patron.objects.filter(name="李小军").count() == 2


def test_who_has_come_of_age_is_listed_and_answers_alone_from_then_on(browser: Client, branch: Branch) -> None:
    child = make_patron("陈思雨", "T300", home=branch, category=make_category("child"), birth_date=years_ago(14))
    guardian = make_guardian(child)
    Consent.objects.create(
        patron=child,
        purpose="registration",
        notice_version="2026-1",
        given_by="guardian",
        guardian=guardian,
        given_at=now(),
    )
    small = make_patron("陈小雨", "T301", home=branch, category=make_category("child"), birth_date=years_ago(9))
    make_guardian(small)
    listed = shown(browser, "of-age")
    without_consent = act(browser, child, "come-of-age", category="adult")
    done = act(browser, child, "come-of-age", category="adult", consent="on")

    assert "陈思雨" in listed
    assert "陈小雨" not in listed
    assert (without_consent, done) == (422, 302)
    child.refresh_from_db()
    assert child.category.code == "adult"
    assert Consent.objects.get(patron=child, withdrawn_at__isnull=True).given_by == "self"
    assert "陈思雨" not in shown(browser, "of-age?where=all")


def test_a_guardian_is_shown_what_the_children_have(browser: Client, branch: Branch) -> None:
    mother = make_patron("王芳", "T400", home=branch)
    child = make_patron("陈思雨", "T300", home=branch, birth_date=years_ago(9))
    make_guardian(child, patron=mother)
    make_item(barcode="B1", home=branch)
    checkout(item="B1", card="T300", at=now() - timedelta(days=1), desk=make_desk(branch))

    page = shown(browser, f"{mother.id}/family")

    assert "陈思雨" in page
    assert "B1" in page


def test_an_institution_has_a_person_who_answers_for_it(browser: Client, branch: Branch) -> None:
    make_category("group", name_zh="集体读者")
    Category.objects.filter(code="group").update(holder="institution")
    fields = {
        "name": "实验小学三年级二班",
        "category": "group",
        "home_branch": branch.id,
        "given_by": "self",
        "consent": "on",
        "no_number_reason": "organisation",
    }

    nobody = browser.post("/workbench/patrons/new", fields)
    somebody = browser.post(
        "/workbench/patrons/new",
        {**fields, "guardian_name": "赵老师", "relation": "responsible", "guardian_phone": PHONE},
    )

    assert nobody.status_code == 422
    assert somebody.status_code == 302
    answering = Guardian.objects.get()
    assert (answering.name, answering.relation) == ("赵老师", "responsible")
    assert "赵老师" in shown(browser, f"{answering.child_id}")
    assert Token.objects.filter(patron_id=answering.child_id, kind="card").count() == 1


def test_lists_and_pages_of_people_need_few_queries(
    browser: Client, branch: Branch, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        make_patron(f"读者{chr(0x4E00 + number)}", home=branch, phone=PHONE)
        make_patron(f"读者{chr(0x4E00 + number)}", home=branch, phone=PHONE)

    with django_assert_max_num_queries(14):  # type: ignore[operator] # a fixture of pytest-django
        assert shown(browser, "twice").count("/twice/") >= 20
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        shown(browser, "of-age")


def test_a_director_says_what_a_kind_of_reader_asks_for(branch: Branch) -> None:
    director = staff_at(branch, Role.DIRECTOR, elsewhere=[(Role.DIRECTOR, None)])
    fields = {"name_zh": "教师读者", "name_en": "Teacher", "holder": "person", "months_valid": "12", "min_age": "18"}

    made = director.post("/workbench/patrons/kinds/new", {**fields, "code": "teacher"}).status_code
    wrong = director.post("/workbench/patrons/kinds/teacher", {**fields, "max_age": "17"})
    changed = director.post("/workbench/patrons/kinds/teacher", {**fields, "guardian_age": "16"}).status_code
    page = director.get("/workbench/patrons/kinds").content.decode()

    assert (made, wrong.status_code, changed) == (302, 422, 302)
    assert "教师读者" in page
    assert Category.objects.get(code="teacher").guardian_age == 16
    assert director.get("/workbench/patrons/kinds/nobody").status_code == 404
    assert staff_at(branch, Role.DESK).get("/workbench/patrons/kinds").status_code == 403


def test_a_first_swipe_of_somebody_on_record_without_a_number_is_asked_about(browser: Client, branch: Branch) -> None:
    known = make_patron("李小军", "T100", home=branch, birth_date=date(1949, 12, 31))
    browser.post("/workbench/desk/scans", {"code": NUMBER})
    fields = {"name": "李小军", "consent": "on"}

    told = browser.post("/workbench/desk/registrations", fields)
    page = told.content.decode()
    browser.post("/workbench/desk/registrations", {**fields, "somebody_else": "on"})

    assert told.status_code == 422
    assert f"/workbench/patrons/{known.id}" in page
    assert 'type="checkbox" name="somebody_else"' in page
    assert Patron.objects.filter(name="李小军").count() == 2
