"""The send log: what went out, what did not, and what a person decides about it. No address and no text stands here."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name, branches_with
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.notices import forms
from wenyuan.doors.workbench.notices.frame import notice_crumbs, tabs
from wenyuan.doors.workbench.notices.words import CHANNELS, KINDS, LANGUAGES, REASONS, RESULTS, STATES
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.notices.data import MessageFacts, NoticeRefused, State
from wenyuan.organisation.notices.operations import decide
from wenyuan.organisation.notices.queries import (
    LogFilter,
    attempts_of,
    count_to_decide,
    get_message,
    list_messages,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may, require


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message in words."""

    facts: MessageFacts
    kind: StrOrPromise
    channel: StrOrPromise
    shape: str
    state: StrOrPromise
    branch: str
    waits: bool
    """Whether a person is to decide about it."""


def shown(facts: MessageFacts, network: NetworkMap) -> ShownMessage:
    """The message as lists show it."""
    shape, state = STATES[facts.state]
    return ShownMessage(
        facts,
        KINDS[facts.kind],
        CHANNELS[facts.channel] if facts.channel else "",
        shape,
        state,
        branch_name(facts.branch_id, network),
        facts.state in {State.FAILED, State.UNSURE} and not facts.decided,
    )


@require_GET
@staff_page(Act.SEE_NOTICES, Act.CALL_READERS, Act.EDIT_NOTICES, any_branch=True)
def log(request: StaffRequest) -> HttpResponseBase:
    """The send log; who may not see it is led to the first list that they may."""
    places = tabs(request)
    if places[0].url != request.path:
        return HttpResponseRedirect(places[0].url)
    branch_ids, network = branches_with(request.operator, Act.SEE_NOTICES), network_map()
    form = forms.LogForm(request.GET or None)
    wanted = form.wanted(branch_ids) if form.is_valid() else LogFilter(branch_ids=branch_ids)
    found = None if form.errors else list_messages(wanted=wanted, before=number_from(request))
    context = {
        "title": gettext("Sent messages"),
        "line": gettext("By which way, when, and what became of it; addresses by their end only"),
        "tabs": places,
        "form": form,
        "rows": [shown(facts, network) for facts in found.rows] if found else [],
        "to_decide": count_to_decide(branch_ids),
        "onward": onward(request, found.before if found else None),
        "cleared_url": reverse("workbench:notices") if request.GET else "",
    }
    return page(request, "workbench/notices/sent.html", context, status=422 if form.errors else 200)


@require_GET
@staff_page(Act.SEE_NOTICES, any_branch=True)
def message(request: StaffRequest, message_id: int) -> HttpResponse:
    """One message with every attempt to send it."""
    facts = get_message(message_id)
    if facts is None:
        raise Http404
    require(request.operator, Act.SEE_NOTICES, facts.branch_id)
    kind = str(KINDS[facts.kind])
    patron = facts.recipient.removeprefix("patron:")
    context = {
        "title": kind,
        "line": branch_name(facts.branch_id),
        "crumbs": notice_crumbs(Crumb(kind)),
        "message": shown(facts, network_map()),
        "language": LANGUAGES[facts.language],
        "attempts": [
            (attempt, CHANNELS[attempt.channel], RESULTS.get(attempt.result, attempt.result))
            for attempt in attempts_of(message_id)
        ],
        "patron_id": int(patron)
        if patron.isdecimal() and may(request.operator, Act.SEE_PATRON, request.desk.branch_id)
        else None,
    }
    return page(request, "workbench/notices/message.html", context)


@require_POST
@staff_page(Act.SEE_NOTICES, any_branch=True)
def decision(request: StaffRequest, message_id: int) -> HttpResponse:
    """Send a failed or unsure message again, or leave it."""
    again = request.POST.get("decision") == "again"
    url = reverse("workbench:notice", args=[message_id])
    try:
        decide(message_id=message_id, again=again, at=request.at, desk=request.desk)
    except NoticeRefused as refused:
        return not_done(request, REASONS[refused.reason], url)
    return done(request, _("It goes out once more.") if again else _("It is left as it is."), url)
