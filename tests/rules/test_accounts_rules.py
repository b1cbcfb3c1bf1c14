"""Locks, user names, badges, masking and the separation of the three administrators, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from wenyuan.organisation.accounts import rules
from wenyuan.organisation.accounts.data import AccountReason, FindingCode, Role
from wenyuan.organisation.rights.data import Door

AT = datetime(2026, 4, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, None), (4, None), (5, 15), (6, 30), (7, 60), (11, 960), (12, 1440), (1000, 1440)]
)
def test_a_lock_grows_with_each_further_failure_up_to_a_day(failures: int, minutes: int | None) -> None:
    until = rules.lock_after(failures, at=AT, machine=False)

    assert until == (None if minutes is None else AT + timedelta(minutes=minutes))


def test_a_machine_is_never_locked_for_long() -> None:
    assert rules.lock_after(1000, at=AT, machine=True) == AT + timedelta(seconds=30)


def test_a_lock_ends_at_its_moment() -> None:
    assert rules.is_locked(AT, at=AT - timedelta(seconds=1))
    assert not rules.is_locked(AT, at=AT)
    assert not rules.is_locked(None, at=AT)


@pytest.mark.parametrize(
    ("username", "fault"),
    [
        ("wang.fang", None),
        ("王芳", None),
        ("sip-c1", None),
        ("x", AccountReason.BAD_USERNAME),
        ("wang fang", AccountReason.BAD_USERNAME),
        ("-wang", AccountReason.BAD_USERNAME),
        ("w" * 65, AccountReason.BAD_USERNAME),
        ("11010519491231002X", AccountReason.PERSONAL_USERNAME),
        ("13812341234", AccountReason.PERSONAL_USERNAME),
    ],
)
def test_user_names_are_plain_and_no_persons_number(username: str, fault: AccountReason | None) -> None:
    assert rules.username_fault(username) is fault


@pytest.mark.parametrize(
    ("typed", "logged"),
    [
        (" wang ", "wang"),
        ("11010519491231002x", "····002x"),
        ("110105 19491231 002X", "····002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "····002X"),
        ("110105491231002", "····1002"),
        ("13812341234", "138****1234"),
        ("wa\x00ng\n", "wang"),
        ("w" * 300, "w" * 64),
    ],
)
def test_the_log_keeps_no_identity_number(typed: str, logged: str) -> None:
    assert rules.logged_username(typed) == logged


@pytest.mark.parametrize(
    ("text", "badge"),
    [
        ("04:a1:b2:c3", "04A1B2C3"),
        (" s-1001 ", "S-1001"),
        ("ｓ１００１", "S1001"),
        ("abc", None),
        ("", None),
        ("11010519491231002X", None),
        ("徽章1234", None),
    ],
)
def test_one_badge_has_one_canonical_text(text: str, badge: str | None) -> None:
    assert rules.canonical_badge(text) == badge


@pytest.mark.parametrize(
    ("roles", "faults"),
    [
        ({Role.SYSTEM_ADMIN}, ()),
        ({Role.DESK, Role.CATALOGUER, Role.DIRECTOR}, ()),
        ({Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}, (FindingCode.ROLES_COMBINED,)),
        ({Role.SECURITY_ADMIN, Role.DESK}, (FindingCode.ADMINISTRATOR_OPERATES,)),
        (
            {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.DIRECTOR},
            (FindingCode.ROLES_COMBINED, FindingCode.ADMINISTRATOR_OPERATES),
        ),
    ],
)
def test_administrators_are_three_people_and_none_works_at_the_desk(
    roles: set[Role], faults: tuple[FindingCode, ...]
) -> None:
    assert rules.separation_faults(roles) == faults


def test_machines_and_people_come_by_their_own_doors() -> None:
    assert rules.may_use(Door.SIP2, machine=True)
    assert not rules.may_use(Door.SIP2, machine=False)
    assert rules.may_use(Door.WORKBENCH, machine=False)
    assert not rules.may_use(Door.WORKBENCH, machine=True)
