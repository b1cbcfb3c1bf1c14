"""Roles: given and ended by the security administrator, never to oneself, three administrators apart."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import connections

from tests.factories.accounts import make_account, make_desk, make_machine
from tests.factories.network import make_branch
from wenyuan.organisation.accounts import operations, queries
from wenyuan.organisation.accounts.data import ROLE_ACTS, AccountReason, AccountRefused, Role
from wenyuan.organisation.accounts.models import RoleGrant
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed, may

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


def test_a_role_at_a_branch_spreads_over_what_stands_below_it(security: Desk, branch: Branch) -> None:
    street = make_branch("S1", parent=branch, placed_from=date(2026, 5, 1))
    other = make_branch("O")
    clerk = make_account()

    operations.grant_role(
        account_id=clerk.id, role=Role.DESK, branch_id=branch.id, valid_from=TODAY, at=AT, desk=security
    )
    operations.grant_role(
        account_id=clerk.id, role=Role.OUTREACH, branch_id=None, valid_from=TODAY, at=AT, desk=security
    )

    today, later = queries.operator_for(clerk.id, TODAY), queries.operator_for(clerk.id, date(2026, 5, 1))
    yesterday = queries.operator_for(clerk.id, date(2026, 4, 22))
    assert today is not None
    assert later is not None
    assert yesterday is not None
    assert may(today, Act.CHECKOUT, branch.id)
    assert not may(today, Act.CHECKOUT, street.id)
    assert may(later, Act.CHECKOUT, street.id)
    assert not may(later, Act.CHECKOUT, other.id)
    assert today.everywhere == ROLE_ACTS[Role.OUTREACH]
    assert (yesterday.everywhere, yesterday.at_branches) == (frozenset(), {})
    assert queries.operator_for(999_999, TODAY) is None


def test_a_role_ends_on_its_day_and_may_be_given_again(security: Desk, branch: Branch) -> None:
    clerk = make_account()

    def give() -> int:
        return operations.grant_role(
            account_id=clerk.id, role=Role.DESK, branch_id=branch.id, valid_from=date(2026, 4, 1), at=AT, desk=security
        )

    first = give()
    again = refusal(give)
    operations.end_grant(grant_id=first, date=TODAY, at=AT, desk=security)
    ended = refusal(lambda: operations.end_grant(grant_id=first, date=TODAY, at=AT, desk=security))
    operations.grant_role(
        account_id=clerk.id, role=Role.DESK, branch_id=branch.id, valid_from=TODAY, at=AT, desk=security
    )

    assert (again, ended) == (AccountReason.ALREADY_GRANTED, AccountReason.ALREADY_ENDED)
    assert [grant.valid_to for grant in queries.list_grants(account_id=clerk.id)] == [TODAY, None]
    assert len(queries.list_grants(branch_id=branch.id, on=TODAY)) == 1
    assert [row.act for row in AuditRow.objects.order_by("id")] == ["grant_role", "end_grant", "grant_role"]


@pytest.mark.parametrize(
    ("held", "asked", "codes"),
    [
        (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, ("roles_combined",)),
        (Role.AUDIT_ADMIN, Role.DESK, ("administrator_operates",)),
        (Role.CATALOGUER, Role.SECURITY_ADMIN, ("administrator_operates",)),
    ],
)
def test_roles_that_exclude_each_other_need_a_reason_and_are_reported(
    security: Desk, held: Role, asked: Role, codes: tuple[str, ...]
) -> None:
    account = make_account(roles=[(held, None)])

    def give(reason: str) -> int:
        return operations.grant_role(
            account_id=account.id,
            role=asked,
            branch_id=None,
            valid_from=TODAY,
            at=AT,
            desk=security,
            exception_reason=reason,
        )

    with pytest.raises(AccountRefused) as refused:
        give(" ")
    give("全馆七人")

    assert (refused.value.reason, refused.value.codes) == (AccountReason.ADMINISTRATORS_APART, codes)
    row = AuditRow.objects.get()
    assert (row.reason, row.after["exceptions"]) == ("全馆七人", list(codes))
    assert [finding.code.value for finding in queries.separation_findings(AT, TODAY) if finding.account_id] == list(
        codes
    )


def test_roles_that_exclude_each_other_may_follow_one_another(security: Desk) -> None:
    account = make_account()
    RoleGrant.objects.create(account=account, role="system_admin", valid_from=date(2020, 1, 1), valid_to=TODAY)

    operations.grant_role(account_id=account.id, role=Role.DESK, branch_id=None, valid_from=TODAY, at=AT, desk=security)

    assert AuditRow.objects.get().after["exceptions"] == []


def test_grants_are_refused(security: Desk, branch: Branch) -> None:
    clerk, gone, machine = make_account(), make_account(is_active=False), make_machine(branch)

    def give(account_id: int, role: Role, branch_id: int | None = None, valid_to: date | None = None) -> AccountReason:
        return refusal(
            lambda: operations.grant_role(
                account_id=account_id,
                role=role,
                branch_id=branch_id,
                valid_from=TODAY,
                valid_to=valid_to,
                at=AT,
                desk=security,
            )
        )

    assert give(security.operator.account_id, Role.DESK) is AccountReason.OWN_ACCOUNT
    assert give(999_999, Role.DESK) is AccountReason.UNKNOWN_ACCOUNT
    assert give(gone.id, Role.DESK) is AccountReason.DISABLED
    assert give(clerk.id, Role.DESK, 999_999) is AccountReason.UNKNOWN_BRANCH
    assert give(clerk.id, Role.DESK, valid_to=TODAY) is AccountReason.BAD_DATES
    assert give(clerk.id, Role.MACHINE, branch.id) is AccountReason.MACHINE_ROLE
    assert give(clerk.id, Role.CASH_MACHINE, branch.id) is AccountReason.MACHINE_ROLE
    assert give(machine.account_id, Role.DESK, branch.id) is AccountReason.MACHINE_ROLE
    assert refusal(lambda: operations.end_grant(grant_id=999_999, date=TODAY, at=AT, desk=security)) is (
        AccountReason.UNKNOWN_GRANT
    )


def test_grants_need_the_right_where_they_reach(system: Desk, branch: Branch) -> None:
    clerk, other = make_account(), make_branch("O")
    scoped = make_desk(branch, role=Role.SECURITY_ADMIN)

    for desk, branch_id in ((system, branch.id), (scoped, other.id), (scoped, None)):
        with pytest.raises(NotAllowed):
            operations.grant_role(
                account_id=clerk.id, role=Role.DESK, branch_id=branch_id, valid_from=TODAY, at=AT, desk=desk
            )
    assert not RoleGrant.objects.filter(account=clerk).exists()


def test_the_last_security_administrator_keeps_the_role(security: Desk) -> None:
    grant = RoleGrant.objects.get(account_id=security.operator.account_id)

    found = refusal(lambda: operations.end_grant(grant_id=grant.id, date=TODAY, at=AT, desk=security))

    assert found is AccountReason.LAST_ADMINISTRATOR


def test_the_last_auditor_stays_until_there_is_another(security: Desk) -> None:
    auditor = make_account(roles=[(Role.AUDIT_ADMIN, None)])
    grant = RoleGrant.objects.get(account=auditor)

    alone = refusal(lambda: operations.end_grant(grant_id=grant.id, date=TODAY, at=AT, desk=security))
    make_account(roles=[(Role.AUDIT_ADMIN, None)])
    operations.end_grant(grant_id=grant.id, date=TODAY, at=AT, desk=security)

    assert alone is AccountReason.LAST_ADMINISTRATOR
    assert RoleGrant.objects.get(id=grant.id).valid_to == TODAY


def test_two_administrators_at_once_do_not_remove_each_other(fresh_database: str) -> None:
    branch = make_branch("C")
    people = [make_account(roles=[(Role.SECURITY_ADMIN, None)]) for _ in range(2)]
    desks = [make_desk(branch, role=Role.SECURITY_ADMIN, everywhere=True, account=person) for person in people]
    grants = [RoleGrant.objects.get(account=person).id for person in people]
    start = Barrier(2)

    def end(desk: Desk, grant_id: int) -> AccountReason | None:
        try:
            start.wait(10)
            operations.end_grant(grant_id=grant_id, date=TODAY, at=AT, desk=desk)
        except AccountRefused as refused:
            return refused.reason
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(end, desks[0], grants[1]), pool.submit(end, desks[1], grants[0])]
        outcomes = {run.result() for run in runs}

    assert outcomes == {None, AccountReason.LAST_ADMINISTRATOR}


def test_two_excluding_grants_at_once_are_not_both_given(fresh_database: str) -> None:
    branch, account = make_branch("C"), make_account()
    desk = make_desk(branch, role=Role.SECURITY_ADMIN, everywhere=True)
    start = Barrier(2)

    def give(role: Role) -> AccountReason | None:
        try:
            start.wait(10)
            operations.grant_role(account_id=account.id, role=role, branch_id=None, valid_from=TODAY, at=AT, desk=desk)
        except AccountRefused as refused:
            return refused.reason
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(give, (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)))

    assert outcomes == {None, AccountReason.ADMINISTRATORS_APART}
    assert RoleGrant.objects.filter(account=account).count() == 1
