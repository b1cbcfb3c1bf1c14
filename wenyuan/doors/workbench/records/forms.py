"""Forms of import and export."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.labels.forms import MOST_NUMBERS
from wenyuan.doors.workbench.records.words import EXPORT_FORMS, ITEM_COLUMNS, TABLE_FORMS, TABLES
from wenyuan.holdings.catalogue.data import ExportForm, RecordChoice, TableForm, TableOf
from wenyuan.kernel.marc import ItemColumn
from wenyuan.plumbing.statements import LARGEST_ID


class ImportForm(forms.Form):
    file = forms.FileField(label=_("File"))
    branch = forms.TypedChoiceField(
        label=_("Branch"), coerce=int, help_text=_("Items that name no branch of their own become its items.")
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=32,
        required=False,
        help_text=_("Who supplied the records. Left empty, each record says so itself (801$b or 003)."),
    )
    mapping = forms.ChoiceField(
        label=_("Items are read by"),
        required=False,
        help_text=_("Left as it is, each record's own fields decide: 905, 852 or 952."),
    )
    overlay = forms.ChoiceField(
        label=_("What stays of your own records"),
        required=False,
        help_text=_("Which fields of a record in the catalogue stay when the file brings another text of it."),
    )

    def __init__(
        self, *args: object, branches: Choices, mappings: Choices, overlays: Choices, **options: object
    ) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["overlay"].choices = overlays  # type: ignore[attr-defined] # a choice field
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["mapping"].choices = mappings  # type: ignore[attr-defined] # a choice field


class StagedChoice(forms.Form):
    """How a file that waits is to be read instead."""

    mapping = forms.ChoiceField(label=_("Items are read by"), required=False)
    overlay = forms.ChoiceField(label=_("What stays of your own records"), required=False)
    source = forms.CharField(label=_("Source"), max_length=32, required=False)

    def __init__(self, *args: object, mappings: Choices, overlays: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["overlay"].choices = overlays  # type: ignore[attr-defined] # a choice field
        self.fields["mapping"].choices = mappings  # type: ignore[attr-defined] # a choice field


class RecordsChoice(forms.Form):
    """Some records of the catalogue: by a question, by an import, or by a list. A form says how long a list may be."""

    question = forms.CharField(
        label=_("What the search finds for"),
        max_length=100,
        required=False,
        help_text=_("As readers and staff type it."),
    )
    batch = forms.IntegerField(
        label=_("What the import no. … brought or changed"), min_value=1, max_value=LARGEST_ID, required=False
    )
    numbers = forms.CharField(label=_("Record numbers or ISBN"), required=False)

    def clean_numbers(self) -> tuple[str, ...]:
        """Each once. A list of nothing but separators is none, and no word for "all"."""
        text = self.cleaned_data["numbers"]
        numbers = tuple(dict.fromkeys(text.replace(",", " ").replace("，", " ").split()))
        if text and not numbers:
            raise forms.ValidationError(gettext("No number stands here."))
        if len(numbers) > MOST_NUMBERS:
            raise forms.ValidationError(gettext("These are too many at once."))
        return numbers


class ExportChoice(RecordsChoice):
    field_order = ("form", "branch", "source", "question", "batch", "numbers", "leave_out")
    form = forms.ChoiceField(
        label=_("Format and encoding"), choices=[(form.value, words) for form, words in EXPORT_FORMS.items()]
    )
    branch = forms.TypedChoiceField(label=_("Records with items of"), required=False, coerce=int, empty_value=None)
    source = forms.CharField(label=_("Records of this source only"), max_length=32, required=False)
    numbers = forms.CharField(
        label=_("Record numbers or ISBN"), max_length=2000, required=False, help_text=_("With a blank between them.")
    )
    leave_out = forms.BooleanField(label=_("Leave out numbers that no record has"), required=False)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if sum(bool(values.get(name)) for name in ("branch", "question", "batch", "numbers")) > 1:
            raise forms.ValidationError(_("Choose by one way: a branch, a question, an import or numbers."))
        return values

    def records(self) -> RecordChoice | None:
        """Which records, once the form is valid; none for all, or those of a branch."""
        values = self.cleaned_data
        if not (values["numbers"] or values["question"] or values["batch"]):
            return None
        return RecordChoice(numbers=values["numbers"], question=values["question"], import_id=values["batch"])

    def chosen(self) -> ExportForm:
        """The format, once the form is valid."""
        return ExportForm(self.cleaned_data["form"])


class TableChoice(forms.Form):
    """Which table is wanted."""

    of = forms.ChoiceField(label=_("A line for each"), choices=[(one.value, words) for one, words in TABLES.items()])
    form = forms.ChoiceField(label=_("Format"), choices=[(one.value, words) for one, words in TABLE_FORMS.items()])
    branch = forms.TypedChoiceField(label=_("Items of"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field

    def chosen(self) -> dict[str, Any]:
        """The choice as the verb takes it, once the form is valid."""
        values = self.cleaned_data
        return {"of": TableOf(values["of"]), "form": TableForm(values["form"]), "branch_id": values["branch"]}


class OverlayForm(forms.Form):
    """Rules of what stays, as somebody types them."""

    name = forms.CharField(label=_("What it is called"), max_length=32)
    keep = forms.CharField(
        label=_("Stay instead of the supplier's"),
        required=False,
        help_text=_("Tags with a blank between them; a dot stands for any sign: 690 9.."),
    )
    both = forms.CharField(
        label=_("Stay beside the supplier's"),
        required=False,
        help_text=_("606, for example: your own subjects."),
    )

    def data_given(self) -> dict[str, object]:
        """The rules as data, once the form is valid."""
        tags = {name: re.findall(r"[^\s,，、;；]+", self.cleaned_data[name]) for name in ("keep", "both")}
        return {"name": self.cleaned_data["name"].strip(), **tags}


class MappingForm(forms.Form):
    """A supplier's way of writing items, as somebody types it."""

    name = forms.CharField(label=_("What it is called"), max_length=32)
    tag = forms.CharField(label=_("Tag"), max_length=3, help_text=_("The field that holds an item, for example 905."))
    ranges = forms.BooleanField(label=_("D123456-60 means five barcodes"), required=False)
    separators = forms.CharField(label=_("Signs between barcodes in one subfield"), max_length=10, required=False)
    class_mark = forms.CharField(
        label=_("Sign between class number and book number"), max_length=3, required=False, initial="/"
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        for column, words in ITEM_COLUMNS.items():
            self.fields[column.value] = forms.CharField(
                label=words,
                max_length=10,
                required=False,
                help_text=_("Subfields; of several the first that says something counts.")
                if column is ItemColumn.BARCODE
                else "",
            )
        self.order_fields(["name", "tag", *(column.value for column in ITEM_COLUMNS)])

    def data_given(self) -> dict[str, object]:
        """The mapping as data, once the form is valid."""
        values = self.cleaned_data
        columns = {
            column.value: {"codes": [code for code in values[column.value] if code.strip(" ,$")]}
            for column in ITEM_COLUMNS
            if values[column.value]
        }
        plain = {name: values[name] for name in ("ranges", "separators", "class_mark")}
        return {"name": values["name"].strip(), "tag": values["tag"].strip(), "columns": columns, **plain}
