"""A text before it is sent: pasted, looked through, and what wants a look named beside its place. Nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import Sheet, form_page
from wenyuan.office.figures.data import CheckCode, Finding
from wenyuan.office.figures.queries import findings_in
from wenyuan.organisation.rights.data import Act

LONGEST = 60_000
AROUND = 12
"""Characters shown on each side of a place."""

WORDS: Final[Mapping[CheckCode, StrOrPromise]] = {
    CheckCode.LAW_TITLE: _("No law or regulation of the list has this title."),
    CheckCode.TWO_VALUES: _("The same is told with another number elsewhere."),
    CheckCode.PART_OVER_TOTAL: _("A part is more than what it is a part of."),
    CheckCode.NUMBERING: _("This number does not follow the one before."),
    CheckCode.UP_TO: _("Up to a day is 截至; 截止 says that something ended."),
    CheckCode.UNIT: _("This is not the unit in which it is counted."),
    CheckCode.COMMA: _("No comma stands between thousands."),
    CheckCode.ROUNDED_MONEY: _("Money is written exactly, without 余, 多 or 近."),
    CheckCode.NOT_ROUNDED: _("余 stands only behind a number that was rounded down."),
    CheckCode.PHRASE_OF_BEFORE: _("This phrase stood in last year's text. Does it still hold?"),
}


class CheckForm(forms.Form):
    text = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 14}))
    earlier = forms.CharField(
        label=_("Last year's text"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("So that its phrases in quotation marks are found again in the new one."),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A finding in words, with what stands around it."""

    before: str
    found: str
    after: str
    words: StrOrPromise
    against: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.SEE_FIGURES, any_branch=True)
def check(request: StaffRequest) -> HttpResponse:
    """Look through a text. It is neither kept nor changed."""
    form = CheckForm(request.POST or None)
    places: list[Place] | None = None
    if form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        found = findings_in(text, earlier_text=form.cleaned_data["earlier"])
        places = [place_of(one, text) for one in found]
    sheet = Sheet(
        title=_("Check a text"),
        act=_("Look through it"),
        words=_("Paste the text as it is to be sent. It is not kept, and nothing in it is changed."),
        crumbs=(
            Crumb(gettext("Figures"), reverse("workbench:figures")),
            Crumb(gettext("Work summary"), reverse("workbench:summary")),
            Crumb(gettext("Check a text")),
        ),
        back=reverse("workbench:summary"),
    )
    return form_page(request, form, sheet, template="workbench/figures/check.html", places=places)


def place_of(finding: Finding, text: str) -> Place:
    """A finding in words, with what stands around it in the text."""
    end = finding.at + len(finding.found)
    return Place(
        before=text[max(finding.at - AROUND, 0) : finding.at],
        found=finding.found,
        after=text[end : end + AROUND],
        words=WORDS[finding.code],
        against=finding.against,
    )
