"""Call lists at the workbench: who is to be called, by whom, and what came of it; on screen, as slips, as a list."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import Choices, branch_name, branches_with
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.notices import forms
from wenyuan.doors.workbench.notices.frame import notice_crumbs, tabs
from wenyuan.doors.workbench.notices.words import CALL_REASONS, OUTCOMES, REASONS
from wenyuan.doors.workbench.paging import number_from, onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.accounts.queries import list_accounts
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.notices.data import CallFacts, CallListFacts, NoticeReason, NoticeRefused
from wenyuan.organisation.notices.operations import assign_calls, close_call_list, note_call, reveal_call_number
from wenyuan.organisation.notices.queries import calls_of, get_call, get_call_list, list_call_lists
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import require

ROWS = 50
MOST_PRINTED = 500
"""As many people as one print holds; a longer list is printed in parts."""

FIELDS = {NoticeReason.BAD_PROMISE: "promised_date", NoticeReason.BAD_NOTE: "note"}


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call in words."""

    facts: CallFacts
    shape: str
    outcome: StrOrPromise


def shown(facts: CallFacts) -> ShownCall:
    """The call as lists show it."""
    shape, words = OUTCOMES[facts.outcome] if facts.outcome else ("", "")
    return ShownCall(facts, shape, words)


@require_GET
@staff_page(Act.CALL_READERS, any_branch=True)
def lists(request: StaffRequest) -> HttpResponse:
    """The call lists of the branches one works for: open ones, or closed ones."""
    closed, network = "closed" in request.GET, network_map()
    found = list_call_lists(
        branch_ids=branches_with(request.operator, Act.CALL_READERS),
        closed=closed,
        before=number_from(request),
        size=ROWS + 1,
    )
    context = {
        "title": gettext("Call lists"),
        "line": gettext("Whom to call, and what came of it"),
        "tabs": tabs(request),
        "closed": closed,
        "rows": [(one, CALL_REASONS[one.reason], branch_name(one.branch_id, network)) for one in found[:ROWS]],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/notices/call_lists.html", context)


@require_GET
@staff_page(Act.CALL_READERS, any_branch=True)
def call_list(request: StaffRequest, list_id: int) -> HttpResponse:
    """One list, a page at a time, those still to be called first asked for."""
    facts = _list_or_404(request, list_id)
    accounts = _account_choices(gettext("anybody"))
    form = forms.CallFilter(request.GET or None, accounts=accounts)
    asked = form.cleaned_data if form.is_valid() else {}
    after = pair_from(request)
    found = calls_of(
        list_id=list_id,
        open_only=asked.get("show") != "all" and facts.closed_at is None,
        assigned_to_id=asked.get("account"),
        after=(str(after[0]), after[1]) if after else None,
        size=ROWS + 1,
    )
    last = found[ROWS - 1] if len(found) > ROWS else None
    context = {
        "title": facts.title,
        "line": f"{CALL_REASONS[facts.reason]} · {branch_name(facts.branch_id)}",
        "crumbs": _crumbs(Crumb(facts.title)),
        "list": facts,
        "form": form,
        "rows": [shown(one) for one in found[:ROWS]],
        "accounts": _account_choices(gettext("nobody")),
        "onward": onward(request, [last.group, last.id] if last else None),
        "cleared_url": _url(list_id) if request.GET else "",
    }
    return page(request, "workbench/notices/call_list.html", context)


def _list_or_404(request: StaffRequest, list_id: int) -> CallListFacts:
    facts = get_call_list(list_id)
    if facts is None:
        raise Http404
    require(request.operator, Act.CALL_READERS, facts.branch_id)
    return facts


def _account_choices(empty: str) -> Choices:
    people = sorted(list_accounts(kind="person", active_only=True), key=lambda one: one.name)
    return [("", empty), *((str(one.id), one.name) for one in people)]


def _crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    return notice_crumbs(Crumb(gettext("Call lists"), reverse("workbench:call-lists")), *after)


def _url(list_id: int) -> str:
    return reverse("workbench:call-list", args=[list_id])


@require_POST
@staff_page(Act.CALL_READERS, any_branch=True)
def assign(request: StaffRequest, list_id: int) -> HttpResponse:
    """Give the ticked calls to a colleague."""
    ids = [int(text) for text in request.POST.getlist("call") if text.isdecimal()]
    account = request.POST.get("account", "")
    try:
        count = assign_calls(
            list_id=list_id,
            call_ids=ids,
            account_id=int(account) if account.isdecimal() else None,
            at=request.at,
            desk=request.desk,
        )
    except NoticeRefused as refused:
        return not_done(request, REASONS[refused.reason], _url(list_id))
    return done(request, gettext("Given out: %(count)s calls.") % {"count": count}, _url(list_id))


@require_POST
@staff_page(Act.CALL_READERS, any_branch=True)
def close(request: StaffRequest, list_id: int) -> HttpResponse:
    """Close a list; names and numbers are forgotten."""
    try:
        close_call_list(list_id=list_id, at=request.at, desk=request.desk)
    except NoticeRefused as refused:
        return not_done(request, REASONS[refused.reason], _url(list_id))
    return done(request, _("The list is closed; names and numbers are forgotten."), reverse("workbench:call-lists"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.CALL_READERS, any_branch=True)
def call(request: StaffRequest, call_id: int) -> HttpResponse:
    """One call: what it is about, the number on asking, the outcome."""
    facts, of_list = _call_or_404(request, call_id)
    form = forms.OutcomeForm(request.POST or None)
    if form.is_valid():
        try:
            note_call(
                call_id=call_id,
                outcome=form.chosen(),
                promised_date=form.cleaned_data["promised_date"],
                note=form.cleaned_data["note"],
                at=request.at,
                desk=request.desk,
            )
        except NoticeRefused as refused:
            refuse(form, REASONS[refused.reason], FIELDS.get(refused.reason, ""))
        else:
            return done(request, _("Noted."), _url(of_list.id))
    return _call_page(request, facts, of_list, form)


def _call_or_404(request: StaffRequest, call_id: int) -> tuple[CallFacts, CallListFacts]:
    facts = get_call(call_id)
    if facts is None:
        raise Http404
    return facts, _list_or_404(request, facts.list_id)


def _call_page(
    request: StaffRequest, facts: CallFacts, of_list: CallListFacts, form: forms.OutcomeForm, *, number: str = ""
) -> HttpResponse:
    context = {
        "title": facts.name or gettext("Forgotten"),
        "line": of_list.title,
        "crumbs": _crumbs(Crumb(of_list.title, _url(of_list.id)), Crumb(gettext("Call"))),
        "call": shown(facts),
        "list": of_list,
        "form": form,
        "number": number,
    }
    return page(request, "workbench/notices/call.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Act.CALL_READERS, any_branch=True)
def number(request: StaffRequest, call_id: int) -> HttpResponse:
    """Show the number to dial, this once; the audit keeps who saw it."""
    facts, of_list = _call_or_404(request, call_id)
    try:
        found = reveal_call_number(call_id=call_id, at=request.at, desk=request.desk)
    except NoticeRefused as refused:
        return not_done(request, REASONS[refused.reason], reverse("workbench:call", args=[call_id]))
    return _call_page(request, facts, of_list, forms.OutcomeForm(), number=found)


@require_GET
@staff_page(Act.CALL_READERS, any_branch=True)
def sheet(request: StaffRequest, list_id: int) -> HttpResponse:
    """The list on paper, a page for each class with the place for the teacher's name; no numbers."""
    return _print(request, list_id, "workbench/notices/call_sheet.html")


@require_GET
@staff_page(Act.CALL_READERS, any_branch=True)
def slips(request: StaffRequest, list_id: int) -> HttpResponse:
    """A slip for each reader still to be called, to be handed over; no numbers."""
    return _print(request, list_id, "workbench/notices/call_slips.html")


def _print(request: StaffRequest, list_id: int, template: str) -> HttpResponse:
    facts = _list_or_404(request, list_id)
    after = pair_from(request)
    found = calls_of(
        list_id=list_id,
        open_only=True,
        after=(str(after[0]), after[1]) if after else None,
        size=MOST_PRINTED + 1,
    )
    shown_now = found[:MOST_PRINTED]
    groups: dict[str, list[CallFacts]] = {}
    for one in shown_now:
        groups.setdefault(one.group, []).append(one)
    library = get_library()
    more = [shown_now[-1].group, shown_now[-1].id] if len(found) > MOST_PRINTED else None
    context = {
        "list": facts,
        "reason": CALL_REASONS[facts.reason],
        "branch": branch_name(facts.branch_id),
        "library": library.name("zh") if library else "",
        "phone": network_map().branches[facts.branch_id].phone or (library.phone if library else ""),
        "groups": groups.items(),
        "at": request.at,
        "onward": onward(request, more),
    }
    return page(request, template, context)
