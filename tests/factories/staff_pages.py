"""A browser at the workbench, for tests of its pages."""

from collections.abc import Iterable

from django.test import Client

from tests.factories.accounts import PASSWORD, make_account
from wenyuan.doors.workbench.access import WORKPLACE
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch


def staff_at(
    branch: Branch,
    *roles: Role,
    username: str = "",
    name: str = "王芳",
    elsewhere: Iterable[tuple[Role, Branch | None]] = (),
) -> Client:
    """A browser whose clerk is signed in and works at the branch, with these roles there (else at the desk)."""
    held = [(role, branch) for role in roles or (Role.DESK,)]
    account = make_account(username, name=name, roles=[*held, *elsewhere])
    browser = Client()
    browser.force_login(account)
    session = browser.session
    session[WORKPLACE] = {"branch": branch.id, "service_point": None, "point_names": None}
    session.save()
    return browser


def english(browser: Client) -> Client:
    """The same browser, whose pages are in English."""
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def english_at(branch: Branch, role: Role = Role.DIRECTOR) -> Client:
    """A clerk's browser as by ``staff_at``, whose pages are in English."""
    return english(staff_at(branch, role))


__all__ = ["PASSWORD", "english", "english_at", "staff_at"]
