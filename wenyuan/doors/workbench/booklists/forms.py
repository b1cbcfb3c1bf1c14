"""Forms of booklists. They check shapes; what may be kept is the verbs' to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.services.reading.data import BooklistDraft, BooklistFacts

TITLE, WORDS, LINE, ASKED = 80, 500, 120, 100


class BooklistForm(forms.Form):
    """What a list is called and about, and when readers see it; where it is made, also which branch keeps it."""

    title = forms.CharField(label=_("What it is called"), max_length=TITLE)
    words = forms.CharField(
        label=_("About the list"),
        max_length=WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two or three sentences for readers."),
    )
    branch = forms.TypedChoiceField(label=_("Branch that recommends it"), coerce=int)
    for_children = forms.BooleanField(label=_("For children: it also stands on their page"), required=False)
    first_date = DayField(
        label=_("Readers see it from"), required=False, help_text=_("Left empty it is a draft, which no reader sees.")
    )
    last_date = DayField(label=_("Until"), required=False, help_text=_("Left empty it stays."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: object, branches: Choices | None, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        if branches is None:
            del self.fields["branch"]
        else:
            self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field

    def draft(self) -> BooklistDraft:
        """What was typed, once the form is valid."""
        names = ("title", "words", "for_children", "first_date", "last_date")
        return BooklistDraft(**{name: self.cleaned_data[name] for name in names})


def initial_of(booklist: BooklistFacts) -> dict[str, object]:
    """What the form begins with when a list is changed."""
    draft = booklist.draft
    return {
        "title": draft.title,
        "words": draft.words,
        "for_children": draft.for_children,
        "first_date": draft.first_date,
        "last_date": draft.last_date,
        "version": booklist.version,
    }


class AskForm(forms.Form):
    """What is looked for, to be put on the list."""

    q = forms.CharField(
        label=_("Add a work: title, author, ISBN or barcode"),
        max_length=ASKED,
        required=False,
        widget=forms.TextInput(attrs={"id": "scan", "autocomplete": "off"}),
    )


class WorkForm(forms.Form):
    bib = forms.IntegerField(min_value=1)
    words = forms.CharField(max_length=LINE, required=False)


class LineForm(forms.Form):
    version = forms.IntegerField(min_value=1)
    place = forms.IntegerField(min_value=1, max_value=9999)
    words = forms.CharField(max_length=LINE, required=False)
