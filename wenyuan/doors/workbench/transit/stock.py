"""The crates themselves: which there are, where each is, new ones and worn ones."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.paging import onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.transit import forms
from wenyuan.doors.workbench.transit.frame import tabs, transit_crumbs
from wenyuan.doors.workbench.transit.words import MANIFEST_STATES, refusal_words
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import TransitRefused
from wenyuan.lending.transit.queries import list_crates
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

ROWS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.PACK_CRATES, Act.PLAN_RUNS)
def stock(request: StaffRequest) -> HttpResponse:
    network = network_map()
    may_plan = may(request.operator, Act.PLAN_RUNS, request.desk.branch_id)
    form = forms.CratesForm(request.POST or None)
    if form.is_valid():
        try:
            added = operations.add_crates(codes=form.cleaned_data["codes"], at=request.at, desk=request.desk)
        except TransitRefused as refused:
            refuse(form, refusal_words(refused), "codes")
        else:
            words = gettext("Crates added: %(count)s") % {"count": len(added)}
            return done(request, words, reverse("workbench:crate-stock"))
    after = pair_from(request)
    found = list_crates(after=str(after[0]) if after else "", size=ROWS + 1)
    title = gettext("Crates in use")
    context = {
        "title": title,
        "crumbs": transit_crumbs(Crumb(title)),
        "tabs": tabs(request),
        "form": form,
        "may_plan": may_plan,
        "rows": [
            {
                "crate": one,
                "state": MANIFEST_STATES[one.state] if one.state else None,
                "from_name": branch_name(one.from_branch_id, network),
                "to_name": branch_name(one.to_branch_id, network),
            }
            for one in found[:ROWS]
        ],
        "onward": onward(request, (found[ROWS - 1].code, 0) if len(found) > ROWS else None),
    }
    return page(request, "workbench/transit/stock.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Act.PLAN_RUNS)
def retire(request: StaffRequest, code: str) -> HttpResponse:
    back = reverse("workbench:crate-stock")
    try:
        operations.retire_crate(code=code, at=request.at, desk=request.desk)
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)
    return done(request, _("The crate is out of use."), back)
