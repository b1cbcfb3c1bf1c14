"""Forms of import and export."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.records.words import EXPORT_FORMS, TABLE_FORMS, TABLES
from wenyuan.holdings.catalogue.data import ExportForm, TableForm, TableOf


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

    def __init__(self, *args: object, branches: Choices, mappings: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["mapping"].choices = mappings  # type: ignore[attr-defined] # a choice field


class StagedChoice(forms.Form):
    """How a file that waits is to be read instead."""

    mapping = forms.ChoiceField(label=_("Items are read by"), required=False)
    source = forms.CharField(label=_("Source"), max_length=32, required=False)

    def __init__(self, *args: object, mappings: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["mapping"].choices = mappings  # type: ignore[attr-defined] # a choice field


class ExportChoice(forms.Form):
    form = forms.ChoiceField(
        label=_("Format and encoding"), choices=[(form.value, words) for form, words in EXPORT_FORMS.items()]
    )
    branch = forms.TypedChoiceField(label=_("Records with items of"), required=False, coerce=int, empty_value=None)
    source = forms.CharField(label=_("Records of this source only"), max_length=32, required=False)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field

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
