"""The filter of the journal. It holds codes, ids and days only: nothing that names a reader."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.journal.words import KINDS, SUBJECTS
from wenyuan.doors.workbench.network.forms import DayField

LARGEST_ID = 2**31 - 1


class JournalFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("everything")), *((kind.value, words) for kind, words in KINDS.items())],
    )
    branch = forms.TypedChoiceField(label=_("Branch"), required=False, coerce=int, empty_value=None)
    below = forms.BooleanField(label=_("With everything below it"), required=False)
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)
    operator = forms.TypedChoiceField(label=_("By whom"), required=False, coerce=int, empty_value=None)
    subject = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[("", _("everything")), *((kind, SUBJECTS[kind]) for kind in ("item", "branch", "closure", "account"))],
    )
    number = forms.IntegerField(label=_("Number"), required=False, min_value=1, max_value=LARGEST_ID)

    def __init__(self, *args: object, branches: Choices, operators: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["operator"].choices = operators  # type: ignore[attr-defined] # a choice field
