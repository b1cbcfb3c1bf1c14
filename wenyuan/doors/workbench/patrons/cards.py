"""What is done to a reader's cards, standing and consents: 挂失, 解挂, 补证, 延期, 验证, 暂停, 停借, 恢复, 退证, 删除.
One press, one verb."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.patrons.acting import who_acts
from wenyuan.doors.workbench.patrons.forms import GuardianForm, TokenForm, VerificationForm
from wenyuan.doors.workbench.patrons.views import show_patron
from wenyuan.doors.workbench.patrons.words import CAUSE_CHOICES, add_problems, obstacle_words, refused_words
from wenyuan.kernel.identity import IdentityForm
from wenyuan.lending.patrons import operations
from wenyuan.lending.patrons.data import (
    NOTICE_VERSION,
    CannotLeave,
    ConsentInput,
    ConsentPurpose,
    DocumentSeen,
    GivenBy,
    NumberInput,
    PatronRefused,
    PatronUnknown,
    PatronView,
    RestrictionCause,
)
from wenyuan.lending.patrons.queries import get_patron, list_guardians, list_restrictions, list_tokens
from wenyuan.organisation.rights.data import Act

NAMED_FORMS = frozenset({IdentityForm.PASSPORT, IdentityForm.HMT_TRAVEL})
"""Documents whose number does not say what it is."""


@staff_page(Act.EDIT_PATRON, Act.SUSPEND_PATRON)
@sensitive_post_parameters()
@require_POST
def act(request: StaffRequest, patron_id: int, act: str) -> HttpResponse:
    """Do one of ``ACTS`` to the reader; what is refused is told on the reader's page."""
    do, view = ACTS.get(act), get_patron(patron_id)
    if do is None or view is None:
        raise Http404
    try:
        done = do(request, view)
    except PatronUnknown:
        raise Http404 from None
    except PatronRefused as refused:
        return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, refused=refused_words(refused))
    except CannotLeave as error:
        return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, refused=obstacle_words(error))
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, done)
    return HttpResponseRedirect(reverse("workbench:patron", args=[patron_id]))


