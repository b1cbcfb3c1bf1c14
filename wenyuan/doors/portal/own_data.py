"""What the library has of a reader, for them to take along; and what stands against having it deleted."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from wenyuan.doors.portal.access import ReaderRequest, reader_act
from wenyuan.doors.portal.account import told
from wenyuan.doors.portal.card import PROBLEMS, crumbs, note_problems
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.signing_in import caller_of
from wenyuan.holdings.catalogue.queries import titles_of
from wenyuan.kernel.money import yuan_text
from wenyuan.lending.circulation.data import OpenLoan
from wenyuan.lending.circulation.queries import holds_of_patron, loans_history, patron_loans
from wenyuan.lending.fees.data import EntryView
from wenyuan.lending.fees.queries import list_ledger
from wenyuan.lending.patrons.data import OwnRecord, PatronRefused, PatronView, RestrictionView
from wenyuan.lending.patrons.operations import open_own_record
from wenyuan.lending.patrons.queries import (
    keepers_of,
    list_consents,
    list_own_erasure_requests,
    list_restrictions,
    list_tokens,
    notice_recipient,
    open_erasure_request,
    what_keeps,
)
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.notices.data import BoxMessage
from wenyuan.organisation.notices.queries import message_box
from wenyuan.plumbing.clock import local, local_date
from wenyuan.services.feedback.queries import count_own_suggestions, list_own_suggestions
from wenyuan.services.reading.queries import count_own_reviews, list_own_reviews, own_lists, own_works

ROWS_A_TIME: Final = 200
OBSTACLES: Final = {
    "open_loans": _("Items that you still have: %(count)s. They come back first."),
    "open_holds": _("Holds that are open: %(count)s. Cancel them first."),
    "open_charges": _("Charges that are not settled: %(count)s. They are paid or forgiven at a desk first."),
    "due_back": _("Payments that the library owes you: %(count)s. You get them back first."),
    "deposit_held": _("Deposits that the library holds for you: %(count)s. You get them back first."),
    "guardian_of": _("Children for whom you answer: %(count)s. Somebody else is named at a desk first."),
}
SECTIONS: Final = {
    "particulars": _("Particulars"),
    "cards": _("Cards"),
    "consents": _("Consents"),
    "restrictions": _("Restrictions"),
    "kept_by": _("Who has your card under their sign-in"),
    "loans": _("On loan now"),
    "history": _("Brought back"),
    "holds": _("Holds"),
    "money": _("Money"),
    "messages": _("Messages"),
    "lists": _("My lists"),
    "reviews": _("My reviews"),
    "suggestions": _("Suggestions to buy"),
    "deletion": _("Requests for deletion"),
}
FIELDS: Final = {
    "name": _("Name"),
    "number_form": _("Document"),
    "number": _("Number"),
    "phone": _("Phone"),
    "address": _("Address"),
    "email": _("E-mail"),
    "birth_date": _("Birth date"),
    "gender": _("Gender"),
    "guardians": _("Guardians"),
    "guardian": _("Guardian"),
    "category": _("Kind of reader"),
    "home_branch": _("Home branch"),
    "status": _("State"),
    "state": _("State"),
    "registered": _("Registered"),
    "expires": _("Good until"),
    "verified": _("Document looked at"),
    "history_kept": _("History kept"),
    "note": pgettext_lazy("remark about items", "Note"),
    "kind": _("Kind"),
    "shown": _("Number"),
    "since": _("Since"),
    "purpose": _("Purpose"),
    "notice_version": _("Version of the notice"),
    "given_by": _("Given by"),
    "given_at": _("Given on"),
    "withdrawn_at": _("Withdrawn on"),
    "reason": _("Reason"),
    "from": _("From"),
    "until": _("Until"),
    "ended": _("Ended"),
    "reader": _("Reader"),
    "title": _("Title"),
    "barcode": _("Barcode"),
    "lent": _("Lent"),
    "due": _("Due date"),
    "renewals": _("Renewals"),
    "placed": _("Placed on"),
    "asked": _("Asked on"),
    "answer": _("Answer"),
    "pickup": _("Fetched at"),
    "author": _("Author"),
    "isbn": _("ISBN"),
    "stars": _("Stars"),
    "words": _("What you say of it"),
    "shown_as": _("By which name it is shown"),
    "list": pgettext_lazy("of works", "List"),
    "why": _("Why the library should have it"),
    "at": _("Time"),
    "what": _("What for"),
    "yuan": _("Yuan"),
    "receipt": _("Receipt number"),
    "text": _("Text"),
    "subject": _("Subject"),
}


class DownloadForm(forms.Form):
    """The PIN once more, and in which form."""

    pin = forms.CharField(
        label=pgettext_lazy("of a reader", "PIN"),
        max_length=64,
        help_text=_("Asked once more: the file holds your numbers in full."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "inputmode": "numeric"}),
    )
    form = forms.ChoiceField(
        label=_("File"),
        choices=[("html", _("to read (HTML)")), ("json", _("for another program (JSON)"))],
        initial="html",
        widget=forms.RadioSelect,
    )


@sensitive_variables("record", "told_all")
@sensitive_post_parameters("pin")
@reader_act(with_page=True)
def own_data(request: ReaderRequest) -> HttpResponse:
    """The form, and the file that it asks for. Each reader takes their own, signed in themselves."""
    if request.reader.is_other:
        return told(request, "refused", gettext("Data is handed to whoever has signed in with that card"))
    patron, form = request.reader.patron, DownloadForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            record = open_own_record(
                patron_id=patron.id,
                card=request.reader.card,
                pin=form.cleaned_data["pin"],
                caller=caller_of(request),
                at=request.at,
                desk=request.desk,
            )
        except PatronRefused as refused:
            note_problems(form, refused, PROBLEMS)
        else:
            return _file(request, form.cleaned_data["form"], everything(record, patron, at=request.at))
    asked = open_erasure_request(patron.id)
    context = {
        "form": form,
        "keeps": standing_against(request),
        "is_asked": asked is not None,
        "crumbs": crumbs(gettext("My data")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "portal/own_data.html", context, at="account", status=status)


def standing_against(request: ReaderRequest) -> list[str]:
    """What must be settled before everything is deleted, each a sentence."""
    found = what_keeps(request.reader.patron.id)
    return [str(OBSTACLES[one.what]) % {"count": one.count} for one in found if one.what in OBSTACLES]


def _file(request: ReaderRequest, form: str, told_all: Mapping[str, list[dict[str, Any]]]) -> HttpResponse:
    stamp = local(request.at).strftime("%Y%m%d")
    if form == "json":
        text, kind = json.dumps(told_all, ensure_ascii=False, indent=2, default=_plain), "application/json"
    else:
        sections = [
            (SECTIONS[name], [FIELDS[field] for field in rows[0]], [list(map(_plain, row.values())) for row in rows])
            for name, rows in told_all.items()
            if rows
        ]
        context = {"sections": sections, "at": request.at, "library_name": request.library.name(request.language)}
        text, kind = render_to_string("portal/own_data_file.html", context), "text/html; charset=utf-8"
    headers = {
        "Content-Disposition": f'attachment; filename="my-library-data-{stamp}.{form}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(text, content_type=kind, headers=headers)


def _plain(value: object) -> str:
    """A value in the file: moments by the library's clock, days as ISO 8601 has them."""
    match value:
        case None:
            return ""
        case datetime():
            return local(value).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


