"""Tokens for programs at the workbench: made by who manages accounts, shown once, ended for good."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils.html import escape

from tests.factories.accounts import make_account, make_machine
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.organisation.accounts.data import ApiTokenRefused, Role
from wenyuan.organisation.accounts.models import ApiToken, Machine, RoleGrant
from wenyuan.organisation.accounts.operations import admit_api_token
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def machine(town: Town) -> Machine:
    return make_machine(town.central, "sorter")


def admin(town: Town, role: Role) -> Any:
    browser = staff_at(town.central)
    RoleGrant.objects.filter(account_id=browser.session["_auth_user_id"]).delete()
    RoleGrant.objects.create(account_id=browser.session["_auth_user_id"], role=role.value, valid_from=date(2020, 1, 1))
    return browser


def now() -> datetime:
    return datetime.now(tz=UTC)


def today() -> date:
    return local_date(now())


def fields(**changes: object) -> dict[str, object]:
    return {
        "name": "读者小程序",
        "acts": ["see_patron", "renew"],
        "branches": "",
        "valid_to": (today() + timedelta(days=30)).isoformat(),
        **changes,
    }


def pages(machine: Machine) -> str:
    return f"/workbench/accounts/machines/{machine.account_id}/tokens"


def test_a_token_is_made_and_shown_once(town: Town, machine: Machine) -> None:
    browser = admin(town, Role.SYSTEM_ADMIN)

    shown = browser.post(f"{pages(machine)}/new", fields())
    (secret,) = re.findall(r'value="(wya_[\w-]{43})"', shown.content.decode())
    listed = browser.get(pages(machine)).content.decode()

    assert shown["Cache-Control"] == "no-store, private"
    assert admit_api_token(secret=secret, address=None, at=now()).username == "sorter"
    assert secret not in listed
    assert f"····{secret[-4:]}" in listed
    assert "读者小程序" in listed


def test_a_token_is_ended_after_it_is_asked_once_more(town: Town, machine: Machine) -> None:
    browser = admin(town, Role.SYSTEM_ADMIN)
    shown = browser.post(f"{pages(machine)}/new", fields(branches=town.central.id)).content.decode()
    (secret,) = re.findall(r'value="(wya_[\w-]{43})"', shown)
    end = f"{pages(machine)}/{ApiToken.objects.get().id}/end"

    asked = browser.get(end)
    answer = browser.post(end)
    again = browser.post(end)

    assert asked.status_code == 200
    assert answer["Location"] == pages(machine)
    assert again.status_code == 422
    assert ApiToken.objects.get().branches == [town.central.id]
    with pytest.raises(ApiTokenRefused):
        admit_api_token(secret=secret, address=None, at=now())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"acts": []}, "acts"),
        ({"acts": ["grant_roles"]}, "acts"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
    ],
)
def test_what_a_token_cannot_have_is_told_at_its_field(
    town: Town, machine: Machine, changes: dict[str, object], field: str
) -> None:
    answer = admin(town, Role.SYSTEM_ADMIN).post(f"{pages(machine)}/new", fields(**changes))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert ApiToken.objects.count() == 0


def test_a_name_in_use_is_told_so(town: Town, machine: Machine) -> None:
    browser = admin(town, Role.SYSTEM_ADMIN)
    browser.post(f"{pages(machine)}/new", fields())

    answer = browser.post(f"{pages(machine)}/new", fields())

    assert list(answer.context["form"].errors) == ["name"]
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.DESK_LEAD])
def test_nobody_else_sees_or_makes_tokens(town: Town, machine: Machine, role: Role) -> None:
    browser = admin(town, role)

    assert browser.get(pages(machine)).status_code == 403
    assert browser.post(f"{pages(machine)}/new", fields()).status_code == 403
    assert ApiToken.objects.count() == 0


def test_a_token_of_another_machine_or_of_no_machine_is_not_found(town: Town, machine: Machine) -> None:
    browser = admin(town, Role.SYSTEM_ADMIN)
    browser.post(f"{pages(machine)}/new", fields())
    other = make_machine(town.central, "kiosk")

    for path in (
        f"{pages(other)}/{ApiToken.objects.get().id}/end",
        f"{pages(machine)}/0/end",
        f"/workbench/accounts/machines/{make_account().id}/tokens",
    ):
        assert browser.get(path).status_code == 404


def test_the_list_has_its_empty_state_and_a_thousand_rows(
    town: Town, machine: Machine, django_assert_max_num_queries: Any
) -> None:
    browser = admin(town, Role.SYSTEM_ADMIN)
    empty = browser.get(pages(machine)).content.decode()
    ApiToken.objects.bulk_create(
        ApiToken(
            machine=machine,
            name=f"程序 {number}",
            token_hash=number.to_bytes(32),
            last4="abcd",
            acts=["checkin"],
            valid_to=today() + timedelta(days=number % 3 - 1),
            created_at=now(),
            created_by_id=machine.account_id,
        )
        for number in range(1000)
    )

    with django_assert_max_num_queries(15):
        full = browser.get(pages(machine)).content.decode()

    assert escape("此机器还没有令牌") in empty
    assert full.count("<tr>") == 51
    assert "已过期" in full
