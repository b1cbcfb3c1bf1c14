"""The first visit to an empty installation: name, branches, administrators.

Only who holds the one-time code that the server printed when it started may do this, and only until administrators
and a branch exist. Then the code is deleted and the page is gone.
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
from wenyuan.doors.workbench.network.words import SHEET_FAULTS, refusal_words
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.accounts.data import AccountRefused, FirstAccount
from wenyuan.organisation.accounts.operations import first_administrators
from wenyuan.organisation.accounts.queries import list_accounts, operator_for
from wenyuan.organisation.network.data import NetworkRefused
from wenyuan.organisation.network.operations import SheetRefused, found_library, load_branch_sheet, open_branch
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.rights.data import NO_BRANCH, Act, Desk, Door, Operator
from wenyuan.plumbing.clock import local_date


def is_open() -> bool:
    """Whether this installation still waits for its first administrators and its first branch."""
    return _code_file().is_file() and not (list_accounts() and network_map().branches)


@open_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Set the library up in one form. What is wrong is told before anything is written."""
    if not is_open():
        raise Http404
    founded = bool(list_accounts())
    sent = request.POST or None
    library = LibraryForm(sent, request.FILES or None)
    accounts = [] if founded else [AccountForm(sent, prefix=role.value, role=role) for role in ROLES]
    if request.method == "POST":
        valid = [form.is_valid() for form in (library, *accounts)]
        if not _code_fits(request.POST.get("code", "")):
            library.add_error("code", gettext("This is not the code that the server printed when it started."))
        elif all(valid) and _accounts_fit(accounts) and _set_up(library, accounts, at=timezone.now()):
            _code_file().unlink(missing_ok=True)
            messages.success(request, gettext("The library is set up. Sign in with one of the accounts just made."))
            return HttpResponseRedirect(reverse("workbench:sign-in"))
    context = {"library": library, "accounts": accounts, "founded": founded}
    is_wrong = bool(library.errors) or any(form.errors for form in accounts)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return page(request, "workbench/home/setup.html", context, status=status)


def _code_file() -> Path:
    return Path(settings.WENYUAN_SETUP_CODE_FILE)


def _code_fits(given: str) -> bool:
    """Compared in a time that tells nothing."""
    try:
        stored = _code_file().read_text("utf-8").strip()
    except OSError:
        return False
    return bool(stored) and compare_digest(stored.encode(), given.strip().encode())


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
    """Accounts first, since whoever founds the library must stand in the audit; then its name, then its branches."""
    try:
        if accounts:
            first_administrators(accounts=[_first_account(form) for form in accounts], at=at)
    except AccountRefused as refused:
        accounts[0].add_error(None, account_words(refused))
        return False
    desk = Desk(operator=_founder(at), branch_id=NO_BRANCH, door=Door.WORKBENCH, code="setup")
    values = library.cleaned_data
    try:
        if get_library() is None:
            found_library(name_zh=values["name_zh"], name_en=values["name_en"], at=at, desk=desk)
        if rows := values.get("rows"):
            load_branch_sheet(rows=rows, at=at, desk=desk)
        elif not network_map().branches:
            open_branch(
                code=values["branch_code"],
                name_zh=values["branch_name"],
                kind="central",
                opened_date=values["opened"] or local_date(at),
                at=at,
                desk=desk,
            )
    except SheetRefused as unfit:
        library.add_error("sheet", str(SHEET_FAULTS[unfit.errors[0].fault]))
        return False
    except NetworkRefused as refused:
        library.add_error(None, refusal_words(refused))
        return False
    return True


def _first_account(form: AccountForm) -> FirstAccount:
    values = form.cleaned_data
    return FirstAccount(
        username=values["username"], name=values["name"], password=values["password"], roles=frozenset({form.role})
    )


def _founder(at: datetime) -> Operator:
    """The account that may edit the network everywhere: the system administrator just made, or made before."""
    operators = (operator_for(account.id, local_date(at)) for account in list_accounts(active_only=True))
    return next(one for one in operators if one is not None and Act.EDIT_NETWORK in one.everywhere)
