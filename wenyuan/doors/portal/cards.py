"""A family's cards under one sign-in: whose account is open, added by its PIN, taken away from either side."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from wenyuan.doors.portal.access import ReaderRequest, reader_act
from wenyuan.doors.portal.account import told
from wenyuan.doors.portal.browsers import remember
from wenyuan.doors.portal.card import crumbs, note_problems
from wenyuan.doors.portal.sessions import switch
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.signing_in import caller_of, told_late
from wenyuan.kernel.money import yuan_text
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.fees.queries import account_state
from wenyuan.lending.patrons.data import (
    Insight,
    OtherReader,
    PatronRefused,
    PatronUnknown,
    PatronView,
    ProblemCode,
    TooManyGuesses,
)
from wenyuan.lending.patrons.operations import add_others_card, remove_others_card
from wenyuan.lending.patrons.queries import keepers_of, other_readers
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import LARGEST_ID

PROBLEMS: Final = {
    ProblemCode.PIN_WRONG: _(
        "Card number and PIN do not open an account, or there were too many wrong ones and it is not looked at yet."
    ),
    ProblemCode.CARD_OWN: _("This is your own card."),
    ProblemCode.PIN_OF_CHILDHOOD: _(
        "This PIN is from before the fourteenth birthday. Whose card it is chooses another one first, and then decides "
        "whether to tell you."
    ),
    ProblemCode.CARDS_MANY: _("Five cards are here already. Remove one first."),
}


class AddForm(forms.Form):
    """Another reader's card, and its PIN."""

    card = forms.CharField(
        label=_("Card number"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    pin = forms.CharField(
        label=pgettext_lazy("of a reader", "PIN"),
        max_length=64,
        help_text=_("The PIN of that card, not of yours. Its reader sees that you added it, and may end it."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a guardian sees of somebody who is fourteen or older; ``owed`` in yuan, empty for nothing."""

    count: int
    overdue: int
    owed: str


@sensitive_post_parameters("card", "pin")
@reader_act(with_page=True)
def cards(request: ReaderRequest) -> HttpResponse:
    """Whose cards stand under this sign-in, who has this reader's under theirs, and the form to add one."""
    form, wait = AddForm(request.POST if request.method == "POST" else None), 0
    if form.is_valid():
        try:
            added = told_late(lambda: _added(request, form))
        except TooManyGuesses as many:
            wait = many.wait_s
        else:
            if added is not None:
                return _done(request, added)
    own, today = request.reader.own, local_date(request.at)
    others = other_readers(own.id, on=today)
    context = {
        "form": form,
        "wait_minutes": -(-wait // 60),
        "own": own,
        "open_id": request.reader.patron.id,
        "rows": [(one, _sums(request, one) if one.insight is Insight.SUMS else None) for one in others],
        "keepers": [(keeper, local_date(keeper.since)) for keeper in keepers_of(own.id, on=today)],
        "crumbs": crumbs(gettext("Family cards")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    response = page(
        request,
        "portal/cards.html",
        context,
        at="account",
        status=HTTPStatus.TOO_MANY_REQUESTS if wait else status,
    )
    if wait:
        response["Retry-After"] = str(wait)
    return response


def _added(request: ReaderRequest, form: AddForm) -> PatronView | None:
    """Whose card was added; what is wrong stands in the form. :raises TooManyGuesses: as the verb."""
    try:
        return add_others_card(
            keeper_id=request.reader.own.id,
            card=form.cleaned_data["card"],
            pin=form.cleaned_data["pin"],
            caller=caller_of(request),
            at=request.at,
            desk=request.desk,
        )
    except PatronRefused as refused:
        note_problems(form, refused, PROBLEMS)
        return None


def _done(request: ReaderRequest, added: PatronView) -> HttpResponse:
    heading = gettext("Added: the card of %(name)s") % {"name": added.masked_name}
    response = told(request, "fine", heading, [gettext("Their account is one tap away on your page.")])
    remember(request, response, added.id, at=request.at)
    return response


def _sums(request: ReaderRequest, one: OtherReader) -> Sums:
    found = patron_loans(patron_id=one.patron.id, branch_id=one.patron.home_branch_id, at=request.at)
    loans, state = found.loans if found else (), account_state(one.patron.id)
    return Sums(
        count=len(loans),
        overdue=sum(loan.overdue for loan in loans),
        owed=yuan_text(state.owed_fen) if state.owed_fen else "",
    )


@reader_act()
def switch_to(request: ReaderRequest) -> HttpResponse:
    """Open another reader's account that stands under this sign-in, or the own one again. A reader who does not is
    answered as one who does not exist."""
    wanted = request.POST.get("reader", "")
    patron_id = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19 else 0
    if not 0 < patron_id <= LARGEST_ID or switch(request.reader, patron_id, at=request.at) is None:
        return told(request, "refused", gettext("This card is not among yours (any more)"))
    return HttpResponseRedirect(reverse("portal:account"))


@reader_act()
def remove(request: ReaderRequest, link_id: int) -> HttpResponse:
    """Take a card away from under this sign-in, or one's own from under another's."""
    try:
        remove_others_card(patron_id=request.reader.own.id, link_id=link_id, at=request.at, desk=request.desk)
    except (PatronUnknown, PatronRefused):
        return told(request, "refused", gettext("This card is not among yours (any more)"))
    return HttpResponseRedirect(reverse("portal:cards"))
