"""Accounts at the workbench: three administrators, each with their own pages and no more."""

from datetime import date
from typing import Any

import pytest

from tests.factories.accounts import make_account, make_machine
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.accounts.forms import PROFILE_WORDS
from wenyuan.doors.workbench.accounts.words import ACTS, FINDINGS, OUTCOMES, REASONS, ROLES
from wenyuan.kernel.sip2.profile import PROFILES
from wenyuan.organisation.accounts.data import AccountReason, FindingCode, Role, SignInOutcome
from wenyuan.organisation.accounts.models import Account, RoleGrant, SignIn
from wenyuan.organisation.accounts.queries import account_by_username, get_account, get_machine, list_grants
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.models import AuditRow

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


def admin(town: Town, role: Role) -> Any:
    browser = staff_at(town.central)
    RoleGrant.objects.filter(account_id=browser.session["_auth_user_id"]).delete()
    RoleGrant.objects.create(account_id=browser.session["_auth_user_id"], role=role.value, valid_from=date(2020, 1, 1))
    return browser


def test_every_code_has_words() -> None:
    assert set(ROLES) == set(Role)
    assert set(ACTS) == set(Act)
    assert set(REASONS) == set(AccountReason)
    assert set(OUTCOMES) == set(SignInOutcome)
    assert set(FINDINGS) == set(FindingCode)
    assert set(PROFILE_WORDS) == set(PROFILES)


def test_an_account_is_made_without_any_right(town: Town) -> None:
    fields = {"username": "heying", "name": "何影", "password": "落霞孤鹜齐飞 88"}

    answer = admin(town, Role.SYSTEM_ADMIN).post("/workbench/accounts/new", fields)

    made = account_by_username("heying")
    assert made is not None
    assert answer["Location"] == f"/workbench/accounts/{made.id}/"
    assert made.must_change_password
    assert list_grants(account_id=made.id) == ()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "a"}, "username"),
        ({"username": "13812345678"}, "username"),
        ({"password": "12345678"}, "password"),
    ],
)
def test_what_an_account_cannot_have_is_told_at_its_field(town: Town, fields: dict[str, str], field: str) -> None:
    wanted = {"username": "heying", "name": "何影", "password": "落霞孤鹜齐飞 88", **fields}

    answer = admin(town, Role.SYSTEM_ADMIN).post("/workbench/accounts/new", wanted)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "落霞" not in answer.content.decode()


def test_a_role_is_granted_at_a_branch_and_ended(town: Town) -> None:
    account = make_account("heying")
    browser = admin(town, Role.SECURITY_ADMIN)

    browser.post(
        f"/workbench/accounts/{account.id}/roles/new",
        {"role": "desk", "branch": town.ring.id, "valid_from": "2026-01-01"},
    )
    [grant] = list_grants(account_id=account.id)
    browser.post(f"/workbench/accounts/{account.id}/roles/{grant.id}/end", {"date": "2026-06-01"})

    assert (grant.role, grant.branch_id) == (Role.DESK, town.ring.id)
    assert list_grants(account_id=account.id)[0].valid_to == date(2026, 6, 1)


def test_administrators_are_kept_apart_unless_a_reason_is_given(town: Town) -> None:
    account = make_account("heying", roles=[(Role.DESK, town.central)])
    browser = admin(town, Role.SECURITY_ADMIN)
    url = f"/workbench/accounts/{account.id}/roles/new"
    fields = {"role": "audit_admin", "branch": "", "valid_from": "2026-01-01"}

    refused = browser.post(url, fields)
    granted = browser.post(url, {**fields, "exception_reason": "全馆七人"})

    assert list(refused.context["form"].errors) == ["exception_reason"]
    assert granted.status_code == 302


def test_a_locked_account_is_unlocked_and_a_password_set(town: Town) -> None:
    account = make_account("heying")
    Account.objects.filter(id=account.id).update(failed_sign_ins=5, locked_until="2099-01-01T00:00Z")
    browser = admin(town, Role.SYSTEM_ADMIN)

    browser.post(f"/workbench/accounts/{account.id}/unlocked")
    browser.post(f"/workbench/accounts/{account.id}/password", {"password": "秋水共长天一色 7"})

    facts = get_account(account.id)
    assert facts is not None
    assert (facts.locked_until, facts.must_change_password) == (None, True)


