"""诚信借阅积分: one reader's points and the way back, and the rules. No page lists readers by their points."""

from http import HTTPStatus
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.fee_words import EVENTS
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.fees import forms
from wenyuan.doors.workbench.fees.frame import tabs
from wenyuan.doors.workbench.fees.words import reason_words
from wenyuan.doors.workbench.form_pages import done, refuse
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.fees import operations
from wenyuan.lending.fees.data import FeeReason, FeesRefused, PointEvent
from wenyuan.lending.fees.queries import list_points, point_balance, point_rules, point_scheme
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.SEE_FEES)
def reader(request: StaffRequest, patron_id: int) -> HttpResponse:
    """A reader's points, and giving some back. Not found where the library keeps none."""
    view, balance = get_patron(patron_id), point_balance(patron_id)
    if view is None or balance is None:
        raise Http404
    form = forms.PointsForm(request.POST or None, initial={"key": uuid4().hex})
    if form.is_valid():
        try:
            given = operations.give_points(
                patron_id=patron_id,
                event=PointEvent(form.cleaned_data["event"]),
                points=form.cleaned_data["points"],
                reason=form.cleaned_data["text"],
                at=request.at,
                desk=request.desk,
                key=form.cleaned_data["key"] or None,
            )
        except FeesRefused as refused:
            for reason in refused.reasons:
                refuse(form, reason_words(reason, refused), "points" if reason is FeeReason.BAD_POINTS else "text")
        else:
            words = _("Credit points changed by %(points)s.") % {"points": f"{given:+d}"}
            return done(request, words, reverse("workbench:fees-points-of", args=[patron_id]))
    rows, before = list_points(patron_id, before=number_from(request))
    network = network_map()
    context = {
        "title": gettext("Credit points"),
        "line": view.name,
        "crumbs": (
            Crumb(gettext("Readers"), reverse("workbench:patrons")),
            Crumb(view.name, reverse("workbench:patron", args=[patron_id])),
            Crumb(gettext("Money"), reverse("workbench:fees-patron", args=[patron_id])),
            Crumb(gettext("Credit points")),
        ),
        "balance": balance,
        "scheme": point_scheme(),
        "form": form if may(request.operator, Act.GIVE_POINTS, request.desk.branch_id) else None,
        "rows": [(row, EVENTS[row.event], branch_name(row.branch_id, network)) for row in rows],
        "onward": onward(request, before),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "workbench/fees/points_of.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_POLICIES)
def rules(request: StaffRequest) -> HttpResponse:
    """The scheme and its rules; one form each, and all of it off at first."""
    changed = request.POST.get("what", "")
    scheme_form = forms.SchemeForm(
        request.POST if changed == "scheme" else None, scheme=point_scheme(), auto_id="id_scheme_%s"
    )
    rule_forms = {
        event: forms.RuleForm(request.POST if changed == event.value else None, rule=rule, auto_id=f"id_{event}_%s")
        for event, rule in point_rules().items()
    }
    sent_forms: list[forms.SchemeForm | forms.RuleForm] = [scheme_form, *rule_forms.values()]
    for sent in sent_forms:
        if sent.is_valid():
            try:
                _save(request, sent)
            except FeesRefused as refused:
                for reason in refused.reasons:
                    refuse(sent, reason_words(reason, refused))
            else:
                return done(request, _("Saved."), reverse("workbench:fees-points"))
    context = {
        "title": gettext("Credit points"),
        "line": gettext("For the whole network. Nothing is given or taken until it is switched on."),
        "tabs": tabs(request),
        "scheme_form": scheme_form,
        "rules": [(EVENTS[event], event.value, form) for event, form in rule_forms.items()],
        "may_change": may(request.operator, Act.EDIT_POLICIES, None),
    }
    wrong = scheme_form.errors or any(form.errors for form in rule_forms.values())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return page(request, "workbench/fees/points.html", context, status=status)


def _save(request: StaffRequest, sent: forms.SchemeForm | forms.RuleForm) -> None:
    if isinstance(sent, forms.SchemeForm):
        operations.set_point_scheme(scheme=sent.stated(), at=request.at, desk=request.desk)
    else:
        operations.set_point_rule(rule=sent.stated(), at=request.at, desk=request.desk)
