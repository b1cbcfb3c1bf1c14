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
from wenyuan.organisation.accounts.operations.tokens import (
    admit_api_token,
    end_api_token,
    issue_api_token,
    readmit_api_token,
)

__all__ = [
    "admit_api_token",
    "change_own_password",
    "create_account",
    "create_machine",
    "disable_account",
    "end_api_token",
    "end_grant",
    "first_administrators",
    "found_installation",
    "grant_role",
    "issue_api_token",
    "readmit_api_token",
    "set_badge",
    "set_password",
    "sign_in",
    "switch_by_badge",
    "unlock_account",
    "update_machine",
]