@sensitive_variables()
def everything(record: OwnRecord, patron: PatronView, *, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """What is kept of a reader, by section; each row by the names of its fields. No other reader is named in full.
    What is left out stands in docs/specs/account.md."""
    names = {branch.id: branch.code for branch in network_map().branches.values()}
    loans = patron_loans(patron_id=patron.id, branch_id=patron.home_branch_id, at=at)
    return {
        "particulars": [
            {
                **asdict(record),
                "category": patron.category,
                "home_branch": names.get(patron.home_branch_id, ""),
                "status": patron.status,
                "registered": patron.registered_date,
                "expires": patron.expires_date,
                "verified": patron.verified_date,
                "history_kept": patron.keep_history,
                "note": patron.note,
            }
        ],
        "cards": [
            {"kind": one.kind.value, "shown": one.shown, "status": one.status, "since": one.issued_at}
            for one in list_tokens(patron.id)
        ],
        "consents": [asdict(one) for one in list_consents(patron.id)],
        "restrictions": [
            {
                "kind": one.kind.value,
                "reason": one.reason,
                "from": one.from_date,
                "until": one.until,
                "ended": one.ended_at,
            }
            for one in _restrictions(patron.id)
        ],
        "kept_by": [
            {"reader": one.masked_name, "since": one.since} for one in keepers_of(patron.id, on=local_date(at))
        ],
        "loans": [_loan(one) for one in (loans.loans if loans else ())],
        "history": [_loan(one) for one in _closed_loans(patron.id)],
        "holds": [
            {"title": one.title, "state": one.state, "placed": one.placed_at, "pickup": names.get(one.pickup_branch_id)}
            for one in holds_of_patron(patron_id=patron.id, at=at)
        ],
        "money": [
            {"at": one.at, "kind": one.kind.value, "what": one.charge_kind, "yuan": yuan_text(one.amount_fen)}
            | {"receipt": one.receipt_no, "text": one.text}
            for one in _ledger(patron.id)
        ],
        "messages": [
            {"at": one.at, "kind": one.kind.value, "subject": one.subject, "text": one.text}
            for one in _messages(patron.id)
        ],
        "lists": [
            {"list": own.name, "title": known[work.bib_id].title, "since": work.since}
            for own in own_lists(patron.id)
            for works in [own_works(own.id, size=own.works)]
            for known in [titles_of(work.bib_id for work in works)]
            for work in works
            if work.bib_id in known
        ],
        "reviews": [
            {
                "at": one.written_at,
                "title": known[one.bib_id].title if one.bib_id in known else "",
                "stars": one.draft.stars,
                "words": one.draft.words,
                "shown_as": one.draft.shown_as,
                "state": one.state.value,
                "answer": one.reason,
            }
            for reviews in [list_own_reviews(patron.id, size=count_own_reviews(patron.id))]
            for known in [titles_of(one.bib_id for one in reviews)]
            for one in reviews
        ],
        "suggestions": [
            {
                "at": one.since,
                "title": one.suggestion.wanted.title,
                "author": one.suggestion.wanted.author,
                "isbn": one.suggestion.wanted.isbn,
                "why": one.wish.why,
                "pickup": names.get(one.wish.pickup_branch_id),
                "state": one.suggestion.state.value,
                "answer": one.suggestion.reason,
            }
            for one in list_own_suggestions(patron.id, size=count_own_suggestions(patron.id))
        ],
        "deletion": [
            {"asked": one.asked_at, "state": one.state.value, "ended": one.ended_at, "answer": one.answer}
            for one in list_own_erasure_requests(patron.id)
        ],
    }


def _loan(loan: OpenLoan) -> dict[str, Any]:
    return {
        "title": loan.item.title,
        "barcode": loan.item.barcode,
        "lent": loan.lent_at,
        "due": loan.due_date,
        "renewals": loan.renewals,
    }


def _restrictions(patron_id: int) -> Iterator[RestrictionView]:
    offset, more = 0, True
    while more:
        found = list_restrictions(patron_id, limit=ROWS_A_TIME, offset=offset)
        yield from found.rows
        offset, more = offset + ROWS_A_TIME, found.more


def _closed_loans(patron_id: int) -> Iterator[OpenLoan]:
    """The history of who has it kept; of others what keeps its reader for a debt."""
    before = None
    while rows := loans_history(patron_id=patron_id, before_id=before, size=ROWS_A_TIME):
        yield from rows
        before = rows[-1].id


def _ledger(patron_id: int) -> Iterator[EntryView]:
    before = None
    while True:
        found = list_ledger(patron_id, before=before, size=ROWS_A_TIME)
        yield from found.entries
        before = found.before
        if before is None:
            return


def _messages(patron_id: int) -> Iterator[BoxMessage]:
    before = None
    while rows := message_box(recipient=notice_recipient(patron_id), before=before, size=ROWS_A_TIME):
        yield from rows
        before = rows[-1].id
