"""Forms of reviews. They check shapes; what may be decided is the verb's to say."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REASON = 200
WANTED = (
    ("waiting", pgettext_lazy("state of a review", "to be looked at")),
    ("reported", pgettext_lazy("state of a review", "reported by readers")),
    ("shown", pgettext_lazy("state of a review", "shown")),
    ("refused", pgettext_lazy("state of a review", "not shown")),
)


class FilterForm(forms.Form):
    """Which reviews are looked at."""

    wanted = forms.ChoiceField(label=_("Reviews"), choices=WANTED)


class DecisionForm(forms.Form):
    """Whether a review is shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.TypedChoiceField(
        label=_("Is it shown?"),
        choices=[("yes", _("Show it")), ("no", _("Do not show it"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why it is not shown"),
        max_length=REASON,
        required=False,
        help_text=_("Its reader reads it in their account."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
