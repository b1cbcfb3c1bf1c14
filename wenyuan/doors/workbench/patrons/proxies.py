"""代办 on the reader's page: who acts for the reader, and their name in full for a reason."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.patrons.acting import let_act, nobody_acts
from wenyuan.doors.workbench.patrons.forms import ProxyForm
from wenyuan.doors.workbench.patrons.views import show_patron
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.organisation.rights.data import Act


@staff_page(Act.EDIT_PATRON)
@sensitive_post_parameters()
@require_POST
def proxy(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Note who acts for the reader, or that they have gone."""
    view = get_patron(patron_id)
    if view is None:
        raise Http404
    if "gone" in request.POST:
        nobody_acts(request)
        messages.success(request, gettext("The reader acts in person again."))
        return HttpResponseRedirect(reverse("workbench:patron", args=[patron_id]))
    form = ProxyForm(request.POST)
    if not form.is_valid():
        return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, proxy_form=form)
    let_act(request, patron_id, form.behalf())
    messages.success(request, gettext("What is done now is recorded as done on the reader's behalf."))
    return HttpResponseRedirect(reverse("workbench:patron", args=[patron_id]))
