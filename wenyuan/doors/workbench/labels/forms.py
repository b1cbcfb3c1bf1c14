"""Forms of labels."""

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.labels.words import KINDS, OF_ITEMS
from wenyuan.holdings.catalogue.data import LabelSheetInput
from wenyuan.holdings.catalogue.queries import numbers_borne
from wenyuan.kernel.ranges import RangeUnfit, hyphened_run, numbers_between

MOST_NUMBERS = 10_000
MOST_LINES = 200
FEW = 10
"""Numbers that may be runs, as the question about them names them."""
_AROUND = re.compile(r"\s*[~～]\s*")
_MEASURES = (
    ("page_width", _("Width of the page")),
    ("page_height", _("Height of the page")),
    ("label_width", _("Width of a label")),
    ("label_height", _("Height of a label")),
    ("left", _("First label, from the left")),
    ("top", _("First label, from the top")),
    ("step_x", _("From one label to the next, across")),
    ("step_y", _("From one label to the next, down")),
    ("offset_x", _("Printer is off: move right by")),
    ("offset_y", _("Printer is off: move down by")),
)


class NumbersField(forms.CharField):
    """Numbers one a line or parted by blanks or commas, each once; what of them are runs a ``NumbersForm`` knows."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def clean(self, value: object) -> list[str]:
        text = _AROUND.sub("~", str(super().clean(value) or ""))
        parts = list(dict.fromkeys(text.replace(",", " ").replace("，", " ").split()))
        if len(parts) > MOST_NUMBERS:
            raise forms.ValidationError(gettext("These are too many at once."))
        return parts


class NumbersForm(forms.Form):
    """A form with a list of numbers: ``D123456~60`` is a run, ``2024-3001`` a number.

    What something bears is that number whatever signs are in it. What has a hyphen, is nobody's and may have been meant
    as a run is asked about, all at once, and with the box that comes with the question it is a number.
    """

    LIST = "numbers"

    plain = forms.BooleanField(
        label=_("What has a hyphen is a number, not a run"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = [name for name in self.fields if name != "plain"]
        names.insert(names.index(self.LIST) + 1, "plain")
        self.order_fields(names)

    def borne(self, numbers: Collection[str]) -> Collection[str]:
        """Those of some texts that are numbers of something."""
        return ()

    def clean(self) -> dict[str, Any]:
        """With the list written out."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("plain"):
            self._show_box()
        if parts := values.get(self.LIST):
            try:
                values[self.LIST] = self._written_out(parts, is_plain=bool(values.get("plain")))
            except forms.ValidationError as unfit:
                self.add_error(self.LIST, unfit)
        return values

    def _written_out(self, parts: list[str], *, is_plain: bool) -> list[str]:
        runs = {part: run for part in parts if (run := hyphened_run(part))}
        signed = [part for part in parts if "~" in part or part in runs]
        known = set(self.borne(signed)) if signed else set()
        if not is_plain and (asked := [part for part in runs if part not in known]):
            self._show_box()
            words = gettext(
                "May be a number or a run: %(numbers)s. A run is written %(run)s; if these are numbers, tick the box."
            )
            named = ", ".join(asked[:FEW]) + (" …" if len(asked) > FEW else "")
            raise forms.ValidationError(words % {"numbers": named, "run": runs[asked[0]]})
        found: dict[str, None] = {}
        made = 0
        for part in parts:
            numbers = [part] if part in known else _numbers(part)
            found |= dict.fromkeys(numbers)
            made += len(numbers)
            # Runs may overlap, and what they make together is work too.
            if len(found) > MOST_NUMBERS or made > 10 * MOST_NUMBERS:
                raise forms.ValidationError(gettext("These are too many at once."))
        return list(found)

    def _show_box(self) -> None:
        self.fields["plain"].widget = forms.CheckboxInput()


def _numbers(part: str) -> list[str]:
    try:
        return numbers_between(part, most=MOST_NUMBERS) or [part]
    except RangeUnfit:
        raise forms.ValidationError(gettext("%(run)s runs backwards, or is too long.") % {"run": part}) from None


class AddForm(NumbersForm):
    LIST = "barcodes"

    kinds = forms.MultipleChoiceField(
        label=_("Labels"),
        choices=[(kind, KINDS[kind]) for kind in OF_ITEMS],
        widget=forms.CheckboxSelectMultiple,
        initial=["spine", "barcode"],
    )
    barcodes = NumbersField(
        label=_("Barcodes"),
        required=False,
        help_text=_("One a line, scanned or typed; D123456~60 is a run."),
    )
    branch = forms.TypedChoiceField(label=_("Or the shelf of"), coerce=int, required=False, empty_value=None)
    first = forms.CharField(label=_("From call number"), max_length=100, required=False)
    last = forms.CharField(label=_("To call number"), max_length=100, required=False)
    batch = forms.IntegerField(label=_("Or the items of import no."), required=False, min_value=1)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["barcodes"].widget.attrs["autofocus"] = True

    def borne(self, numbers: Collection[str]) -> Collection[str]:
        return numbers_borne(numbers)


class PrintForm(forms.Form):
    sheet = forms.TypedChoiceField(label=_("Sheet of labels"), coerce=int)
    start = forms.IntegerField(
        label=_("Begin at label no."), min_value=1, max_value=400, initial=1, help_text=_("On a sheet partly used.")
    )

    def __init__(self, *args: object, sheets: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["sheet"].choices = sheets  # type: ignore[attr-defined] # a choice field


class ShelfEndForm(PrintForm):
    lines = forms.CharField(
        label=_("Shelves"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One a line: its first and last call number with a blank or a tab between, and if wanted a name."),
    )

    def shelves(self) -> list[list[str]]:
        """Two numbers and perhaps a name for each line, once the form is valid."""
        lines = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        return [line.split("\t") if "\t" in line else line.split(None, 2) for line in lines[:MOST_LINES]]


class CardForm(PrintForm, NumbersForm):
    numbers = NumbersField(label=_("Card numbers"), help_text=_("One a line; L0001~0200 is a run."))


class SheetForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=32)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("Kind of label"), choices=list(KINDS.items()))
    columns = forms.IntegerField(label=_("Labels across"), min_value=1, max_value=100)
    rows = forms.IntegerField(label=_("Labels down"), min_value=1, max_value=100)
    font_scale = forms.IntegerField(label=_("Size of letters in percent"), min_value=50, max_value=200, initial=100)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        for name, words in _MEASURES:
            self.fields[name] = forms.DecimalField(
                label=words, max_digits=6, decimal_places=2, initial=0, help_text=_("In millimetres.")
            )

    def sheet(self) -> LabelSheetInput:
        """The sheet as typed, once the form is valid."""
        return LabelSheetInput(**self.cleaned_data)
