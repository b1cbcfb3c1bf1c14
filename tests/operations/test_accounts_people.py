"""Accounts, passwords and badges: success, every refusal, and what audit and journal keep of it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.hashers import check_password

from tests.factories.accounts import PASSWORD, make_account, make_desk, make_machine
from tests.factories.network import make_branch
from wenyuan.organisation.accounts import operations, queries
from wenyuan.organisation.accounts.backends import SessionBackend
from wenyuan.organisation.accounts.data import AccountReason, AccountRefused, Finding, FindingCode, Role
from wenyuan.organisation.accounts.models import Account, RoleGrant
from wenyuan.organisation.accounts.sql import INVARIANTS
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed, may
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 1, tzinfo=UTC)
TODAY = date(2026, 4, 23)
GOOD = "明月松间照 2026"


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C")


@pytest.fixture
def system(branch: Branch) -> Desk:
    account = make_account("system", roles=[(Role.SYSTEM_ADMIN, None)])
    return make_desk(branch, role=Role.SYSTEM_ADMIN, everywhere=True, account=account)


@pytest.fixture
def security(branch: Branch) -> Desk:
    account = make_account("security", roles=[(Role.SECURITY_ADMIN, None)])
    return make_desk(branch, role=Role.SECURITY_ADMIN, everywhere=True, account=account)


def refusal(act: Callable[[], object]) -> AccountReason:
    with pytest.raises(AccountRefused) as refused:
        act()
    return refused.value.reason


def test_an_account_is_made_without_any_right(system: Desk) -> None:
    made = operations.create_account(username=" Ｗang.Fang ", name="王芳", password=GOOD, at=AT, desk=system)

    operator = queries.operator_for(made.id, TODAY)
    assert (made.username, made.must_change_password) == ("Wang.Fang", True)
    assert operator is not None
    assert (operator.everywhere, operator.at_branches) == (frozenset(), {})
    assert Entry.objects.get().details == {"what": "create_account"}
    assert AuditRow.objects.get().after == {"username": "Wang.Fang", "kind": "person"}
    assert Account.objects.get(id=made.id).password.startswith("argon2$")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"username": "SYSTEM"}, AccountReason.USERNAME_TAKEN),
        ({"username": "a b"}, AccountReason.BAD_USERNAME),
        ({"username": "11010519491231002X"}, AccountReason.PERSONAL_USERNAME),
        ({"name": " "}, AccountReason.BAD_NAME),
        ({"password": "short"}, AccountReason.WEAK_PASSWORD),
        ({"password": "12345678901"}, AccountReason.WEAK_PASSWORD),
        ({"password": "wangfang1"}, AccountReason.WEAK_PASSWORD),
    ],
)
def test_an_account_is_refused(system: Desk, changed: dict[str, str], reason: AccountReason) -> None:
    values = {"username": "wangfang", "name": "王芳", "password": GOOD, **changed}

    found = refusal(
        lambda: operations.create_account(
            username=values["username"], name=values["name"], password=values["password"], at=AT, desk=system
        )
    )

    assert found is reason
    assert not AuditRow.objects.exists()


def test_only_the_system_administrator_manages_accounts(security: Desk, branch: Branch) -> None:
    clerk = make_account("clerk")

    with pytest.raises(NotAllowed):
        operations.create_account(username="wang", name="王芳", password=GOOD, at=AT, desk=security)
    with pytest.raises(NotAllowed):
        operations.set_password(account_id=clerk.id, password=GOOD, at=AT, desk=make_desk(branch))
    with pytest.raises(NotAllowed):
        operations.disable_account(account_id=clerk.id, at=AT, desk=security)


def test_a_password_is_set_for_another_and_lifts_the_lock(system: Desk) -> None:
    clerk = make_account("clerk")
    Account.objects.filter(id=clerk.id).update(failed_sign_ins=5, locked_until=AT + timedelta(minutes=15))

    operations.set_password(account_id=clerk.id, password=GOOD, at=AT, desk=system)

    clerk.refresh_from_db()
    assert check_password(GOOD, clerk.password)
    assert (clerk.must_change_password, clerk.failed_sign_ins, clerk.locked_until) == (True, 0, None)
    assert GOOD not in json.dumps(list(AuditRow.objects.values("before", "after", "reason")))


def test_passwords_are_refused(system: Desk) -> None:
    security, gone = make_account(roles=[(Role.SECURITY_ADMIN, None)]), make_account(is_active=False)

    def set_for(account_id: int) -> AccountReason:
        return refusal(lambda: operations.set_password(account_id=account_id, password=GOOD, at=AT, desk=system))

    assert set_for(system.operator.account_id) is AccountReason.OWN_ACCOUNT
    assert set_for(security.id) is AccountReason.ADMINISTRATOR_PASSWORD
    assert set_for(gone.id) is AccountReason.DISABLED
    assert set_for(999_999) is AccountReason.UNKNOWN_ACCOUNT


def test_an_administrators_password_set_with_a_reason_is_reported(system: Desk) -> None:
    security = make_account(roles=[(Role.SECURITY_ADMIN, None)])

    operations.set_password(
        account_id=security.id, password=GOOD, at=AT, desk=system, must_change=False, exception_reason="忘记密码"
    )

    security.refresh_from_db()
    assert security.must_change_password
    assert AuditRow.objects.get().reason == "忘记密码"
    assert queries.separation_findings(AT, TODAY) == (
        Finding(FindingCode.ROLE_VACANT, None, (Role.AUDIT_ADMIN,)),
        Finding(FindingCode.PASSWORD_SET_BY_OTHER, security.id, (Role.SECURITY_ADMIN,)),
    )


def test_ones_own_password_is_changed_with_the_old_one(branch: Branch) -> None:
    clerk = make_account("clerk")
    desk = make_desk(branch, account=clerk)

    wrong = refusal(lambda: operations.change_own_password(old="falsch 123", new=GOOD, at=AT, desk=desk))
    same = refusal(lambda: operations.change_own_password(old=PASSWORD, new=PASSWORD, at=AT, desk=desk))
    operations.change_own_password(old=PASSWORD, new=GOOD, at=AT, desk=desk)

    clerk.refresh_from_db()
    assert (wrong, same) == (AccountReason.WRONG_PASSWORD, AccountReason.WEAK_PASSWORD)
    assert (check_password(GOOD, clerk.password), clerk.password_changed_at) == (True, AT)


def test_a_disabled_account_has_no_right_and_no_session(system: Desk, branch: Branch) -> None:
    clerk = make_account("clerk", roles=[(Role.DESK, branch)])
    operations.set_badge(account_id=clerk.id, badge="S1001", at=AT, desk=system)

    operations.disable_account(account_id=clerk.id, at=AT, desk=system, reason="离职")

    operator = queries.operator_for(clerk.id, TODAY)
    assert operator is not None
    assert not may(operator, Act.CHECKOUT, branch.id)
    assert SessionBackend().get_user(clerk.id) is None
    assert Account.objects.get(id=clerk.id).badge_hash is None
    assert refusal(lambda: operations.disable_account(account_id=clerk.id, at=AT, desk=system)) is (
        AccountReason.ALREADY_DISABLED
    )


def test_nobody_disables_himself_or_the_last_administrator(system: Desk, security: Desk) -> None:
    own = refusal(lambda: operations.disable_account(account_id=system.operator.account_id, at=AT, desk=system))
    last = refusal(lambda: operations.disable_account(account_id=security.operator.account_id, at=AT, desk=system))
    make_account(roles=[(Role.SECURITY_ADMIN, None)])
    operations.disable_account(account_id=security.operator.account_id, at=AT, desk=system)

    assert (own, last) == (AccountReason.OWN_ACCOUNT, AccountReason.LAST_ADMINISTRATOR)


def test_the_system_administrator_does_not_disable_the_last_auditor(system: Desk) -> None:
    auditor = make_account(roles=[(Role.AUDIT_ADMIN, None)])

    alone = refusal(lambda: operations.disable_account(account_id=auditor.id, at=AT, desk=system))

    assert alone is AccountReason.LAST_ADMINISTRATOR
    assert Account.objects.get(id=auditor.id).is_active


def test_a_lock_is_lifted_by_hand(system: Desk) -> None:
    clerk = make_account("clerk")
    Account.objects.filter(id=clerk.id).update(failed_sign_ins=7, locked_until=AT)

    operations.unlock_account(account_id=clerk.id, at=AT, desk=system)

    account = queries.account_by_username("CLERK")
    assert account is not None
    assert (account.failed_sign_ins, account.locked_until) == (0, None)


def test_a_badge_is_kept_as_a_hash_and_its_last_four(system: Desk) -> None:
    clerk = make_account("clerk")

    operations.set_badge(account_id=clerk.id, badge="04:a1:b2:c3", pin="2468", at=AT, desk=system)

    clerk.refresh_from_db()
    assert clerk.badge_last4 == "B2C3"
    assert bytes(clerk.badge_hash or b"") != b"04A1B2C3"
    assert AuditRow.objects.get().after == {"badge": "····B2C3", "pin": True}
    operations.set_badge(account_id=clerk.id, badge=None, at=AT, desk=system)
    clerk.refresh_from_db()
    assert (clerk.badge_hash, clerk.badge_last4, clerk.pin_hash) == (None, "", "")


def test_badges_are_refused(system: Desk, branch: Branch) -> None:
    clerk, other = make_account(), make_account()
    machine = make_machine(branch)
    operations.set_badge(account_id=clerk.id, badge="S1001", at=AT, desk=system)

    def give(account_id: int, badge: str | None, pin: str | None = None) -> AccountReason:
        return refusal(lambda: operations.set_badge(account_id=account_id, badge=badge, pin=pin, at=AT, desk=system))

    assert give(other.id, "s1001") is AccountReason.BADGE_TAKEN
    assert give(other.id, "11010519491231002X") is AccountReason.BAD_BADGE
    assert give(other.id, "S1002", "12") is AccountReason.BAD_PIN
    assert give(other.id, None, "1234") is AccountReason.BAD_PIN
    assert give(machine.account_id, "S1002") is AccountReason.BAD_BADGE
    assert give(system.operator.account_id, "S1002") is AccountReason.BAD_BADGE


@pytest.mark.parametrize(
    ("name", "acts"),
    [
        ("create_account", {Act.MANAGE_ACCOUNTS}),
        ("set_password", {Act.MANAGE_ACCOUNTS}),
        ("disable_account", {Act.MANAGE_ACCOUNTS}),
        ("unlock_account", {Act.MANAGE_ACCOUNTS}),
        ("set_badge", {Act.MANAGE_ACCOUNTS}),
        ("create_machine", {Act.MANAGE_ACCOUNTS}),
        ("update_machine", {Act.MANAGE_ACCOUNTS}),
        ("grant_role", {Act.GRANT_ROLES}),
        ("end_grant", {Act.GRANT_ROLES}),
        ("change_own_password", set()),
        ("sign_in", set()),
        ("switch_by_badge", set()),
        ("first_administrators", set()),
    ],
)
def test_every_verb_of_the_accounts_declares_its_acts(name: str, acts: set[Act]) -> None:
    assert getattr(operations, name).needs == frozenset(acts)


def test_accounts_are_listed_by_kind(branch: Branch) -> None:
    make_account("b"), make_account("a", is_active=False)
    make_machine(branch, "m")

    assert [one.username for one in queries.list_accounts()] == ["a", "b", "m"]
    assert [one.username for one in queries.list_accounts(kind="person", active_only=True)] == ["b"]


def test_the_invariants_hold_for_the_factories_and_name_what_breaks_them(branch: Branch) -> None:
    machine, clerk = make_machine(branch), make_account(roles=[(Role.DESK, branch)])
    clean = [broken_rows(invariant) for invariant in INVARIANTS]
    own = RoleGrant.objects.create(account=clerk, role="desk", valid_from=TODAY, granted_by=clerk)
    twice = RoleGrant.objects.create(account=clerk, role="desk", branch=branch, valid_from=TODAY)
    wrong = RoleGrant.objects.create(account=machine.account, role="desk", valid_from=TODAY)
    Account.objects.filter(id=machine.account_id).update(kind="person")

    broken = {invariant.name: broken_rows(invariant) for invariant in INVARIANTS}

    assert clean == [[], [], [], []]
    assert broken["accounts_nobody_grants_to_himself"] == [(own.id,)]
    assert [row[1] for row in broken["accounts_no_grant_twice_on_a_day"]] == [twice.id]
    assert broken["accounts_machine_row_has_a_machine_account"] == [(machine.account_id,)]
    assert wrong.id not in {row[0] for row in broken["accounts_machines_hold_the_machine_role_only"]}
