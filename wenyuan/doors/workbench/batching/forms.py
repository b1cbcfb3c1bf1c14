"""Forms of batch edits: which items or records, and what is done to them."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.batching.words import COLUMNS, FAULTS, STEPS, TESTS
from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.items.forms import MOST_YUAN
from wenyuan.doors.workbench.items.words import DIALECTS, LENDABLE, STATES
from wenyuan.doors.workbench.labels.forms import NumbersField, NumbersForm
from wenyuan.doors.workbench.records.forms import RecordsChoice
from wenyuan.doors.workbench.stock.words import SOURCES
from wenyuan.holdings.catalogue.data import (
    ItemChoice,
    ItemFilter,
    ItemTypeView,
    RecordChoice,
    Step,
    StepsUnfit,
)
from wenyuan.holdings.catalogue.queries import numbers_borne, steps_from_data
from wenyuan.kernel.marc import Dialect
from wenyuan.plumbing.statements import LARGEST_ID

MOST_STEPS = 10
CLEARABLE = ("area_id", "collection", "source", "volume", "price_fen")
"""Columns that may be emptied."""

NOT_GIVEN = _("any")
AS_IT_IS = _("as it is")


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ChosenItemsForm(NumbersForm):
    """Which items: a list, or what they have in common."""

    numbers = NumbersField(
        label=_("Barcodes or accession numbers"),
        required=False,
        help_text=_("One a line, up to 10,000; D123456~60 is a run. With a list, what stands below is not asked."),
    )
    home = forms.TypedChoiceField(label=_("Belong to"), coerce=int, required=False, empty_value=None)
    type = forms.ChoiceField(label=_("Are of the type"), required=False)
    state = forms.ChoiceField(
        label=_("Are now"),
        required=False,
        choices=[("", NOT_GIVEN), *((code, words[1]) for code, words in STATES.items())],
    )
    lending = forms.ChoiceField(
        label=_("Lending so far"),
        required=False,
        choices=[("", NOT_GIVEN), *((code, words[1]) for code, words in LENDABLE.items())],
    )
    of_collection = forms.CharField(label=_("Stand in the collection"), max_length=32, required=False)
    call_first = forms.CharField(label=_("Call numbers from"), max_length=100, required=False)
    call_last = forms.CharField(
        label=_("Call numbers to"), max_length=100, required=False, help_text=_("What begins with it belongs to it.")
    )
    receipt = forms.IntegerField(label=_("Came by the receipt no."), min_value=1, max_value=LARGEST_ID, required=False)
    acquired_first = forms.DateField(label=_("Acquired from"), required=False, widget=_date_input())
    acquired_last = forms.DateField(label=_("Acquired to"), required=False, widget=_date_input())
    accession_first = forms.CharField(label=_("Accession numbers from"), max_length=32, required=False)
    accession_last = forms.CharField(label=_("Accession numbers to"), max_length=32, required=False)

    def __init__(self, *args: object, branches: Choices, types: tuple[ItemTypeView, ...], **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["home"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["type"].choices = [("", NOT_GIVEN), *type_choices(types)]  # type: ignore[attr-defined] # so is this

    def borne(self, numbers: Collection[str]) -> Collection[str]:
        return numbers_borne(numbers)

    def chosen(self) -> ItemChoice:
        """The choice as the verb takes it, once the form is valid."""
        values = self.cleaned_data
        if values["numbers"]:
            return ItemChoice(numbers=tuple(values["numbers"]))
        return ItemChoice(
            fitting=ItemFilter(
                home_branch_id=values["home"],
                item_type=values["type"],
                state=values["state"],
                lendable=values["lending"],
                collection=values["of_collection"],
                call_first=values["call_first"],
                call_last=values["call_last"],
                receipt_id=values["receipt"],
                acquired_first=values["acquired_first"],
                acquired_last=values["acquired_last"],
                accession_first=values["accession_first"],
                accession_last=values["accession_last"],
            )
        )


class ItemValuesForm(forms.Form):
    """What the items are given; what is left as it is says nothing."""

    home_branch_id = forms.TypedChoiceField(
        label=COLUMNS["home_branch_id"], coerce=int, required=False, empty_value=None
    )
    area_id = forms.TypedChoiceField(label=COLUMNS["area_id"], coerce=int, required=False, empty_value=None)
    item_type = forms.ChoiceField(label=COLUMNS["item_type"], required=False)
    lendable = forms.ChoiceField(
        label=COLUMNS["lendable"],
        required=False,
        choices=[("", AS_IT_IS), *((code, words[1]) for code, words in LENDABLE.items())],
    )
    collection = forms.CharField(
        label=COLUMNS["collection"],
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"list": "collections"}),
    )
    source = forms.ChoiceField(label=COLUMNS["source"], required=False, choices=[("", AS_IT_IS), *SOURCES.items()])
    volume = forms.CharField(label=COLUMNS["volume"], max_length=60, required=False)
    price = forms.DecimalField(
        label=COLUMNS["price_fen"], required=False, min_value=0, max_value=MOST_YUAN, decimal_places=2
    )
    clear = forms.MultipleChoiceField(
        label=_("Empty instead"),
        required=False,
        choices=[(name, COLUMNS[name]) for name in CLEARABLE],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=_("What it is for"), max_length=100, required=False, help_text=_("Shown in the list of batches.")
    )

    def __init__(
        self, *args: object, branches: Choices, areas: Choices, types: tuple[ItemTypeView, ...], **options: object
    ) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        choices = {"home_branch_id": branches, "area_id": areas, "item_type": [("", AS_IT_IS), *type_choices(types)]}
        for name, given in choices.items():
            self.fields[name].choices = given  # type: ignore[attr-defined] # a choice field

    def values(self) -> dict[str, object]:
        """The columns with their new values, once the form is valid."""
        values = self.cleaned_data
        plain = ("home_branch_id", "area_id", "item_type", "lendable", "collection", "source", "volume")
        given: dict[str, object] = {name: values[name] for name in plain if values[name] not in ("", None)}
        price: Decimal | None = values["price"]
        if price is not None:
            given["price_fen"] = int(price * 100)
        for name in values["clear"]:
            given[name] = None if name in ("area_id", "price_fen") else ""
        return given

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = {**values, "price_fen": values.get("price")}
        for name in values.get("clear", ()):
            if given.get(name) not in ("", None):
                field = "price" if name == "price_fen" else name
                self.add_error(field, _("Either a new value or none, not both."))
        return values


class ChosenRecordsForm(RecordsChoice):
    """Which records: by a question, by an import, or by a list. And in which format the steps are."""

    numbers = forms.CharField(
        label=_("Record numbers or ISBN"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line, up to 10,000."),
    )
    dialect = forms.ChoiceField(label=_("Records in"), choices=list(DIALECTS.items()))
    note = forms.CharField(
        label=_("What it is for"), max_length=100, required=False, help_text=_("Shown in the list of batches.")
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if sum(bool(values.get(name)) for name in ("question", "batch", "numbers")) > 1:
            raise forms.ValidationError(_("Choose by one of the three ways."))
        return values

    def chosen(self) -> RecordChoice:
        """The choice as the verb takes it, once the form is valid."""
        values = self.cleaned_data
        return RecordChoice(numbers=values["numbers"], question=values["question"], import_id=values["batch"])

    def format(self) -> Dialect:
        """The format, once the form is valid."""
        return Dialect(self.cleaned_data["dialect"])


class StepForm(forms.Form):
    """One step as somebody types it."""

    kind = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", "—"), *((kind.value, words) for kind, words in STEPS.items())]
    )
    place = forms.CharField(
        label=_("Field or subfield"),
        max_length=8,
        required=False,
        help_text=_("606 or 606$a; not for a field that is added"),
    )
    to = forms.CharField(label=_("Copied or moved to"), max_length=8, required=False)
    sought = forms.CharField(label=_("Text that is replaced"), max_length=200, required=False, strip=False)
    any_case = forms.BooleanField(label=_("In capitals or not"), required=False)
    text = forms.CharField(
        label=_("New text, or the field"),
        max_length=2000,
        required=False,
        strip=False,
        help_text=_("A field as in the MARC editor: 606 0# $a…"),
    )
    if_place = forms.CharField(
        label=_("Only if"),
        max_length=8,
        required=False,
        help_text=_("Where it names the same field, each of them is asked by itself."),
    )
    if_test = forms.ChoiceField(
        label=_("What is asked of it"),
        required=False,
        choices=[("", "—"), *((test.value, words) for test, words in TESTS.items())],
    )
    if_value = forms.CharField(label=_("This text"), max_length=200, required=False, strip=False)

    def data_given(self) -> dict[str, object]:
        """The step as data, once the form is valid."""
        return dict(self.cleaned_data)


class StepsForm:
    """Several steps, one below the other; empty ones do not count."""

    def __init__(self, data: Mapping[str, Any] | None, *, more: bool = False) -> None:
        sent = data.get("steps", "") if data is not None else ""
        count = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 3 else 1
        self.count = max(1, min(count + (1 if more else 0), MOST_STEPS))
        self.can_have_more = self.count < MOST_STEPS
        self.forms = [StepForm(data, prefix=f"step{number}") for number in range(1, self.count + 1)]
        self.fault = ""

    def steps(self) -> tuple[Step, ...] | None:
        """The steps; none, and said in the forms, where something is wrong."""
        wrong = [form for form in self.forms if not form.is_valid()]
        if wrong:
            return None
        given = [form for form in self.forms if form.cleaned_data["kind"]]
        try:
            return steps_from_data([form.data_given() for form in given])
        except StepsUnfit as unfit:
            words = str(FAULTS.get(unfit.fault, unfit.fault))
            if unfit.number:
                form = given[unfit.number - 1]
                form.add_error(unfit.where if unfit.where in form.fields else None, words)
            else:
                self.forms[0].add_error("kind", words)
            return None


def type_choices(types: tuple[ItemTypeView, ...]) -> list[tuple[str, str]]:
    """The item types in the language of the page."""
    language = get_language() or "zh-hans"
    return [(kind.code, kind.name(language)) for kind in types]
