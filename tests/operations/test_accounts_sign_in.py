"""Signing in: every outcome is logged, failures count although the attempt is refused, and locks hold under a race."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections

from tests.factories.accounts import GRANTED, PASSWORD, make_account, make_desk, make_machine
from tests.factories.network import make_branch
from wenyuan.organisation.accounts import operations, queries
from wenyuan.organisation.accounts.data import Role, SignedIn, SignInOutcome, SignInRefused
from wenyuan.organisation.accounts.models import Account, RoleGrant, SignIn
from wenyuan.organisation.accounts.operations import entering
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk, Door

AT = datetime(2026, 4, 23, 1, tzinfo=UTC)
HERE = "10.1.2.3"


def enter(
    username: str, password: str = PASSWORD, *, at: datetime = AT, door: Door = Door.WORKBENCH, address: str = HERE
) -> SignedIn:
    return operations.sign_in(username=username, password=password, address=address, door=door, at=at)


def refused(
    username: str,
    password: str = PASSWORD,
    *,
    at: datetime = AT,
    door: Door = Door.WORKBENCH,
    address: str = HERE,
) -> SignInRefused:
    with pytest.raises(SignInRefused) as found:
        enter(username, password, at=at, door=door, address=address)
    return found.value


def outcomes() -> list[str]:
    return list(SignIn.objects.order_by("id").values_list("outcome", flat=True))


def test_the_right_password_signs_in_by_a_user_name_in_any_case(db: None) -> None:
    clerk = make_account("Wang")
    Account.objects.filter(id=clerk.id).update(failed_sign_ins=3, must_change_password=True)

    signed_in = enter(" wANG ")

    clerk.refresh_from_db()
    (row,) = queries.list_sign_ins(account_id=clerk.id)
    assert signed_in == SignedIn(clerk.id, True)
    assert (clerk.failed_sign_ins, clerk.last_login) == (0, AT)
    assert (row.username, row.door, row.address, row.outcome, row.at) == ("Wang", "workbench", HERE, "ok", AT)


def test_five_failures_lock_for_a_quarter_of_an_hour_and_the_sixth_for_twice_as_long(db: None) -> None:
    make_account("wang")

    reasons = [refused("wang", "falsch").reason for _ in range(5)]
    locked = refused("wang", at=AT + timedelta(minutes=14))
    sixth = refused("wang", "falsch", at=AT + timedelta(minutes=15))
    later = enter("wang", at=AT + timedelta(minutes=45))

    assert reasons == [SignInOutcome.BAD_CREDENTIALS] * 5
    assert (locked.reason, locked.locked_until) == (SignInOutcome.LOCKED, AT + timedelta(minutes=15))
    assert (sixth.reason, sixth.locked_until) == (SignInOutcome.BAD_CREDENTIALS, AT + timedelta(minutes=45))
    assert later.account_id
    assert outcomes() == [*["bad_credentials"] * 5, "locked", "bad_credentials", "ok"]


def test_an_attempt_during_the_lock_does_not_lengthen_it(db: None) -> None:
    make_account("wang")
    for _ in range(5):
        refused("wang", "falsch")

    for _ in range(3):
        refused("wang", "falsch")

    assert Account.objects.get(username="wang").failed_sign_ins == 5


def test_an_unknown_user_name_spends_a_hash_and_is_logged_masked(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(entering, "make_password", hashed.append)

    found = refused("11010519491231002X", "geheim 123")

    row = SignIn.objects.get()
    assert found.reason is SignInOutcome.BAD_CREDENTIALS
    assert hashed == ["geheim 123"]
    assert (row.account_id, row.username) == (None, "····002X")


@pytest.mark.parametrize("username", ["", "\x00", "w" * 500, "' OR 1=1 --", "%"])
def test_strange_user_names_are_plainly_unknown(db: None, username: str) -> None:
    make_account("wang")

    assert refused(username, "p" * 5000).reason is SignInOutcome.BAD_CREDENTIALS


def test_the_password_is_in_no_log(db: None) -> None:
    make_account("wang")

    refused("wang", "mein Geheimnis")
    refused("niemand", "mein Geheimnis")

    assert not any("Geheimnis" in str(value) for row in SignIn.objects.values() for value in row.values())


def test_only_a_right_password_learns_that_the_account_is_disabled(db: None) -> None:
    make_account("wang", is_active=False)

    assert refused("wang", "falsch").reason is SignInOutcome.BAD_CREDENTIALS
    assert refused("wang").reason is SignInOutcome.DISABLED


def test_people_and_machines_come_by_their_own_doors(db: None) -> None:
    branch = make_branch("C")
    make_account("wang")
    machine = make_machine(branch, "sip", addresses=["10.1.2.0/24", "2001:db8::/32"])

    assert refused("wang", door=Door.SIP2).reason is SignInOutcome.WRONG_DOOR
    assert refused("sip").reason is SignInOutcome.WRONG_DOOR
    assert refused("sip", door=Door.SIP2, address="10.9.9.9").reason is SignInOutcome.WRONG_ADDRESS
    assert refused("sip", door=Door.SIP2, address="").reason is SignInOutcome.WRONG_ADDRESS
    for address in ("10.1.2.77", "::ffff:10.1.2.77", "2001:db8::1"):
        assert enter("sip", door=Door.SIP2, address=address).account_id == machine.account_id


def test_a_machine_is_locked_for_half_a_minute_only(db: None) -> None:
    make_machine(make_branch("C"), "sip")
    for _ in range(7):
        refused("sip", "falsch", door=Door.SIP2)

    assert refused("sip", door=Door.SIP2).locked_until == AT + timedelta(seconds=30)
    assert enter("sip", door=Door.SIP2, at=AT + timedelta(seconds=30)).account_id


def test_a_refusal_keeps_its_count(fresh_database: str) -> None:
    make_account("wang")

    refused("wang", "falsch")

    assert Account.objects.get(username="wang").failed_sign_ins == 1
    assert outcomes() == ["bad_credentials"]


def test_failures_at_once_are_all_counted_and_the_lock_holds_for_those_on_their_way(fresh_database: str) -> None:
    make_account("wang")
    start = Barrier(6)

    def attempt(_: int) -> SignInOutcome:
        try:
            start.wait(20)
            return refused("wang", "falsch").reason
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        reasons = sorted(pool.map(attempt, range(6)))

    assert reasons == [SignInOutcome.BAD_CREDENTIALS] * 5 + [SignInOutcome.LOCKED]
    assert Account.objects.get(username="wang").failed_sign_ins == 5
    assert refused("wang").reason is SignInOutcome.LOCKED


def test_a_password_changed_during_the_attempt_no_longer_fits(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = make_account("wang")

    def change_meanwhile(_: str, stored: str) -> bool:
        Account.objects.filter(id=clerk.id).update(password="another hash")
        return True

    monkeypatch.setattr(entering, "check_password", change_meanwhile)

    assert refused("wang").reason is SignInOutcome.BAD_CREDENTIALS


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.DESK)


def give_badge(account: Account, branch: Branch, *, pin: str | None = None) -> None:
    admin = make_desk(branch, role=Role.SYSTEM_ADMIN, everywhere=True)
    operations.set_badge(account_id=account.id, badge="S1001", pin=pin, at=AT, desk=admin)


def switch(
    desk: Desk, badge: str = "s1001", *, pin: str | None = None, signed_in_at: datetime = AT, at: datetime = AT
) -> SignedIn:
    return operations.switch_by_badge(badge=badge, pin=pin, at=at, desk=desk, signed_in_at=signed_in_at, address=HERE)


def no_switch(
    desk: Desk, badge: str = "s1001", *, pin: str | None = None, signed_in_at: datetime = AT, at: datetime = AT
) -> SignInOutcome:
    with pytest.raises(SignInRefused) as found:
        switch(desk, badge, pin=pin, signed_in_at=signed_in_at, at=at)
    return found.value.reason


def test_a_colleague_takes_over_by_badge(branch: Branch, desk: Desk) -> None:
    colleague = make_account("li", roles=[(Role.DESK, branch)])
    give_badge(colleague, branch)

    switched = switch(desk, " S1001\n", signed_in_at=AT - timedelta(hours=11, minutes=59))

    (row,) = queries.list_sign_ins()
    assert switched == SignedIn(colleague.id, False)
    assert (row.outcome, row.username, row.account_id) == ("switched", "li", colleague.id)


def test_a_badge_alone_is_not_enough(branch: Branch, desk: Desk) -> None:
    colleague = make_account("li", roles=[(Role.DESK, branch)])
    give_badge(colleague, branch)
    kiosk = make_desk(branch, role=Role.DESK, door=Door.KIOSK)

    assert no_switch(desk, signed_in_at=AT - timedelta(hours=12)) is SignInOutcome.SESSION_TOO_OLD
    assert no_switch(desk, signed_in_at=AT + timedelta(seconds=1)) is SignInOutcome.SESSION_TOO_OLD
    assert no_switch(kiosk) is SignInOutcome.SESSION_TOO_OLD
    assert no_switch(desk, "S9999") is SignInOutcome.BAD_BADGE
    assert no_switch(desk, "?") is SignInOutcome.BAD_BADGE
    assert SignIn.objects.filter(username="badge ····9999").count() == 1


def test_a_badge_is_not_found_by_trying(branch: Branch, desk: Desk) -> None:
    colleague = make_account("li", roles=[(Role.DESK, branch)])
    give_badge(colleague, branch)

    guesses = [no_switch(desk, f"S900{number}") for number in range(5)]
    right = no_switch(desk)
    after_a_password = switch(desk, signed_in_at=AT + timedelta(minutes=1), at=AT + timedelta(minutes=2))

    assert guesses == [SignInOutcome.BAD_BADGE] * 5
    assert right is SignInOutcome.BADGES_TRIED
    assert after_a_password.account_id == colleague.id
    assert SignIn.objects.filter(account_id=desk.operator.account_id, outcome="bad_badge").count() == 5


def test_a_colleague_of_another_branch_an_administrator_and_a_disabled_one_do_not_take_over(
    branch: Branch, desk: Desk
) -> None:
    colleague = make_account("li", roles=[(Role.DESK, make_branch("O"))])
    give_badge(colleague, branch)
    elsewhere = no_switch(desk)
    Account.objects.filter(id=colleague.id).update(is_active=False)
    disabled = no_switch(desk)
    administrator = make_account("guan", roles=[])
    Account.objects.filter(id=colleague.id).update(badge_hash=None)
    give_badge(administrator, branch)
    RoleGrant.objects.create(account=administrator, role="system_admin", valid_from=GRANTED)

    assert (elsewhere, disabled) == (SignInOutcome.NO_RIGHT_HERE, SignInOutcome.DISABLED)
    assert no_switch(desk) is SignInOutcome.ADMINISTRATOR


def test_wrong_pins_count_as_wrong_passwords_do(branch: Branch, desk: Desk) -> None:
    colleague = make_account("li", roles=[(Role.DESK, branch)])
    give_badge(colleague, branch, pin="2468")

    right = switch(desk, pin="2468")
    wrong = [no_switch(desk, pin=pin) for pin in (None, "1111", "2222", "3333", "4444")]
    locked = no_switch(desk, pin="2468")

    assert right.account_id == colleague.id
    assert wrong == [SignInOutcome.BAD_PIN] * 5
    assert locked is SignInOutcome.LOCKED
    assert refused("li").reason is SignInOutcome.LOCKED
