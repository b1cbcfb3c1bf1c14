"""Closures of one branch: its list, another last day for it alone, and taking it back for it alone."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.network import forms
from wenyuan.doors.workbench.network.frame import (
    branch_crumbs,
    branch_form,
    branch_or_404,
    branch_to_change,
    shown,
    url_of,
)
from wenyuan.doors.workbench.network.words import refusal_words, refused_field
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import day as day_words
from wenyuan.organisation.network import operations
from wenyuan.organisation.network.data import ClosureFacts, NetworkRefused
from wenyuan.organisation.network.queries import get_closure, list_closures
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.SEE_ITEM, any_branch=True)
def closure_list(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_or_404(branch_id)
    context = {
        "title": gettext("Closures"),
        "line": shown(facts),
        "crumbs": branch_crumbs(facts, gettext("Closures")),
        "branch": facts,
        "page": page_of(request, list_closures(branch_id=branch_id)),
        "may_date": may(request.operator, Act.EDIT_CALENDAR, branch_id),
        "may_sign": may(request.operator, Act.SIGN_CLOSURE, branch_id),
        "today": local_date(request.at),
    }
    return page(request, "workbench/network/closures.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.SIGN_CLOSURE, any_branch=True)
def end_closure(request: StaffRequest, branch_id: int, closure_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.SIGN_CLOSURE)
    closure = _closure_of(branch_id, closure_id)
    form = forms.EndClosureForm(
        request.POST or None, initial={"last_date": closure.last_date or local_date(request.at)}
    )
    if form.is_valid():
        try:
            operations.end_closure(
                closure_id=closure_id,
                last_date=form.cleaned_data["last_date"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The closure has another last day. Due dates follow."), url_of(branch_id))
    about = gettext("%(reason)s, from %(day)s") % {"reason": closure.reason, "day": day_words(closure.first_date)}
    return branch_form(request, form, facts, gettext("Last day of a closure"), _("Save"), about=about)


def _closure_of(branch_id: int, closure_id: int) -> ClosureFacts:
    closure = get_closure(closure_id)
    if closure is None or closure.branch_id != branch_id:
        raise Http404
    return closure


@require_POST
@staff_page(Act.SIGN_CLOSURE, any_branch=True)
def withdraw_closure(request: StaffRequest, branch_id: int, closure_id: int) -> HttpResponse:
    branch_to_change(request, branch_id, Act.SIGN_CLOSURE)
    _closure_of(branch_id, closure_id)
    try:
        operations.withdraw_closure(closure_id=closure_id, at=request.at, desk=at_branch(request.desk, branch_id))
    except NetworkRefused as refused:
        return not_done(request, refusal_words(refused), url_of(branch_id))
    return done(request, _("The closure is withdrawn, as if it had never been declared."), url_of(branch_id))
