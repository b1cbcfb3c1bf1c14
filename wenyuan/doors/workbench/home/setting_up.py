"""The first visit to an empty installation: name, branches, administrators.

Only who holds the one-time code that the server printed when it started may do this, and only until there are accounts,
which come together with name and branches or not at all. Then the code is deleted and the page is gone.
"""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from secrets import compare_digest

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wenyuan.doors.workbench.access import open_page
from wenyuan.doors.workbench.home.setup_forms import ROLES, AccountForm, LibraryForm
from wenyuan.doors.workbench.home.words import account_words
from wenyuan.doors.workbench.network.words import refusal_words
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.accounts.data import AccountRefused, FirstAccount
from wenyuan.organisation.accounts.operations import found_installation
from wenyuan.organisation.accounts.queries import list_accounts
from wenyuan.organisation.network.data import NetworkRefused
from wenyuan.organisation.network.operations import SheetRefused
from wenyuan.organisation.rights.data import Door


def is_open() -> bool:
    """Whether this installation still waits to be founded."""
    return _code_file().is_file() and not list_accounts()


@open_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Set the library up in one form, all of it or nothing."""
    if not is_open():
        raise Http404
    sent = request.POST or None
    library = LibraryForm(sent, request.FILES or None, code_fits=_code_fits(request.POST.get("code", "")))
    accounts = [AccountForm(sent, prefix=role.value, role=role) for role in ROLES]
    if request.method == "POST":
        valid = [form.is_valid() for form in (library, *accounts)]
        if all(valid) and _accounts_fit(accounts) and _set_up(library, accounts, at=timezone.now()):
            _code_file().unlink(missing_ok=True)
            messages.success(request, gettext("The library is set up. Sign in with one of the accounts just made."))
            return HttpResponseRedirect(reverse("workbench:sign-in"))
    context = {"library": library, "accounts": accounts}
    is_wrong = bool(library.errors) or any(form.errors for form in accounts)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return page(request, "workbench/home/setup.html", context, status=status)


def _code_file() -> Path:
    return Path(settings.WENYUAN_SETUP_CODE_FILE)


def _code_fits(given: str) -> bool:
    """Compared in a time that tells nothing; small letters do as well."""
    try:
        stored = _code_file().read_text("utf-8").strip()
    except OSError:
        return False
    return bool(stored) and compare_digest(stored.encode(), given.strip().upper().encode())


def _accounts_fit(accounts: Sequence[AccountForm]) -> bool:
    """Four people, four user names: the administrators are kept apart by law (三员)."""
    seen: set[str] = set()
    for form in accounts:
        username = form.cleaned_data["username"].strip().casefold()
        if username in seen:
            form.add_error("username", gettext("Each account needs a user name of its own."))
        seen.add(username)
    return not any(form.errors for form in accounts)


def _set_up(library: LibraryForm, accounts: Sequence[AccountForm], *, at: datetime) -> bool:
    values = library.cleaned_data
    try:
        found_installation(
            accounts=[_first_account(form) for form in accounts],
            name_zh=values["name_zh"],
            name_en=values["name_en"],
            branches=values["rows"],
            at=at,
            door=Door.WORKBENCH,
        )
    except AccountRefused as refused:
        accounts[0].add_error(None, account_words(refused))
    except SheetRefused as unfit:
        library.tell_faults(unfit)
    except NetworkRefused as refused:
        library.add_error(None, refusal_words(refused))
    else:
        return True
    return False


def _first_account(form: AccountForm) -> FirstAccount:
    values = form.cleaned_data
    return FirstAccount(
        username=values["username"], name=values["name"], password=values["password"], roles=frozenset({form.role})
    )
