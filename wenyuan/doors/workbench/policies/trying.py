"""Trying the rules out: this reader, this branch, this item, this day, and which row gave each answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.days import day
from wenyuan.doors.furniture.policy_words import GROUPS, KIND_WORDS
from wenyuan.doors.furniture.words import Language, words_for_block
from wenyuan.doors.furniture.words import branch_names as names_in
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.accounts.words import ROLES
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.doors.workbench.network.words import day_words
from wenyuan.doors.workbench.policies.forms import item_choices, reader_choices
from wenyuan.doors.workbench.policies.frame import crumbs, tabs
from wenyuan.doors.workbench.policies.views import url_of
from wenyuan.doors.workbench.policies.words import place_namer, value_words
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.circulation.data import Block
from wenyuan.lending.circulation.queries import Answer, Supposed, Trial, try_policies
from wenyuan.organisation.accounts.data import ROLE_ACTS, Role
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

FARTHEST = timedelta(days=3653)
"""No rule is tried on a day farther away: it is a slip of the finger, and calendars end somewhere."""


class TryForm(forms.Form):
    """A case. A card is asked only of who may see readers."""

    branch = forms.TypedChoiceField(label=_("Lent at"), coerce=int)
    on = DayField(label=_("Day"))
    category = forms.TypedChoiceField(label=_("Kind of reader"), required=False, coerce=int, empty_value=None)
    age = forms.IntegerField(label=_("Age"), required=False, min_value=0, max_value=130)
    card = forms.CharField(
        label=_("or a card"),
        required=False,
        max_length=64,
        help_text=_("Then this very reader is asked about, with what they have on loan now."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    type = forms.TypedChoiceField(label=_("Kind of item"), required=False, coerce=int, empty_value=None)
    barcode = forms.CharField(
        label=_("or a barcode"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    back_at = forms.TypedChoiceField(label=_("Returned at"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, today: date, with_cards: bool, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        branches = branch_choices(on=today, standing=True)
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["back_at"].choices = [("", _("the same branch")), *branches]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", "—"), *reader_choices(language)[1:]]  # type: ignore[attr-defined]
        self.fields["type"].choices = [("", "—"), *item_choices(language)[1:]]  # type: ignore[attr-defined]
        if not with_cards:
            del self.fields["card"]

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if abs(on - self.today) > FARTHEST:
            raise forms.ValidationError(_("Choose a day within ten years of today."))
        return on

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not typed.get("card") and typed.get("category") is None:
            self.add_error("category", _("Choose a kind of reader, or scan a card."))
        if not typed.get("barcode") and typed.get("type") is None:
            self.add_error("type", _("Choose a kind of item, or scan a barcode."))
        return typed

    def supposed(self) -> Supposed:
        """What was typed, once the form is valid; a card or barcode goes before what is only supposed."""
        typed = self.cleaned_data
        return Supposed(
            branch_id=typed["branch"],
            on=typed["on"],
            card=typed.get("card", ""),
            category_id=typed["category"],
            age=typed["age"],
            barcode=typed["barcode"],
            item_type_id=typed["type"],
            back_at_branch_id=typed["back_at"],
        )


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A reason, and which roles may lift it; empty where nobody may."""

    words: str
    who: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_POLICIES, Act.CHECKOUT, any_branch=True)
def trial(request: StaffRequest) -> HttpResponse:
    """The form is posted, so that no card stands in an address; nothing is written."""
    today, language = local_date(request.at), get_language() or "zh-hans"
    form = TryForm(
        request.POST or None,
        today=today,
        with_cards=may(request.operator, Act.SEE_PATRON, request.desk.branch_id),
        language=language,
        initial={"branch": request.GET.get("branch", request.desk.branch_id), "on": today}
        | {name: request.GET.get(name) for name in ("category", "type")},
    )
    context: dict[str, Any] = {}
    if form.is_valid():
        supposed = form.supposed()
        context = _shown(try_policies(supposed=supposed, desk=request.desk), supposed, language)
    title = gettext("Try the rules out")
    context |= {
        "title": title,
        "line": gettext("this reader, this branch, this item, this day"),
        "crumbs": crumbs(title),
        "tabs": tabs(request, "policies-try"),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    return page(request, "workbench/policies/try.html", context, status=status)


def _shown(trial: Trial, supposed: Supposed, language: str) -> dict[str, Any]:
    network, name_of = network_map(), place_namer()
    away = branch_name(trial.send_to, network)
    back_at = branch_name(trial.back_at_branch_id, network)
    given = [
        (heading, rows)
        for heading, kinds in GROUPS.values()
        if (
            rows := [
                (KIND_WORDS[kind].label, value_words(kind, value), name_of(cell), url_of(cell, supposed.on))
                for kind in kinds
                if kind in trial.given
                for value, cell in [trial.given[kind]]
            ]
        )
    ]
    return {
        "trial": trial,
        "answers": [
            (gettext("Lend"), trial.lending, _blocks(trial.lending, network, language)),
            (gettext("Renew"), trial.renewal, _blocks(trial.renewal, network, language)),
            (gettext("Hold"), trial.hold, _blocks(trial.hold, network, language)),
        ],
        "steps": list(_steps(trial, supposed, network)),
        "given": given,
        "way_back": gettext("Returned at %(branch)s it travels to %(goal)s.") % {"branch": back_at, "goal": away}
        if away
        else gettext("Returned at %(branch)s it stays there.") % {"branch": back_at},
    }


def _blocks(answer: Answer | None, network: NetworkMap, language: str) -> list[ShownBlock]:
    tongue: Language = "en" if language.startswith("en") else "zh"
    names = names_in(network, tongue)
    return [
        ShownBlock(words_for_block(block, tongue, names), _who(block)) for block in (answer.blocks if answer else ())
    ]


def _who(block: Block) -> str:
    """The roles that may lift a block."""
    holders = [str(ROLES[role]) for role in Role if role is not Role.MACHINE and block.waiver in ROLE_ACTS[role]]
    return gettext(", ").join(holders) if block.waiver else ""


def _steps(trial: Trial, supposed: Supposed, network: NetworkMap) -> Iterable[str]:
    """How the due date came about, a sentence for each day that is another than the one before."""
    if trial.steps is None:
        return
    steps, calendar = trial.steps, network.calendar(supposed.branch_id)
    yield gettext("Counted from %(first)s: %(day)s.") % {"first": day(supposed.on), "day": day(steps.counted)}
    if steps.bound != steps.counted:
        yield gettext("The fixed date makes it %(day)s.") % {"day": day(steps.bound)}
    if steps.base != steps.bound:
        status = calendar.without_closures.day_status(steps.bound)
        if status.is_open:
            yield gettext("The membership ends earlier: %(day)s.") % {"day": day(steps.base)}
        else:
            why = status.reason or day_words(status)
            yield gettext("The branch is closed then (%(why)s): %(day)s.") % {"why": why, "day": day(steps.base)}
    if steps.day != steps.base:
        why = calendar.day_status(steps.base).reason
        yield gettext("A closure moves it (%(why)s): %(day)s.") % {"why": why, "day": day(steps.day)}
