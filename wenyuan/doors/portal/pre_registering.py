"""Somebody without a card fills in what the desk would ask, and gets a number to tell there."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.addresses import caller_network
from wenyuan.doors.portal.access import PublicRequest, public_form
from wenyuan.doors.portal.shell import page
from wenyuan.lending.patrons.data import (
    KEPT_DAYS,
    NOTICE_VERSION,
    PatronRefused,
    PreRegistrationInput,
    ProblemCode,
    TooManyPreRegistrations,
)
from wenyuan.lending.patrons.operations import pre_register
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date

PROBLEMS: dict[ProblemCode, StrOrPromise] = {
    ProblemCode.NAME_BAD: _("A name has no number in it."),
    ProblemCode.PHONE_BAD: _("This is no telephone number."),
    ProblemCode.EMAIL_BAD: _("This is no e-mail address."),
    ProblemCode.BIRTH_DATE_BAD: _("This day is still to come."),
}
FIELDS = {"home_branch_id": "home_branch"}


class PreRegistrationForm(forms.Form):
    """As little as the desk needs to be quick."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("As it stands in your document."), widget=forms.TextInput()
    )
    birth_date = forms.DateField(
        label=_("Birth date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=32, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    home_branch = forms.ChoiceField(label=pgettext_lazy("where one registers", "Where you will come"))
    agree = forms.BooleanField(
        label=_("I have read how personal data is used, and agree. For a child below 14 a guardian agrees."),
        error_messages={"required": _("Without consent nothing is kept.")},
    )

    def __init__(self, *args: Any, branches: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["home_branch"].choices = branches  # type: ignore[attr-defined] # a ChoiceField

    def told(self) -> PreRegistrationInput:
        """What a valid form says, as the verb takes it."""
        values = self.cleaned_data
        return PreRegistrationInput(
            name=values["name"],
            home_branch_id=int(values["home_branch"]),
            birth_date=values["birth_date"],
            phone=values["phone"],
            email=values["email"],
        )


@sensitive_post_parameters()
@public_form
def pre_registering(request: PublicRequest) -> HttpResponse:
    """The form, and the number."""
    form = PreRegistrationForm(request.POST if request.method == "POST" else None, branches=_branches(request))
    done, wait = None, 0
    if form.is_valid():
        try:
            done = pre_register(
                told=form.told(), notice_version=NOTICE_VERSION, address=caller_network(request), at=request.at
            )
        except TooManyPreRegistrations as many:
            wait = many.wait_s
        except PatronRefused as refused:
            for problem in refused.problems:
                form.add_error(FIELDS.get(problem.field, problem.field), PROBLEMS.get(problem.code, _("Look again.")))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "form": form,
        "done": done,
        "until": local_date(done.until) if done else None,
        "is_busy": bool(wait),
        "kept_days": KEPT_DAYS,
        "notice_version": NOTICE_VERSION,
    }
    status = HTTPStatus.TOO_MANY_REQUESTS if wait else status
    response = page(request, "portal/pre_registering.html", context, at="account", status=status)
    response["Cache-Control"] = "no-store"
    if wait:
        response["Retry-After"] = str(wait)
    return response


def _branches(request: PublicRequest) -> list[tuple[str, str]]:
    today = local_date(request.at)
    standing = [branch for branch in network_map().branches.values() if branch.stands_on(today)]
    return [(str(one.id), one.name(request.language)) for one in sorted(standing, key=lambda branch: branch.code)]
