"""Forms of the lending rules: which place, what it states, copying, trying out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.policy_words import GROUPS, KIND_WORDS, WORD_NAMES
from wenyuan.doors.workbench.branches import Choices, branch_choices
from wenyuan.doors.workbench.fees.forms import YuanField
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.doors.workbench.policies.words import value_words
from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.lending.circulation.data import MEASURES, Measure
from wenyuan.lending.circulation.operations import Cell
from wenyuan.lending.circulation.queries import CellView, Value
from wenyuan.lending.patrons.queries import categories

MOST = 32_767


class PlaceForm(forms.Form):
    """A place of the matrix and a day."""

    branch = forms.TypedChoiceField(label=_("Branch"), required=False, coerce=int, empty_value=None)
    category = forms.TypedChoiceField(label=_("Kind of reader"), required=False, coerce=int, empty_value=None)
    type = forms.TypedChoiceField(label=_("Kind of item"), required=False, coerce=int, empty_value=None)
    on = DayField(label=_("Day"), required=False)

    def __init__(self, *args: Any, today: date, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["branch"].choices = branch_choices(on=today, empty=_("any branch"), standing=True)  # type: ignore[attr-defined] # a choice field
        self.fields["category"].choices = reader_choices(language)  # type: ignore[attr-defined]
        self.fields["type"].choices = item_choices(language)  # type: ignore[attr-defined]

    def cell(self) -> Cell:
        """What was chosen; what is not among the choices counts as any."""
        self.is_valid()
        found = self.cleaned_data
        return Cell(found.get("branch"), found.get("category"), found.get("type"))

    def day(self) -> date:
        self.is_valid()
        return self.cleaned_data.get("on") or self.today


def reader_choices(language: str) -> Choices:
    return [("", _("any reader")), *((str(one.id), one.name(language)) for one in categories())]


def item_choices(language: str) -> Choices:
    return [("", _("any item")), *((str(one.id), one.name(language)) for one in list_item_types())]


class StateForm(forms.Form):
    """What a place states itself, kind by kind; an empty field is inherited. Then from when, and up to when."""

    from_date = DayField(label=_("Holds from"))
    last_date = DayField(
        label=_("Up to and with"),
        required=False,
        help_text=_("Leave it empty for ever. With a last day, what held before holds again afterwards."),
    )

    def __init__(self, typed: Any = None, *, view: CellView, from_date: date | None = None) -> None:
        own = {one.kind: _typed(one.kind, one.own.value) for one in view.kinds if one.own}
        super().__init__(typed, initial={**own, "from_date": from_date})
        self.view = view
        for one in view.kinds:
            inherited = one.inherited.value if one.inherited else None
            self.fields[one.kind] = _field(one.kind, inherited)

    def changes(self) -> tuple[dict[str, Value], frozenset[str]]:
        """What was typed that the place does not state yet, and what was emptied; once the form is valid."""
        states: dict[str, Value] = {}
        withdraws = set()
        for one in self.view.kinds:
            value, own = self.cleaned_data[one.kind], one.own.value if one.own else None
            if value in (None, "") and own is not None:
                withdraws.add(one.kind)
            elif value not in (None, "") and (value != own or own is None):
                states[one.kind] = value
        return states, frozenset(withdraws)


def _typed(kind: str, value: Value) -> Any:
    """A value as its field shows it."""
    measure = MEASURES[kind]
    if measure is Measure.YES_NO:
        return "yes" if value else "no"
    return f"{int(value) // 100}.{int(value) % 100:02d}" if measure is Measure.FEN else value  # type: ignore[arg-type]


def _field(kind: str, inherited: Value | None) -> forms.Field:
    words, measure = KIND_WORDS[kind], MEASURES[kind]
    as_inherited = (
        gettext("inherited: %(value)s") % {"value": value_words(kind, inherited)} if inherited is not None else ""
    )
    nothing = as_inherited or gettext("not stated")
    common: dict[str, Any] = {"label": words.label, "required": False}
    field: forms.Field
    if measure is Measure.YES_NO:
        choices: Choices = [
            ("", nothing),
            ("yes", _("yes")),
            ("no", _("no")),
        ]
        return forms.TypedChoiceField(choices=choices, coerce=lambda text: text == "yes", empty_value=None, **common)
    if measure is Measure.WORD:
        return forms.ChoiceField(choices=[("", nothing), *WORD_NAMES[kind].items()], **common)
    if measure is Measure.DATE:
        return DayField(**common)
    field = YuanField(**common) if measure is Measure.FEN else forms.IntegerField(min_value=0, max_value=MOST, **common)
    field.widget.attrs["placeholder"] = value_words(kind, inherited) if inherited is not None else ""
    return field


class CopyForm(forms.Form):
    source = forms.TypedChoiceField(label=_("Copy from"), coerce=int)
    target = forms.TypedChoiceField(label=_("To"), coerce=int)
    from_date = DayField(label=_("Holds from"))

    def __init__(self, *args: Any, sources: Choices, targets: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"].choices = sources  # type: ignore[attr-defined] # a choice field
        self.fields["target"].choices = targets  # type: ignore[attr-defined]


class KindForm(forms.Form):
    """Which kind a table shows, at which branch, on which day."""

    kind = forms.ChoiceField(label=_("Show"))
    branch = forms.TypedChoiceField(label=_("Branch"), required=False, coerce=int, empty_value=None)
    on = DayField(label=_("Day"), required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["kind"].choices = [  # type: ignore[attr-defined] # a choice field
            (str(heading), [(kind, KIND_WORDS[kind].label) for kind in kinds]) for heading, kinds in GROUPS.values()
        ]
        self.fields["branch"].choices = branch_choices(on=today, empty=_("any branch"), standing=True)  # type: ignore[attr-defined]

    def chosen(self) -> Mapping[str, Any]:
        self.is_valid()
        found = self.cleaned_data
        return {
            "kind": found.get("kind") or "loan_days",
            "branch": found.get("branch"),
            "on": found.get("on") or self.today,
        }