def test_an_account_is_disabled_for_good_with_its_reason(town: Town) -> None:
    account = make_account("heying")

    admin(town, Role.SYSTEM_ADMIN).post(f"/workbench/accounts/{account.id}/disabled", {"reason": "调离"})

    facts = get_account(account.id)
    assert facts is not None
    assert not facts.is_active


def test_a_machine_is_made_and_told_how_to_speak(town: Town) -> None:
    browser = admin(town, Role.SYSTEM_ADMIN)
    fields = {
        "username": "selfcheck1",
        "name": "自助借还机",
        "password": "机器的口令 2026",
        "branch": town.central.id,
        "service_point": town.desk.id,
        "profile": "tuchuang",
        "charset": "gbk",
        "terminator": "CRLF",
        "checksum": "warn",
        "addresses": "10.1.2.0/24\n10.9.0.1",
        "holder_told": "name",
        "pin_to_pay": "on",
    }

    browser.post("/workbench/accounts/machines/new", fields)

    made = account_by_username("selfcheck1")
    assert made is not None
    machine = get_machine(made.id)
    assert machine is not None
    assert (machine.profile, machine.charset, machine.terminator) == ("tuchuang", "gbk", "CRLF")
    assert (machine.holder_told, machine.pin_to_pay) == ("name", True)
    (row,) = AuditRow.objects.filter(act="create_machine")
    assert (row.after["holder_told"], row.after["pin_to_pay"]) == ("name", True)


def test_a_machine_is_saved_as_it_is_shown_and_tells_nothing_until_it_is_switched_on(town: Town) -> None:
    account_id = make_machine(town.central).account_id
    browser = admin(town, Role.SYSTEM_ADMIN)
    address = f"/workbench/accounts/machines/{account_id}/"
    shown = browser.get(address).context["form"].initial

    browser.post(address, {name: value for name, value in shown.items() if value not in (None, False)})

    machine = get_machine(account_id)
    assert machine is not None
    assert (machine.holder_told, machine.pin_to_pay) == ("off", False)


def test_a_wrong_network_is_told_at_its_field(town: Town) -> None:
    machine = make_machine(town.central)
    fields = {"branch": town.central.id, "profile": "standard", "charset": "utf-8", "terminator": "CR"}
    fields |= {"checksum": "warn", "holder_told": "off"}

    answer = admin(town, Role.SYSTEM_ADMIN).post(
        f"/workbench/accounts/machines/{machine.account_id}/",
        {**fields, "addresses": "anywhere"},
    )

    assert list(answer.context["form"].errors) == ["addresses"]


PAGES = ["", "new", "machines", "machines/new", "audit", "sign-ins", "separation"]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.SYSTEM_ADMIN, [200, 200, 200, 200, 403, 403, 200]),
        (Role.SECURITY_ADMIN, [200, 403, 200, 403, 403, 200, 200]),
        (Role.AUDIT_ADMIN, [200, 403, 403, 403, 200, 200, 200]),
        (Role.DIRECTOR, [403, 403, 403, 403, 403, 403, 403]),
    ],
)
def test_each_administrator_opens_their_own_pages_only(town: Town, role: Role, statuses: list[int]) -> None:
    browser = admin(town, role)

    assert [browser.get(f"/workbench/accounts/{path}").status_code for path in PAGES] == statuses


def test_the_audit_is_filtered_and_goes_on_by_key(town: Town) -> None:
    system = admin(town, Role.SYSTEM_ADMIN)
    account = make_account("heying")
    for _ in range(55):
        system.post(f"/workbench/accounts/{account.id}/unlocked")
    browser = admin(town, Role.AUDIT_ADMIN)

    first = browser.get("/workbench/accounts/audit", {"act": "unlock_account"})
    second = browser.get("/workbench/accounts/audit", {"act": "unlock_account", "from": first.context["onward"].token})

    assert [len(answer.context["rows"]) for answer in (first, second)] == [50, 5]


def test_the_queries_of_the_lists_do_not_grow_with_their_rows(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        make_account(f"clerk{number:03d}", roles=[(Role.DESK, town.central)])
        SignIn.objects.create(username=f"clerk{number}", door="workbench", outcome="ok")
    browser = admin(town, Role.SECURITY_ADMIN)
    browser.get("/workbench/accounts/")

    with django_assert_max_num_queries(10):
        accounts = browser.get("/workbench/accounts/")
    with django_assert_max_num_queries(10):
        sign_ins = browser.get("/workbench/accounts/sign-ins")

    assert len(accounts.context["accounts"]) == 50
    assert len(sign_ins.context["rows"]) == 50
