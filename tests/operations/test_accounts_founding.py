"""Machines, the first accounts of an installation, and the audit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import connections, transaction

from tests.factories.accounts import make_account, make_desk
from tests.factories.network import make_branch, make_service_point
from wenyuan.organisation.accounts import operations, queries
from wenyuan.organisation.accounts.data import AccountReason, AccountRefused, Finding, FindingCode, FirstAccount, Role
from wenyuan.organisation.accounts.models import Account, Machine
from wenyuan.organisation.accounts.operations import founding
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.data import NetworkRefused
from wenyuan.organisation.network.models import Branch, Library
from wenyuan.organisation.network.operations import BranchRow, SheetRefused, central_branch
from wenyuan.organisation.rights.data import Act, Desk, Door
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import list_audit

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


def refusal(act: Callable[[], object]) -> AccountReason:
    with pytest.raises(AccountRefused) as refused:
        act()
    return refused.value.reason


def test_a_machine_is_made_changed_and_found(system: Desk, branch: Branch) -> None:
    point = make_service_point(branch)

    made = operations.create_machine(
        username="sip-c1",
        name="一号自助机",
        password=GOOD,
        branch_id=branch.id,
        service_point_id=point.id,
        charset="gbk",
        addresses=["10.1.2.3/24"],
        at=AT,
        desk=system,
    )
    changed = operations.update_machine(
        account_id=made.account_id, branch_id=branch.id, terminator="CRLF", at=AT, desk=system
    )

    assert (made.charset, made.addresses, made.is_active) == ("gbk", ("10.1.2.0/24",), True)
    assert queries.machine_by_username("SIP-C1") == changed
    assert (changed.terminator, changed.charset, changed.service_point_id) == ("CRLF", "utf-8", None)
    assert queries.list_machines(branch_id=branch.id) == (changed,)
    assert queries.machine_by_username("system") is None
    assert AuditRow.objects.get(act="update_machine").before["addresses"] == ["10.1.2.0/24"]


def test_machines_are_refused(system: Desk, branch: Branch) -> None:
    strange = make_service_point(make_branch("O"))

    def make(**changed: object) -> tuple[AccountReason, tuple[str, ...]]:
        values: dict[str, object] = {"username": "sip", "name": "机", "password": GOOD, "branch_id": branch.id}
        with pytest.raises(AccountRefused) as refused:
            operations.create_machine(**{**values, **changed}, at=AT, desk=system)  # type: ignore[arg-type]  # a table of cases
        return refused.value.reason, refused.value.codes

    assert make(charset="big5", addresses=["10.1"]) == (AccountReason.BAD_MACHINE, ("charset", "addresses"))
    assert make(terminator="LF", checksum="?", profile="") == (
        AccountReason.BAD_MACHINE,
        ("profile", "terminator", "checksum"),
    )
    assert make(branch_id=999_999)[0] is AccountReason.UNKNOWN_BRANCH
    assert make(service_point_id=strange.id)[0] is AccountReason.UNKNOWN_SERVICE_POINT
    assert make(username="System")[0] is AccountReason.USERNAME_TAKEN
    assert not Machine.objects.exists()
    assert refusal(lambda: operations.update_machine(account_id=999_999, branch_id=branch.id, at=AT, desk=system)) is (
        AccountReason.UNKNOWN_ACCOUNT
    )


FIRST = (
    FirstAccount(username="system", name="系统", password=GOOD, roles=frozenset({Role.SYSTEM_ADMIN})),
    FirstAccount(username="security", name="安全", password=GOOD, roles=frozenset({Role.SECURITY_ADMIN})),
    FirstAccount(username="audit", name="审计", password=GOOD, roles=frozenset({Role.AUDIT_ADMIN})),
    FirstAccount(username="director", name="馆长", password=GOOD, roles=frozenset({Role.DIRECTOR}), must_change=True),
)


def test_an_installation_begins_with_three_administrators_and_a_director(db: None) -> None:
    made = operations.first_administrators(accounts=FIRST, at=AT)

    operator = queries.operator_for(made[0].id, TODAY)
    assert operator is not None
    assert operator.everywhere == frozenset({Act.MANAGE_ACCOUNTS, Act.EDIT_NETWORK})
    assert [account.must_change_password for account in made] == [False, False, False, True]
    assert queries.separation_findings(AT, TODAY) == ()
    assert AuditRow.objects.filter(act="first_administrators").count() == 4
    assert Entry.objects.filter(kind="account_changed").count() == 4
    assert refusal(lambda: operations.first_administrators(accounts=FIRST, at=AT)) is AccountReason.ALREADY_FOUNDED


def branches(*codes: str) -> tuple[BranchRow, ...]:
    return tuple(central_branch(code=code, name_zh="总馆", opened=date(2010, 1, 1)) for code in codes)


def test_accounts_name_and_branches_are_founded_together(db: None) -> None:
    opened = operations.found_installation(
        accounts=FIRST, name_zh="鹿鸣区图书馆", branches=branches("ZG"), at=AT, door=Door.CLI
    )

    assert [branch.code for branch in opened] == ["ZG"]
    assert Account.objects.count() == 4
    assert Library.objects.get().name_zh == "鹿鸣区图书馆"
    assert Branch.objects.get().code == "ZG"


@pytest.mark.parametrize(
    ("name", "codes", "refused"),
    [
        ("鹿鸣区图书馆", (), SheetRefused),
        ("", ("ZG",), NetworkRefused),
        ("鹿鸣区图书馆", ("TAKEN",), SheetRefused),
    ],
)
def test_what_stops_a_founding_leaves_nothing_behind(
    db: None, name: str, codes: tuple[str, ...], refused: type[Exception]
) -> None:
    make_branch("TAKEN")

    with pytest.raises(refused):
        operations.found_installation(
            accounts=FIRST, name_zh=name, branches=branches(*codes), at=AT, door=Door.WORKBENCH
        )

    assert not Account.objects.exists()
    assert not AuditRow.objects.exists()
    assert not Library.objects.exists()
    assert Branch.objects.count() == 1


def test_a_founding_whose_server_dies_before_its_end_may_be_begun_again(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> None:
        operations.found_installation(
            accounts=FIRST, name_zh="鹿鸣区图书馆", branches=branches("ZG"), at=AT, door=Door.WORKBENCH
        )

    with monkeypatch.context() as dying:
        dying.setattr(founding, "open_first_branches", _die)
        with pytest.raises(SystemExit):
            found()
    left = (Account.objects.count(), Library.objects.count())
    found()

    assert left == (0, 0)
    assert (Account.objects.count(), Branch.objects.count()) == (4, 1)


def _die(**_: object) -> None:
    raise SystemExit


def test_an_installation_does_not_begin_without_its_administrators(db: None) -> None:
    missing = refusal(lambda: operations.first_administrators(accounts=FIRST[1:], at=AT))
    with pytest.raises(AccountRefused) as weak, transaction.atomic():
        operations.first_administrators(
            accounts=[*FIRST[:2], FirstAccount(username="audit", name="审计", password="1", roles=FIRST[2].roles)],
            at=AT,
        )

    assert missing is AccountReason.ROLE_MISSING
    assert weak.value.reason is AccountReason.WEAK_PASSWORD
    assert not Account.objects.exists()


def test_a_library_of_seven_may_combine_administrators_by_naming_why(db: None) -> None:
    both = FirstAccount(
        username="one", name="甲", password=GOOD, roles=frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
    )

    refused = refusal(lambda: operations.first_administrators(accounts=[both, FIRST[2]], at=AT))
    one, _ = operations.first_administrators(accounts=[both, FIRST[2]], at=AT, exception_reason="全馆七人")

    assert refused is AccountReason.ADMINISTRATORS_APART
    assert queries.separation_findings(AT, TODAY) == (
        Finding(FindingCode.ROLES_COMBINED, one.id, (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)),
    )
    assert AuditRow.objects.get(subject_id=one.id).reason == "全馆七人"


def test_two_installers_at_once_found_one_library(fresh_database: str) -> None:
    start = Barrier(2)

    def begin(_: int) -> AccountReason | None:
        try:
            start.wait(10)
            operations.first_administrators(accounts=FIRST, at=AT)
        except AccountRefused as refused:
            return refused.reason
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(begin, range(2)))

    assert outcomes == {None, AccountReason.ALREADY_FOUNDED}
    assert Account.objects.count() == 4


def test_the_audit_masks_numbers_and_carries_plain_values(branch: Branch) -> None:
    desk = make_desk(branch)

    row_id = audit(
        at=AT,
        desk=desk,
        act=Act.REVEAL_PERSONAL,
        subject_kind="patron",
        subject_id=7,
        reason="核对 11010519491231002X，电话 13812341234",
        before={"day": TODAY, "roles": frozenset({Role.DESK, Role.KEEPER})},
        after={"typed": ["11010519491231002X"], "door": Door.SIP2, "count": 3, "none": None},
    )

    (row,) = list_audit(subject_kind="patron", subject_id=7)
    assert (row.id, row.at, row.act, row.branch_id) == (row_id, AT, "reveal_personal", branch.id)
    assert row.reason == "核对 ····002X，电话 138****1234"
    assert row.before == {"day": "2026-04-23", "roles": ["desk", "keeper"]}
    assert row.after == {"typed": ["····002X"], "door": "sip2", "count": 3, "none": None}


def test_the_audit_refuses_what_is_no_plain_value_and_needs_a_verb(fresh_database: str) -> None:
    branch = make_branch("C")
    desk = make_desk(branch)

    with pytest.raises(TypeError), transaction.atomic():
        audit(at=AT, desk=desk, act="x", subject_kind="branch", after={"row": branch})
    with pytest.raises(AssertionError):
        audit(at=AT, desk=desk, act="x", subject_kind="branch")


def test_the_audit_is_read_in_pages(branch: Branch) -> None:
    desk = make_desk(branch)
    ids = [audit(at=AT, desk=desk, act="x", subject_kind="branch", subject_id=one) for one in range(3)]

    first = list_audit(size=2)
    rest = list_audit(before=first[-1].id)

    assert [row.id for row in (*first, *rest)] == ids[::-1]
    assert list_audit(act="y") == ()
    assert len(list_audit(account_id=desk.operator.account_id, first_at=AT)) == 3
