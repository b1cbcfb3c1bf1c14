"""Verbs of accounts, roles, machines and sign-in."""

from wenyuan.organisation.accounts.operations.entering import sign_in, switch_by_badge
from wenyuan.organisation.accounts.operations.founding import first_administrators, found_installation
from wenyuan.organisation.accounts.operations.grants import end_grant, grant_role
from wenyuan.organisation.accounts.operations.machines import create_machine, update_machine
from wenyuan.organisation.accounts.operations.people import (
    change_own_password,
    create_account,
    disable_account,
    set_badge,
    set_password,
    unlock_account,
)

__all__ = [
    "change_own_password",
    "create_account",
    "create_machine",
    "disable_account",
    "end_grant",
    "first_administrators",
    "found_installation",
    "grant_role",
    "set_badge",
    "set_password",
    "sign_in",
    "switch_by_badge",
    "unlock_account",
    "update_machine",
]