@staff_page(Act.EDIT_PATRON)
@sensitive_post_parameters()
@require_POST
def guardian(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Note who answers for a child."""
    view = get_patron(patron_id)
    if view is None:
        raise Http404
    form = GuardianForm(request.POST)
    if form.is_valid():
        try:
            operations.add_guardian(child_id=patron_id, guardian=form.guardian(), at=request.at, desk=request.desk)
        except PatronRefused as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, gettext("The guardian was noted."))
            return HttpResponseRedirect(reverse("workbench:patron", args=[patron_id]))
    return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, guardian_form=form)


def _report_lost(request: StaffRequest, view: PatronView) -> str:
    token, behalf = _own_token(request, view), who_acts(request, view.id)
    operations.report_lost(token_id=token, at=request.at, desk=request.desk, behalf=behalf)
    return gettext("Reported lost. Nobody can borrow with it.")


def _lift_lost(request: StaffRequest, view: PatronView) -> str:
    token, behalf = _own_token(request, view), who_acts(request, view.id)
    operations.lift_lost(token_id=token, at=request.at, desk=request.desk, behalf=behalf)
    return gettext("Found again and good to use.")


def _add_token(request: StaffRequest, view: PatronView) -> str | HttpResponse:
    form = TokenForm(request.POST)
    if not form.is_valid():
        return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, token_form=form)
    operations.add_token(patron_id=view.id, token=form.token(), at=request.at, desk=request.desk)
    return gettext("The reader may show this from now on.")


def _remove_token(request: StaffRequest, view: PatronView) -> str:
    operations.remove_token(token_id=_own_token(request, view), at=request.at, desk=request.desk)
    return gettext("Removed.")


def _replace_card(request: StaffRequest, view: PatronView) -> str:
    card = operations.replace_card(
        patron_id=view.id,
        card_no=request.POST.get("card_no", "").strip() or None,
        reason=request.POST.get("reason", ""),
        at=request.at,
        desk=request.desk,
        behalf=who_acts(request, view.id),
    )
    return gettext("The new card is %(card)s; the old ones no longer lend.") % {"card": card}


def _renew_registration(request: StaffRequest, view: PatronView) -> str:
    behalf = who_acts(request, view.id)
    until = operations.renew_registration(patron_id=view.id, at=request.at, desk=request.desk, behalf=behalf)
    if until is None:
        return gettext("The registration has no end.")
    return gettext("Valid until %(day)s.") % {"day": until.isoformat()}


def _verify(request: StaffRequest, view: PatronView) -> str | HttpResponse:
    form = VerificationForm(request.POST)
    if not form.is_valid():
        return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, verification_form=form)
    number = form.cleaned_data["number"]
    known = view.number_form in IdentityForm._value2member_map_
    named = IdentityForm(view.number_form) if known else None
    operations.verify_patron(
        patron_id=view.id,
        document=DocumentSeen(form.cleaned_data["document"]),
        number=NumberInput(number, named if named in NAMED_FORMS else None) if number else None,
        at=request.at,
        desk=request.desk,
        behalf=who_acts(request, view.id),
    )
    return gettext("Looked at again today; the record keeps the day.")


def _suspend(request: StaffRequest, view: PatronView) -> str:
    cause = request.POST.get("cause", "")
    operations.suspend_patron(
        patron_id=view.id,
        reason=request.POST.get("reason", ""),
        cause=RestrictionCause(cause) if cause in dict(CAUSE_CHOICES) else RestrictionCause.OTHER,
        until=_day(request.POST.get("until", "")),
        at=request.at,
        desk=request.desk,
    )
    return gettext("Suspended.")


def _lift_suspension(request: StaffRequest, view: PatronView) -> str:
    operations.lift_suspension(
        patron_id=view.id, reason=request.POST.get("reason", ""), at=request.at, desk=request.desk
    )
    return gettext("The suspension is lifted.")


def _lift_restriction(request: StaffRequest, view: PatronView) -> str:
    wanted = request.POST.get("restriction", "")
    if not wanted.isdecimal() or int(wanted) not in {one.id for one in list_restrictions(view.id, limit=200).rows}:
        raise Http404
    operations.lift_restriction(
        restriction_id=int(wanted), reason=request.POST.get("reason", ""), at=request.at, desk=request.desk
    )
    return gettext("The restriction is lifted.")


def _pause(request: StaffRequest, view: PatronView) -> str:
    operations.pause_patron(
        patron_id=view.id,
        reason=request.POST.get("reason", ""),
        until=_day(request.POST.get("until", "")),
        at=request.at,
        desk=request.desk,
        behalf=who_acts(request, view.id),
    )
    return gettext("Paused, as they wish. Nothing is lent on this card.")


def _resume(request: StaffRequest, view: PatronView) -> str:
    behalf = who_acts(request, view.id)
    if not operations.resume_patron(patron_id=view.id, at=request.at, desk=request.desk, behalf=behalf):
        return gettext("The card was not paused.")
    return gettext("The card is no longer paused.")


def _begin_leaving(request: StaffRequest, view: PatronView) -> str:
    operations.begin_leaving(
        patron_id=view.id,
        reason=request.POST.get("reason", ""),
        at=request.at,
        desk=request.desk,
        behalf=who_acts(request, view.id),
    )
    return gettext("Nothing more is lent. The card is closed once everything has come back.")


def _come_of_age(request: StaffRequest, view: PatronView) -> str:
    consents = request.POST.get("consent") == "on"
    also = {
        purpose
        for purpose, field in ((ConsentPurpose.HISTORY, "keep_history"), (ConsentPurpose.NOTICES, "notices"))
        if request.POST.get(field) == "on"
    }
    operations.come_of_age(
        patron_id=view.id,
        consent=ConsentInput(notice_version=NOTICE_VERSION if consents else "", also=frozenset(also)),
        category=request.POST.get("category", ""),
        at=request.at,
        desk=request.desk,
    )
    return gettext("They answer for themselves from now on.")


def _close(request: StaffRequest, view: PatronView) -> str:
    operations.close_patron(
        patron_id=view.id,
        reason=request.POST.get("reason", ""),
        at=request.at,
        desk=request.desk,
        behalf=who_acts(request, view.id),
    )
    return gettext("The reader has left; the cards no longer lend.")


def _erase(request: StaffRequest, view: PatronView) -> str:
    operations.erase_patron(patron_id=view.id, reason=request.POST.get("reason", ""), at=request.at, desk=request.desk)
    return gettext("Everything that named this person is erased.")


def _note_erasure(request: StaffRequest, view: PatronView) -> str:
    operations.note_erasure_request(patron_id=view.id, at=request.at, desk=request.desk)
    return gettext("The request for deletion is noted.")


def _take_back_erasure(request: StaffRequest, view: PatronView) -> str:
    operations.take_back_erasure(patron_id=view.id, at=request.at, desk=request.desk)
    return gettext("The request for deletion is taken back.")


def _refuse_erasure(request: StaffRequest, view: PatronView) -> str:
    operations.refuse_erasure(
        patron_id=view.id, reason=request.POST.get("reason", ""), at=request.at, desk=request.desk
    )
    if view.status == "closed":
        return gettext("Refused. Tell the reader why yourself: they have no account any more.")
    return gettext("The request for deletion is refused; the reader is told why.")


def _reopen(request: StaffRequest, view: PatronView) -> str:
    given_by = GivenBy.GUARDIAN if request.POST.get("given_by") == GivenBy.GUARDIAN else GivenBy.SELF
    consents = request.POST.get("consent") == "on"
    registered = operations.reopen_patron(
        patron_id=view.id,
        consent=ConsentInput(notice_version=NOTICE_VERSION if consents else "", given_by=given_by),
        at=request.at,
        desk=request.desk,
    )
    return gettext("Taken in again, card %(card)s.") % {"card": registered.card_no}


def _reset_pin(request: StaffRequest, view: PatronView) -> HttpResponse:
    """The new PIN is on this answer only: it is neither kept nor sent anywhere."""
    pin = operations.reset_pin(patron_id=view.id, at=request.at, desk=request.desk)
    return show_patron(request, view, new_pin=pin)


def _keep_history(request: StaffRequest, view: PatronView) -> str:
    given_by = GivenBy.GUARDIAN if request.POST.get("given_by") == GivenBy.GUARDIAN else GivenBy.SELF
    operations.set_keep_history(
        patron_id=view.id,
        keep=True,
        notice_version=NOTICE_VERSION,
        given_by=given_by,
        at=request.at,
        desk=request.desk,
    )
    return gettext("The reading history is kept from now on.")


def _forget_history(request: StaffRequest, view: PatronView) -> str:
    operations.set_keep_history(patron_id=view.id, keep=False, at=request.at, desk=request.desk)
    return gettext("The reading history is forgotten.")


def _take_notices(request: StaffRequest, view: PatronView) -> str:
    given_by = GivenBy.GUARDIAN if request.POST.get("given_by") == GivenBy.GUARDIAN else GivenBy.SELF
    operations.record_consent(
        patron_id=view.id,
        purpose=ConsentPurpose.NOTICES,
        notice_version=NOTICE_VERSION,
        given_by=given_by,
        at=request.at,
        desk=request.desk,
    )
    return gettext("The consent was noted.")


def _withdraw_notices(request: StaffRequest, view: PatronView) -> str:
    operations.withdraw_consent(patron_id=view.id, purpose=ConsentPurpose.NOTICES, at=request.at, desk=request.desk)
    return gettext("The consent was withdrawn.")


def _end_guardian(request: StaffRequest, view: PatronView) -> str:
    wanted = request.POST.get("guardian", "")
    known = {one.id for one in list_guardians(view.id)}
    if not wanted.isdecimal() or int(wanted) not in known:
        raise Http404
    operations.end_guardian(guardian_id=int(wanted), at=request.at, desk=request.desk)
    return gettext("The guardian no longer answers for the child.")


def _own_token(request: StaffRequest, view: PatronView) -> int:
    """The token named, if it is one of this reader's."""
    wanted = request.POST.get("token", "")
    if not wanted.isdecimal() or int(wanted) not in {token.id for token in list_tokens(view.id)}:
        raise Http404
    return int(wanted)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ACTS: dict[str, Callable[[StaffRequest, PatronView], str | HttpResponse]] = {
    "report-lost": _report_lost,
    "lift-lost": _lift_lost,
    "add-token": _add_token,
    "remove-token": _remove_token,
    "replace-card": _replace_card,
    "renew-registration": _renew_registration,
    "verify": _verify,
    "suspend": _suspend,
    "lift-suspension": _lift_suspension,
    "lift-restriction": _lift_restriction,
    "pause": _pause,
    "resume": _resume,
    "begin-leaving": _begin_leaving,
    "come-of-age": _come_of_age,
    "close": _close,
    "reopen": _reopen,
    "erase": _erase,
    "note-erasure": _note_erasure,
    "take-back-erasure": _take_back_erasure,
    "refuse-erasure": _refuse_erasure,
    "reset-pin": _reset_pin,
    "keep-history": _keep_history,
    "forget-history": _forget_history,
    "take-notices": _take_notices,
    "withdraw-notices": _withdraw_notices,
    "end-guardian": _end_guardian,
}
