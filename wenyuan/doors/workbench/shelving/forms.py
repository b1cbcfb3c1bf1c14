"""Forms of call numbers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.shelving.words import NUMBERINGS
from wenyuan.holdings.catalogue.data import ShelfGroupInput
from wenyuan.kernel.callnumbers import DEFAULT_BREAKS
from wenyuan.plumbing.sheets import MOST_BYTES


class ProposeForm(forms.Form):
    class_no = forms.CharField(
        label=_("Class number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "class-choices"}),
    )
    group = forms.TypedChoiceField(label=_("Shelf group"), coerce=int)
    book_no = forms.CharField(
        label=_("Book number"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Left empty, the work's own number, else the next one."),
    )

    def __init__(self, *args: object, groups: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["group"].choices = groups  # type: ignore[attr-defined] # a choice field


class GroupForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=16)
    name = forms.CharField(label=_("Name of the group"), max_length=40)
    numbering = forms.ChoiceField(label=_("Book numbers"), choices=list(NUMBERINGS.items()))
    author_table = forms.ChoiceField(label=_("Table of author numbers"), required=False)
    edition = forms.CharField(label=_("Edition of the classification"), max_length=8, initial="5")
    location = forms.CharField(
        label=_("Before the class number"), max_length=12, required=False, help_text=_("少儿 for instance.")
    )
    template = forms.CharField(
        label=_("Pattern of the call number"),
        max_length=120,
        required=False,
        help_text=_(
            "Left empty, the usual one. In brackets stands what is left out where a part is missing: "
            "[{prefix} ]{class_no}[/{book_no}][-{edition}][={year}][({volume})]"
        ),
    )
    breaks = forms.CharField(
        label=_("A line of the spine label begins at"),
        max_length=6,
        initial=DEFAULT_BREAKS,
        required=False,
        strip=False,
    )
    edition_apart = forms.BooleanField(label=_("Another edition of a work has a number of its own"), required=False)
    is_default = forms.BooleanField(label=_("The usual group"), required=False)
    branches = forms.TypedMultipleChoiceField(
        label=_("The own group of these branches"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, tables: Choices, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["author_table"].choices = tables  # type: ignore[attr-defined] # a choice field
        self.fields["branches"].choices = branches  # type: ignore[attr-defined] # a choice field

    def group(self) -> ShelfGroupInput:
        """The group as typed, once the form is valid."""
        values = dict(self.cleaned_data)
        branch_ids, prefix = frozenset(values.pop("branches")), values.pop("location")
        return ShelfGroupInput(branch_ids=branch_ids, prefix=prefix, **values)


class TableForm(forms.Form):
    """A table in a file, whose size is looked at before it is read."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return file


class ClassTableForm(TableForm):
    edition = forms.CharField(label=_("Edition of the classification"), max_length=8, initial="5")
    file = forms.FileField(
        label=_("File"), help_text=_("CSV or XLSX with the columns code and name (分类号, 类名), and if wanted parent.")
    )


class AuthorTableForm(TableForm):
    code = forms.CharField(label=_("Name of the table"), max_length=32)
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX with the columns entry and number (著者, 号码), and if wanted letters (首字母, A-G), "
            "subtable (复分表: 2, 3, 5 or 10), see (见) and reading (读音)."
        ),
    )
