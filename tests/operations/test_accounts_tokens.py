"""Tokens for the REST door: told once, never more than the machine may, and ended at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections

from tests.factories.accounts import make_account, make_desk, make_machine
from tests.factories.network import make_branch
from wenyuan.organisation.accounts import queries
from wenyuan.organisation.accounts.data import (
    AccountReason,
    AccountRefused,
    ApiTokenOutcome,
    ApiTokenRefused,
    IssuedApiToken,
    Role,
)
from wenyuan.organisation.accounts.models import Account, ApiToken, Machine, RoleGrant
from wenyuan.organisation.accounts.operations import (
    admit_api_token,
    end_api_token,
    issue_api_token,
    readmit_api_token,
)
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import NotAllowed, list_audit, may

AT = datetime(2026, 4, 23, 1, tzinfo=UTC)
TODAY = date(2026, 4, 23)
IN_A_YEAR = date(2027, 4, 23)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.SYSTEM_ADMIN, everywhere=True)


def issue(machine: Machine, desk: Desk, **changes: object) -> IssuedApiToken:
    values: dict[str, object] = {
        "account_id": machine.account_id,
        "name": "分拣机",
        "acts": {Act.CHECKIN, Act.SEE_ITEM},
        "valid_to": IN_A_YEAR,
        "at": AT,
        "desk": desk,
        **changes,
    }
    return issue_api_token(**values)  # type: ignore[arg-type] # a test's own shorthand


def refusal(machine: Machine, desk: Desk, **changes: object) -> tuple[AccountReason, tuple[str, ...]]:
    with pytest.raises(AccountRefused) as caught:
        issue(machine, desk, **changes)
    return caught.value.reason, caught.value.codes


def shut_out(secret: str, *, at: datetime = AT, address: str = "10.1.2.3") -> ApiTokenOutcome:
    with pytest.raises(ApiTokenRefused) as caught:
        admit_api_token(secret=secret, address=address, at=at)
    return caught.value.reason


def test_a_token_is_told_once_and_only_its_hash_is_kept(branch: Branch, desk: Desk) -> None:
    machine = make_machine(branch, "sorter")

    issued = issue(machine, desk)

    (kept,) = ApiToken.objects.values_list()
    assert issued.secret.startswith("wya_")
    assert len(issued.secret) == 47
    assert issued.secret not in repr((kept, issued))
    assert issued.facts.last4 == issued.secret[-4:]
    assert queries.list_api_tokens(account_id=machine.account_id) == (issued.facts,)


def test_a_token_leaves_a_journal_entry_and_an_audit_row_that_do_not_hold_it(branch: Branch, desk: Desk) -> None:
    machine = make_machine(branch, "sorter")

    issued = issue(machine, desk)
    end_api_token(token_id=issued.facts.id, at=AT, desk=desk)

    entries = Entry.objects.filter(kind="account_changed").order_by("id")
    rows = list_audit(subject_kind="account", subject_id=machine.account_id)
    assert [entry.details["what"] for entry in entries] == ["issue_api_token", "end_api_token"]
    assert [(row.act, row.account_id) for row in rows] == [
        ("end_api_token", desk.operator.account_id),
        ("issue_api_token", desk.operator.account_id),
    ]
    assert rows[1].after["acts"] == ["checkin", "see_item"]
    assert issued.secret[4:] not in repr([*entries.values_list(), *rows])


def test_a_caller_may_what_both_token_and_account_allow(branch: Branch, desk: Desk) -> None:
    other = make_branch("S", parent=branch)
    machine = make_machine(other, "sorter")
    issued = issue(machine, desk)

    caller = admit_api_token(secret=issued.secret, address="10.1.2.3", at=AT)

    assert (caller.account_id, caller.username, caller.branch_id) == (machine.account_id, "sorter", other.id)
    assert may(caller.operator, Act.CHECKIN, other.id)
    assert not may(caller.operator, Act.CHECKOUT, other.id)
    assert not may(caller.operator, Act.CHECKIN, branch.id)


def test_a_token_for_a_branch_holds_there_and_below_and_gives_no_right(branch: Branch, desk: Desk) -> None:
    street, station = make_branch("S", parent=branch), make_branch("S1")
    RoleGrant.objects.all().delete()
    account = make_account("app", kind="machine", roles=[(Role.MACHINE, None)])
    machine = Machine.objects.create(account=account, branch=branch)
    below = make_branch("S2", parent=street)
    narrow = issue(machine, desk, branch_ids={street.id})
    local = issue(make_machine(street, "kiosk"), desk, branch_ids={branch.id})

    caller = admit_api_token(secret=narrow.secret, address=None, at=AT)
    kiosk = admit_api_token(secret=local.secret, address=None, at=AT)

    allowed = {one.code for one in (branch, street, station, below) if may(caller.operator, Act.CHECKIN, one.id)}
    assert allowed == {"S", "S2"}
    assert not may(caller.operator, Act.CHECKIN, None)
    assert not may(kiosk.operator, Act.CHECKIN, branch.id)
    assert may(kiosk.operator, Act.CHECKIN, street.id)


def test_a_grant_that_ends_is_gone_at_once(branch: Branch, desk: Desk) -> None:
    machine = make_machine(branch, "sorter")
    issued = issue(machine, desk)
    RoleGrant.objects.filter(account_id=machine.account_id).update(valid_to=TODAY)

    caller = admit_api_token(secret=issued.secret, address=None, at=AT)

    assert not may(caller.operator, Act.CHECKIN, branch.id)


def test_a_token_is_shut_out_when_ended_out_of_date_or_of_a_disabled_account(branch: Branch, desk: Desk) -> None:
    machine = make_machine(branch, "sorter")
    ended, dated, disabled = (issue(machine, desk, name=name, valid_to=IN_A_YEAR).secret for name in "abc")
    end_api_token(token_id=ApiToken.objects.get(name="a").id, at=AT, desk=desk)
    last_day = datetime(2027, 4, 22, 15, 59, tzinfo=UTC)

    outcomes = [
        shut_out(ended),
        shut_out(dated, at=last_day + timedelta(minutes=1)),
        shut_out("wya_" + "x" * 43),
        shut_out("x"),
        shut_out("wya_" + "x" * 5000),
    ]
    admit_api_token(secret=dated, address=None, at=last_day)
    Account.objects.filter(id=machine.account_id).update(is_active=False)

    assert outcomes == [
        ApiTokenOutcome.ENDED,
        ApiTokenOutcome.EXPIRED,
        ApiTokenOutcome.UNKNOWN,
        ApiTokenOutcome.UNKNOWN,
        ApiTokenOutcome.UNKNOWN,
    ]
    assert shut_out(disabled) is ApiTokenOutcome.DISABLED
    with pytest.raises(ApiTokenRefused):
        readmit_api_token(token_id=ApiToken.objects.get(name="b").id, at=AT)


def test_a_machine_bound_to_networks_is_let_in_from_them_alone(branch: Branch, desk: Desk) -> None:
    machine = make_machine(branch, "sorter", addresses=["10.1.0.0/16"])
    issued = issue(machine, desk)

    admit_api_token(secret=issued.secret, address="::ffff:10.1.2.3", at=AT)
    readmit_api_token(token_id=issued.facts.id, at=AT)

    assert shut_out(issued.secret, address="10.2.0.1") is ApiTokenOutcome.WRONG_ADDRESS
    assert shut_out(issued.secret, address="") is ApiTokenOutcome.WRONG_ADDRESS


def test_the_day_of_the_last_use_is_kept(branch: Branch, desk: Desk) -> None:
    issued = issue(make_machine(branch, "sorter"), desk)

    for at in (AT, AT + timedelta(hours=1), AT + timedelta(days=3)):
        admit_api_token(secret=issued.secret, address=None, at=at)

    facts = queries.get_api_token(issued.facts.id)
    assert facts is not None
    assert facts.last_used_date == date(2026, 4, 26)
    assert (facts.is_good(IN_A_YEAR - timedelta(days=1)), facts.is_good(IN_A_YEAR)) == (True, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"acts": set()}, "acts"),
        ({"acts": {Act.CHECKIN, Act.EDIT_PATRON}}, "acts"),
        ({"branch_ids": {0}}, "branches"),
        ({"valid_to": TODAY}, "valid_to"),
        ({"valid_to": TODAY + timedelta(days=732)}, "valid_to"),
    ],
)
def test_what_a_token_cannot_have_is_named(branch: Branch, desk: Desk, changes: dict[str, object], field: str) -> None:
    assert refusal(make_machine(branch), desk, **changes) == (AccountReason.BAD_TOKEN, (field,))


def test_a_token_is_refused_for_who_is_no_machine_or_disabled_or_under_a_name_in_use(
    branch: Branch, desk: Desk
) -> None:
    machine, off = make_machine(branch), make_machine(branch)
    Account.objects.filter(id=off.account_id).update(is_active=False)
    first = issue(machine, desk)

    assert refusal(machine, desk, account_id=make_account().id)[0] is AccountReason.UNKNOWN_ACCOUNT
    assert refusal(off, desk)[0] is AccountReason.DISABLED
    assert refusal(machine, desk)[0] is AccountReason.TOKEN_NAME_TAKEN
    end_api_token(token_id=first.facts.id, at=AT, desk=desk)
    assert issue(machine, desk).facts.name == "分拣机"


def test_a_token_is_ended_once_and_an_unknown_one_not_at_all(branch: Branch, desk: Desk) -> None:
    issued = issue(make_machine(branch), desk)
    end_api_token(token_id=issued.facts.id, at=AT, desk=desk)

    reasons = []
    for token_id in (issued.facts.id, 0):
        with pytest.raises(AccountRefused) as caught:
            end_api_token(token_id=token_id, at=AT, desk=desk)
        reasons.append(caught.value.reason)

    assert reasons == [AccountReason.ALREADY_ENDED, AccountReason.UNKNOWN_TOKEN]


def test_only_who_manages_accounts_there_makes_and_ends_tokens(branch: Branch, desk: Desk) -> None:
    machine = make_machine(branch)
    issued = issue(machine, desk)
    elsewhere = make_desk(make_branch("S"), role=Role.SYSTEM_ADMIN)
    guard = make_desk(branch, role=Role.SECURITY_ADMIN, everywhere=True)

    for other in (elsewhere, guard):
        with pytest.raises(NotAllowed):
            issue(machine, other, name="x")
        with pytest.raises(NotAllowed):
            end_api_token(token_id=issued.facts.id, at=AT, desk=other)

    assert ApiToken.objects.filter(ended_at__isnull=True).count() == 1


def test_of_two_who_make_a_token_of_one_name_at_once_one_is_refused(fresh_database: str) -> None:
    branch = make_branch("C", kind="central")
    machine = make_machine(branch)
    desk = make_desk(branch, role=Role.SYSTEM_ADMIN, everywhere=True)
    ready = Barrier(2)

    def make(_number: int) -> bool:
        try:
            ready.wait(10)
            issue(machine, desk)
        except AccountRefused as refused:
            return refused.reason is not AccountReason.TOKEN_NAME_TAKEN
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(make, range(2)))

    assert sorted(made) == [False, True]
    assert ApiToken.objects.count() == 1
