"""What one reader was told, and what they want to be told by which way."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.notice_choices import ChoicesForm, as_initial
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done
from wenyuan.doors.workbench.notices.words import CHANNELS, KINDS, STATES
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.patrons.queries import get_patron, notice_recipient
from wenyuan.organisation.notices.operations import set_preferences
from wenyuan.organisation.notices.queries import list_bad_addresses, message_box, preferences
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

ROWS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.SEE_PATRON)
def reader(request: StaffRequest, patron_id: int) -> HttpResponse:
    """The reader's message box, addresses that reach nobody, and choices."""
    patron = get_patron(patron_id)
    if patron is None:
        raise Http404
    recipient = notice_recipient(patron_id)
    chosen = preferences(recipient)
    form = ChoicesForm(request.POST or None, initial=as_initial(chosen))
    if form.is_valid():
        set_preferences(
            recipient=recipient,
            channels=form.chosen_channels(),
            language=form.chosen_language(),
            at=request.at,
            desk=request.desk,
        )
        return done(request, _("The choices are saved."), reverse("workbench:reader-notices", args=[patron_id]))
    box = message_box(recipient=recipient, before=number_from(request), size=ROWS + 1)
    context = {
        "title": gettext("Messages to the reader"),
        "line": patron.name,
        "crumbs": (
            Crumb(gettext("Readers"), reverse("workbench:patrons")),
            Crumb(patron.name, reverse("workbench:patron", args=[patron_id])),
            Crumb(gettext("Messages to the reader")),
        ),
        "form": form,
        "may_edit": may(request.operator, Act.EDIT_PATRON, request.desk.branch_id),
        "rows": [
            (one, KINDS[one.kind], CHANNELS[one.channel] if one.channel else "", *STATES[one.state])
            for one in box[:ROWS]
        ],
        "wrong": [(one, CHANNELS[one.channel]) for one in list_bad_addresses([recipient]).get(recipient, ())],
        "onward": onward(request, box[ROWS - 1].id if len(box) > ROWS else None),
    }
    return page(request, "workbench/notices/reader.html", context, status=422 if form.errors else 200)
