"""What a reader was told, and what they want to be told by which way."""

from http import HTTPStatus
from typing import Final

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.notice_choices import ChoicesForm, as_initial
from wenyuan.doors.furniture.notice_words import CHANNELS, KINDS
from wenyuan.doors.portal.access import ReaderRequest, reader_act, reader_page
from wenyuan.doors.portal.account import told
from wenyuan.doors.portal.card import crumbs
from wenyuan.doors.portal.sessions import keep_word, word_of
from wenyuan.doors.portal.shell import page
from wenyuan.lending.patrons.data import PatronRefused, ProblemCode
from wenyuan.lending.patrons.operations import choose_own_messages
from wenyuan.lending.patrons.queries import notice_contacts, notice_recipient
from wenyuan.organisation.notices.data import BoxMessage
from wenyuan.organisation.notices.queries import (
    get_settings,
    last4_of,
    list_bad_addresses,
    message_box,
    preferences,
)
from wenyuan.plumbing.clock import local_date

PAGE: Final = 20


@reader_page
def messages(request: ReaderRequest) -> HttpResponse:
    """The message box, the newest first, in pages."""
    before = request.GET.get("before", "")
    place = int(before) if before.isdecimal() and len(before) < 19 else None
    box = message_box(recipient=notice_recipient(request.reader.patron.id), before=place, size=PAGE + 1)
    context = {
        "word": word_of(request.reader),
        "is_other": request.reader.is_other,
        "rows": [_row(one) for one in box[:PAGE]],
        "before": box[PAGE - 1].id if len(box) > PAGE else None,
        "kept_days": get_settings().keep_text_days,
        "crumbs": crumbs(gettext("My messages")),
    }
    return page(request, "portal/messages.html", context, at="account")


def _row(message: BoxMessage) -> dict[str, object]:
    heading = message.subject or KINDS[message.kind]
    way = CHANNELS[message.channel] if message.channel else ""
    return {"heading": heading, "text": message.text, "day": local_date(message.at), "way": way}


@reader_act(with_page=True)
def choices(request: ReaderRequest) -> HttpResponse:
    """The form: for each kind the way that is tried first. Each reader chooses, signed in themselves; for a
    child the guardian, at a desk."""
    if request.reader.is_other:
        return told(request, "refused", gettext("Messages are chosen by whoever has signed in with that card"))
    patron, refusal = request.reader.patron, ""
    recipient = notice_recipient(patron.id)
    form = ChoicesForm(request.POST if request.method == "POST" else None, initial=as_initial(preferences(recipient)))
    if form.is_valid():
        try:
            choose_own_messages(
                patron_id=patron.id,
                channels=form.chosen_channels(),
                language=form.chosen_language(),
                at=request.at,
                desk=request.desk,
            )
        except PatronRefused as refused:
            refusal = gettext("Ask at any desk.")  # the card was given up there just now
            if ProblemCode.GUARDIAN_CONSENT_MISSING in refused.codes:
                refusal = gettext("For a child a guardian chooses, at any desk.")
        else:
            keep_word(request.reader, {"heading": gettext("Your choices are saved")})
            return HttpResponseRedirect(reverse("portal:messages"))
    contacts, hours = notice_contacts([patron.id]).get(patron.id, {}), get_settings()
    trail = crumbs(gettext("What to be told and how"))
    trail.insert(1, Crumb(label=gettext("My messages"), url=reverse("portal:messages")))
    context = {
        "form": form,
        "refusal": refusal,
        "contacts": [(CHANNELS[channel], last4_of(address)) for channel, address in contacts.items()],
        "wrong": [(CHANNELS[one.channel], one.last4) for one in list_bad_addresses([recipient]).get(recipient, ())],
        "hours": hours,
        "is_quiet": hours.quiet_from != hours.quiet_until,
        "crumbs": trail,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or refusal else HTTPStatus.OK
    return page(request, "portal/message_choices.html", context, at="account", status=status)
