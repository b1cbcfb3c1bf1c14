"""The desk 借还台: one field for whatever is scanned, a pile for each reader, a reason for every refusal.

Every request changes the desk that is kept with the session and answers with it: a part of the page to htmx, the whole
page (or a redirect to it) to a browser without scripts. What is refused answers 422 with the same page.
"""

from dataclasses import replace
from http import HTTPStatus
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.desk.forms import FirstSwipeForm
from wenyuan.doors.workbench.desk.piles import DeskTop, Done, Mode, read_desk, write_desk
from wenyuan.doors.workbench.desk.print_choice import When, choice_of
from wenyuan.doors.workbench.desk.printed import frames_slips
from wenyuan.doors.workbench.desk.scans import Answer, Trouble, Work, open_patron, take_scan, undo_last
from wenyuan.doors.workbench.desk.scans import retry as retry_item
from wenyuan.doors.workbench.desk.scans import waive as waive_item
from wenyuan.doors.workbench.desk.shown import desk_context, signal_of
from wenyuan.doors.workbench.patrons.words import add_problems
from wenyuan.doors.workbench.shell import page
from wenyuan.kernel.identity import IdentityNumber, mask_number, parse_number
from wenyuan.lending.patrons.data import NOTICE_VERSION, NumberInput, ProblemCode, RegistrationRefused
from wenyuan.lending.patrons.operations import register_on_first_swipe
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import key_ring

TEMPLATE = "workbench/desk/desk.html"
MOST_KEY = 60


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@frames_slips
@require_GET
def desk(request: StaffRequest) -> HttpResponse:
    """The desk as it stands."""
    return _show(request, Answer(desk=read_desk(request.session)))


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def scan(request: StaffRequest) -> HttpResponse:
    """Something was scanned or typed: a card, an item, an identity card."""
    return _answer(
        request, take_scan(request.POST.get("code", ""), read_desk(request.session), work_of(request)), is_fresh=True
    )


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def mode(request: StaffRequest) -> HttpResponse:
    """F2, F3, F4: what the next item is for."""
    try:
        wanted = Mode(request.POST.get("mode", ""))
    except ValueError:
        raise BadRequest("mode") from None
    return _answer(request, Answer(desk=replace(read_desk(request.session), mode=wanted, applicant="")))


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def waiver(request: StaffRequest) -> HttpResponse:
    """F8: the refused item once more, lifting what this operator may lift."""
    return _answer(request, waive_item(read_desk(request.session), work_of(request)), is_fresh=True)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def retry(request: StaffRequest) -> HttpResponse:
    """The refused item is to be renewed (F4) or taken back (F3) instead."""
    wanted = Mode.RENEW if request.POST.get("mode") == Mode.RENEW else Mode.RETURN
    return _answer(request, retry_item(read_desk(request.session), work_of(request), wanted), is_fresh=True)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def undo(request: StaffRequest) -> HttpResponse:
    """Ctrl Z: the last act of the open pile is taken back."""
    answer = undo_last(request.POST.get("act", ""), read_desk(request.session), work_of(request))
    return _answer(request, answer, is_fresh=True)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def park(request: StaffRequest) -> HttpResponse:
    """F6: the open pile waits, with whatever is disputed in it; the next reader is served."""
    top = read_desk(request.session)
    if top.pile is not None:
        parked = replace(top.pile, parked_at=request.at.isoformat())
        top = replace(top.with_pile(parked), open_number=None, mode=Mode.LEND)
    return _answer(request, Answer(desk=top))


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def done(request: StaffRequest) -> HttpResponse:
    """Esc: the open pile is done and leaves the desk; with no pile open, what was asked is put aside."""
    top = read_desk(request.session)
    if top.applicant or top.open_number is None:
        return _answer(request, Answer(desk=replace(top, applicant="", mode=Mode.LEND)))
    has_acts = any(line.done not in (Done.REFUSED, Done.UNDONE) for line in top.pile.lines) if top.pile else False
    prints_now = has_acts and choice_of(request).when is When.EACH
    return _answer(request, Answer(desk=replace(top.with_finished(), mode=Mode.LEND)), prints_now=prints_now)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def pile(request: StaffRequest, number: int) -> HttpResponse:
    """Alt and a digit: another pile is worked on; the one that was open stays as it is."""
    top = read_desk(request.session)
    wanted = top.get(number)
    if wanted is None:
        return _answer(request, Answer(desk=top, trouble=Trouble.STALE))
    opened = replace(top.with_pile(replace(wanted, parked_at="")), mode=Mode.LEND, applicant="")
    return _answer(request, Answer(desk=opened))


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def patron(request: StaffRequest, patron_id: int) -> HttpResponse:
    """From a reader's page: serve this reader, who has no card at hand."""
    return _answer(request, open_patron(patron_id, read_desk(request.session), work_of(request)))


