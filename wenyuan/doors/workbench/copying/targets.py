"""Pages of the targets: whom we ask for records."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.copying.forms import TargetForm
from wenyuan.doors.workbench.copying.words import PROTOCOLS, REFUSALS
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import CopyRefused
from wenyuan.holdings.catalogue.operations import drop_copy_target, keep_copy_target
from wenyuan.holdings.catalogue.queries import get_copy_target, list_copy_targets
from wenyuan.organisation.rights.data import Act

GET_POST = ["GET", "HEAD", "POST"]


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def target_list(request: StaffRequest) -> HttpResponse:
    title = gettext("Whom we ask")
    context = {
        "title": title,
        "line": gettext("Catalogues of others, in the order in which they are asked"),
        "crumbs": _crumbs(Crumb(title)),
        "targets": [(target, PROTOCOLS[target.protocol]) for target in list_copy_targets()],
    }
    return page(request, "workbench/copying/targets.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def new(request: StaffRequest) -> HttpResponse:
    form = TargetForm(request.POST or None, initial={"is_asked": True, "place": len(list_copy_targets())})
    return _edited(request, form, title=gettext("New target"))


@require_http_methods(GET_POST)
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def edit(request: StaffRequest, target_id: int) -> HttpResponse:
    target = get_copy_target(target_id)
    if target is None:
        raise Http404
    form = TargetForm(request.POST or None, initial=TargetForm.values_of(target))
    return _edited(request, form, title=target.name, target_id=target_id)


def _edited(request: StaffRequest, form: TargetForm, *, title: str, target_id: int | None = None) -> HttpResponse:
    here = reverse("workbench:copy-targets")
    if form.is_valid():
        try:
            keep_copy_target(target=form.target(), target_id=target_id, at=request.at, desk=request.desk)
        except CopyRefused as refused:
            refuse(form, REFUSALS[refused.refusal], refused.field)
        else:
            return done(request, _("The target is kept."), here)
    sheet = Sheet(
        title=title, act=_("Keep"), crumbs=_crumbs(Crumb(gettext("Whom we ask"), here), Crumb(title)), back=here
    )
    return form_page(request, form, sheet, template="workbench/copying/target.html", target_id=target_id)


@require_POST
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def drop(request: StaffRequest, target_id: int) -> HttpResponse:
    here = reverse("workbench:copy-targets")
    try:
        drop_copy_target(target_id=target_id, at=request.at, desk=request.desk)
    except CopyRefused as refused:
        return not_done(request, REFUSALS[refused.refusal], here)
    return done(request, _("It is asked no more."), here)


def _crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    return record_crumbs(Crumb(gettext("Fetch a record"), reverse("workbench:copy")), *after)
