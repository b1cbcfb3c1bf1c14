"""Pages of a record that was merged lead to the same page of the one that stayed."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.holdings.catalogue.queries import standing_bib


def led_away(request: StaffRequest, bib_id: int) -> HttpResponse | None:
    """Where this page of a merged record leads; nothing for any other. What was typed is never thrown away: who sends a
    form is refused by the verb, in words."""
    if request.method == "POST" or (kept_id := standing_bib(bib_id)) == bib_id:
        return None
    messages.info(request, gettext("The record that you asked for was merged into this one."))
    assert request.resolver_match is not None
    return HttpResponseRedirect(reverse(request.resolver_match.view_name, args=[kept_id]))
