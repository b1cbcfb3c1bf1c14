"""Signing in and out, changing over by badge, where one works, the first page, and the first visit."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.accounts import PASSWORD, make_account, make_desk
from tests.factories.network import make_branch, make_service_point
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import Account, SignIn
from wenyuan.organisation.accounts.operations import set_badge
from wenyuan.organisation.network.models import Branch, Library
from wenyuan.organisation.rights.models import AuditRow

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

SIGN_IN = "/workbench/sign-in"


@pytest.fixture
def branch() -> Branch:
    return make_branch("ZG", name_zh="总馆", kind="central")


def sign_in(browser: Client, username: str, password: str = PASSWORD, **more: str) -> Any:
    return browser.post(SIGN_IN, {"username": username, "password": password, **more})


@pytest.mark.parametrize("path", ["/workbench/", "/workbench/desk/", "/workbench/patrons/", "/workbench/password"])
def test_a_stranger_is_sent_to_the_sign_in_page_and_comes_back(path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/workbench/sign-in?next=%2Fworkbench%2F")


def test_signing_in_leads_to_the_page_one_came_for_under_a_new_session_key(branch: Branch) -> None:
    make_account("wangfang", roles=[(Role.DESK, branch)])
    browser = Client()
    browser.get(SIGN_IN)
    session = browser.session
    session["before"] = 1
    session.save()
    old_key = session.session_key

    answer = sign_in(browser, "WangFang", next="/workbench/desk/")

    assert answer["Location"] == "/workbench/desk/"
    assert browser.session.session_key != old_key
    assert "before" not in browser.session
    assert browser.get("/workbench/desk/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)"])
def test_a_strangers_address_leads_to_the_first_page(branch: Branch, target: str) -> None:
    make_account("wangfang", roles=[(Role.DESK, branch)])

    answer = sign_in(Client(), "wangfang", next=target)

    assert answer["Location"] == "/workbench/"


def test_a_wrong_password_is_refused_in_words_and_logged(branch: Branch) -> None:
    make_account("wangfang", roles=[(Role.DESK, branch)])

    answer = sign_in(Client(), "wangfang", "not it")

    assert answer.status_code == 422
    assert "data-refused" in answer.content.decode()
    assert "not it" not in answer.content.decode()
    assert SignIn.objects.get().outcome == "bad_credentials"


def test_five_failures_lock_the_account_even_for_the_right_password(branch: Branch) -> None:
    make_account("wangfang", roles=[(Role.DESK, branch)])
    browser = Client()

    for _ in range(5):
        sign_in(browser, "wangfang", "not it")
    answer = sign_in(browser, "wangfang")

    assert answer.status_code == 422
    assert SignIn.objects.filter(outcome="locked").count() == 1
    assert browser.get("/workbench/").status_code == 302


def test_a_machine_cannot_sign_in_here(branch: Branch) -> None:
    make_account("robot", kind="machine", roles=[(Role.MACHINE, branch)])

    assert sign_in(Client(), "robot").status_code == 422


def test_signing_out_ends_the_session(branch: Branch) -> None:
    browser = staff_at(branch)

    browser.post("/workbench/sign-out")

    assert browser.get("/workbench/").status_code == 302
    assert browser.get("/workbench/sign-out").status_code == 405


def test_a_password_chosen_by_another_is_changed_first(branch: Branch) -> None:
    account = make_account("wangfang", roles=[(Role.DESK, branch)])
    Account.objects.filter(id=account.id).update(must_change_password=True)
    browser = Client()
    sign_in(browser, "wangfang")

    sent = browser.get("/workbench/desk/")
    changed = browser.post(
        "/workbench/password", {"old": PASSWORD, "new": "春江潮水连海平 7", "again": "春江潮水连海平 7"}
    )

    assert sent["Location"] == "/workbench/password"
    assert changed["Location"] == "/workbench/"
    assert browser.get("/workbench/").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("wrong", "春江潮水连海平 7", "春江潮水连海平 7"), (PASSWORD, "123", "123"), (PASSWORD, "海上明月共潮生 1", "x")],
)
def test_a_bad_change_of_password_is_refused(branch: Branch, old: str, new: str, again: str) -> None:
    browser = staff_at(branch)

    answer = browser.post("/workbench/password", {"old": old, "new": new, "again": again})

    assert answer.status_code == 422


def test_who_has_not_said_where_they_work_says_so_first(branch: Branch) -> None:
    make_branch("SE")
    make_account("wangfang", roles=[(Role.DESK, branch), (Role.DESK, Branch.objects.get(code="SE"))])
    point = make_service_point(branch, name_zh="一楼总服务台")
    browser = Client()
    sign_in(browser, "wangfang")

    sent = browser.get("/workbench/desk/")
    points = browser.post("/workbench/workplace", {"branch": str(branch.id)})
    chosen = browser.post("/workbench/workplace", {"branch": str(branch.id), "point": str(point.id)})

    assert sent["Location"] == "/workbench/workplace"
    assert "一楼总服务台" in points.content.decode()
    assert chosen["Location"] == "/workbench/"
    assert "总馆 一楼总服务台" in browser.get("/workbench/").content.decode()


def test_the_machine_recalls_where_it_stood(branch: Branch) -> None:
    other = make_branch("SE")
    make_account("wangfang", roles=[(Role.DESK, branch), (Role.DESK, other)])
    browser = Client()
    sign_in(browser, "wangfang")
    browser.post("/workbench/workplace", {"branch": str(other.id)})
    browser.post("/workbench/sign-out")

    sign_in(browser, "wangfang")

    assert browser.session["workplace"]["branch"] == other.id


def test_nobody_chooses_a_branch_where_they_hold_nothing(branch: Branch) -> None:
    other = make_branch("SE")
    browser = staff_at(branch)

    browser.post("/workbench/workplace", {"branch": str(other.id)})

    assert browser.session["workplace"]["branch"] == branch.id


def test_a_colleague_changes_over_by_badge_and_the_piles_stay(branch: Branch) -> None:
    make_account("wangfang", name="王芳", roles=[(Role.DESK, branch)])
    colleague = make_account("lixue", name="李雪", roles=[(Role.DESK, branch)])
    admin = make_desk(branch, role=Role.SYSTEM_ADMIN, everywhere=True)
    set_badge(account_id=colleague.id, badge="BADGE-77", at=datetime.now(tz=UTC), desk=admin)
    make_patron("陈小雨", "T100", home=branch)
    browser = Client()
    sign_in(browser, "wangfang")
    browser.post("/workbench/desk/scans", {"code": "T100"})

    refused = browser.post("/workbench/switch", {"badge": "BADGE-00"})
    taken = browser.post("/workbench/switch", {"badge": "BADGE-77", "next": "/workbench/desk/"})

    desk = browser.get("/workbench/desk/").content.decode()
    assert refused.status_code == 422
    assert taken["Location"] == "/workbench/desk/"
    assert "李雪" in desk
    assert "陈＊雨" in desk


def test_the_first_page_shows_only_where_one_may_go(branch: Branch) -> None:
    clerk = staff_at(branch, Role.DESK).get("/workbench/").content.decode()
    auditor = staff_at(branch, Role.AUDIT_ADMIN).get("/workbench/").content.decode()

    assert "/workbench/desk/" in clerk
    assert "/workbench/accounts/" not in clerk
    assert "/workbench/accounts/" in auditor
    assert "/workbench/desk/" not in auditor


def test_the_first_page_needs_few_queries(branch: Branch, django_assert_max_num_queries: object) -> None:
    browser = staff_at(branch, Role.DESK_LEAD)

    with django_assert_max_num_queries(20):  # type: ignore[operator] # a fixture of pytest-django
        assert browser.get("/workbench/").status_code == 200


# The first visit.


@pytest.fixture
def code_file(tmp_path: Path, settings: object) -> Path:
    path = tmp_path / "setup-code"
    path.write_text("ABCD-EFGH\n", encoding="utf-8")
    settings.WENYUAN_SETUP_CODE_FILE = path  # type: ignore[attr-defined] # pytest-django's settings
    return path


def first_visit(**changes: str) -> dict[str, str]:
    values = {
        "code": "ABCD-EFGH",
        "name_zh": "鹿鸣区图书馆",
        "branch_code": "ZG",
        "branch_name": "总馆",
        "opened": "2010-01-01",
    }
    for role in ("system_admin", "security_admin", "audit_admin", "director"):
        values |= {f"{role}-name": f"某{role}", f"{role}-username": role, f"{role}-password": "海内存知己 2026"}
        values[f"{role}-again"] = values[f"{role}-password"]
    return values | changes


def test_the_first_visit_founds_the_library_once(code_file: Path) -> None:
    browser = Client()

    to_setup = browser.get(SIGN_IN)
    done = browser.post("/workbench/setup", first_visit())
    again = browser.get("/workbench/setup")

    assert to_setup["Location"] == "/workbench/setup"
    assert done["Location"] == SIGN_IN
    assert Library.objects.get().name_zh == "鹿鸣区图书馆"
    assert Branch.objects.get().code == "ZG"
    assert Account.objects.count() == 4
    assert not code_file.exists()
    assert again.status_code == 404


def test_without_the_printed_code_nothing_is_founded(code_file: Path) -> None:
    answer = Client().post("/workbench/setup", first_visit(code="ABCD-EFGX"))

    assert answer.status_code == 422
    assert Account.objects.count() == 0
    assert code_file.exists()


def test_every_fault_between_the_rows_of_the_first_sheet_is_told_with_its_row(code_file: Path) -> None:
    rows = (
        "代码,名称,类型,上级,开馆日期",
        "ZG,总馆,总馆,,2010-01-01",
        "SE,少儿,少儿分馆,XX,2015-06-01",
        "DJ,东街,分馆,YY,2015-06-01",
    )
    sheet = SimpleUploadedFile("馆点.csv", "\n".join(rows).encode())

    answer = Client().post("/workbench/setup", first_visit(branch_code="", branch_name="") | {"sheet": sheet})

    told = answer.context["library"].errors["sheet"]
    assert [text.partition(" ")[0] + " " + text.split(" ")[1] for text in told] == ["第 3", "第 4"]
    assert Account.objects.count() == 0


def test_without_the_code_no_file_is_read(code_file: Path) -> None:
    sheet = SimpleUploadedFile("馆点.xlsx", b"PK no workbook at all")

    answer = Client().post("/workbench/setup", first_visit(code="ABCD-EFGX") | {"sheet": sheet})

    assert list(answer.context["library"].errors) == ["code"]


def test_the_code_may_be_typed_in_small_letters(code_file: Path) -> None:
    assert Client().post("/workbench/setup", first_visit(code="abcd-efgh"))["Location"] == SIGN_IN


@pytest.mark.parametrize(
    "changes",
    [
        {"audit_admin-username": "system_admin"},
        {"director-password": "12345678"},
        {"director-again": "海内存知已 2026"},
        {"branch_code": ""},
        {"branch_code": "总 馆"},
        {"name_zh": ""},
        {"security_admin-username": "11010519491231002X"},
        {"name_zh": "鹿鸣区\x07图书馆"},
        {"branch_name": "总\x07馆"},
    ],
)
def test_a_faulty_first_visit_writes_nothing(code_file: Path, changes: dict[str, str]) -> None:
    answer = Client().post("/workbench/setup", first_visit(**changes))

    assert answer.status_code == 422
    assert Account.objects.count() == 0
    assert Library.objects.count() == 0
    assert Branch.objects.count() == 0
    assert code_file.exists()


def test_what_the_first_visit_enters_stands_in_the_audit_as_the_system_administrators(code_file: Path) -> None:
    Client().post("/workbench/setup", first_visit())

    system = Account.objects.get(username="system_admin")
    rows = AuditRow.objects.exclude(act="first_administrators")
    assert sorted(rows.values_list("act", "account_id", "door")) == [
        ("found_library", system.id, "workbench"),
        ("load_branch_sheet", system.id, "workbench"),
    ]
    assert set(AuditRow.objects.values_list("door", flat=True)) == {"workbench"}


def test_the_first_branches_may_come_as_a_sheet(code_file: Path) -> None:
    sheet = SimpleUploadedFile(
        "馆点.csv",
        "代码,名称,类型,上级,开馆日期\nZG,总馆,总馆,,2010-01-01\nSE,少儿分馆,少儿分馆,ZG,2015-06-01\n".encode(),
    )

    answer = Client().post("/workbench/setup", {**first_visit(branch_code="", branch_name=""), "sheet": sheet})

    assert answer.status_code == 302
    assert sorted(Branch.objects.values_list("code", flat=True)) == ["SE", "ZG"]


def test_there_is_no_first_visit_without_a_code_file(tmp_path: Path, settings: object) -> None:
    settings.WENYUAN_SETUP_CODE_FILE = tmp_path / "none"  # type: ignore[attr-defined] # pytest-django's settings

    assert Client().get("/workbench/setup").status_code == 404