@staff_page(Act.EDIT_PATRON)
@require_POST
def registration(request: StaffRequest) -> HttpResponse:
    """First swipe of an unknown identity card: name, phone and consent, and the pile opens."""
    top = read_desk(request.session)
    number = _applicant(request, top)
    if number is None:
        return _answer(request, Answer(desk=top, trouble=Trouble.STALE))
    form = FirstSwipeForm(request.POST, birth_date=number.birth_date, today=local_date(request.at))
    if not form.is_valid():
        return _show(request, Answer(desk=top), form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        registered = register_on_first_swipe(
            name=form.cleaned_data["name"],
            phone=form.cleaned_data["phone"] or None,
            number=NumberInput(number.canonical, number.form),
            consent=form.consent_given(),
            guardians=form.guardians(),
            somebody_else=form.cleaned_data["somebody_else"],
            at=request.at,
            desk=request.desk,
        )
    except RegistrationRefused as refused:
        known = next((one.existing_patron_id for one in refused.problems if one.existing_patron_id), None)
        add_problems(form, refused.problems)
        if ProblemCode.LOOKS_REGISTERED in refused.codes:
            form.ask_whether_somebody_else()
        answer = Answer(desk=top)
        return _show(request, answer, form=form, known=known, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, gettext("Registered, card %(card)s. Lending may begin.") % {"card": registered.card_no})
    return _answer(request, open_patron(registered.patron_id, top, work_of(request)))


def work_of(request: StaffRequest) -> Work:
    """The request's key makes a repeated one harmless; one that is missing or odd is replaced."""
    key = request.POST.get("key", "")
    usable = key if 0 < len(key) <= MOST_KEY and key.isascii() and key.isprintable() else uuid4().hex
    return Work(desk=request.desk, at=request.at, key=usable)


def _answer(request: StaffRequest, answer: Answer, *, is_fresh: bool = False, prints_now: bool = False) -> HttpResponse:
    """``is_fresh``: something was scanned, and what came of it is heard. ``prints_now``: the slip of the pile that is
    done prints by itself."""
    write_desk(request.session, answer.desk)
    if answer.is_refused:
        return _show(request, answer, is_fresh=is_fresh, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.headers.get("HX-Request"):
        return _show(request, answer, is_fresh=is_fresh, prints_now=prints_now)
    return HttpResponseRedirect(reverse("workbench:desk"), status=HTTPStatus.SEE_OTHER)


def _show(
    request: StaffRequest,
    answer: Answer,
    *,
    form: FirstSwipeForm | None = None,
    known: int | None = None,
    is_fresh: bool = False,
    prints_now: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    number = _applicant(request, answer.desk)
    if number is not None and form is None:
        form = FirstSwipeForm(birth_date=number.birth_date, today=local_date(request.at))
    is_part = bool(request.headers.get("HX-Request"))
    shown = desk_context(answer, desk=request.desk, at=request.at)
    context = {
        **shown,
        **signal_of(shown, is_fresh=is_fresh),
        "choice": choice_of(request),
        "prints_now": prints_now,
        "key": uuid4().hex,
        "form": form,
        "known_patron_id": known,
        "applicant": mask_number(number.canonical) if number else "",
        "applicant_birth": number.birth_date if number else None,
        "notice_version": NOTICE_VERSION,
        "is_part": is_part,
    }
    return page(request, f"{TEMPLATE}#part" if is_part else TEMPLATE, context, status=status)


def _applicant(request: StaffRequest, top: DeskTop) -> IdentityNumber | None:
    """The number of the identity card that is being registered."""
    if not top.applicant:
        return None
    return parse_number(key_ring().decrypt(top.applicant), today=local_date(request.at))
