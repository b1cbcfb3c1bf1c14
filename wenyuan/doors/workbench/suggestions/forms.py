"""Forms of suggestions. They check shapes; what may be answered is the verb's to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.suggestion_words import STATES
from wenyuan.services.feedback.data import SuggestionState

REASON, NUMBER = 300, 40
EVERY = "every"
ANSWERS = tuple((state.value, STATES[state][1]) for state in SuggestionState if state is not SuggestionState.NEW)


class FilterForm(forms.Form):
    """Which suggestions are looked at; unasked those that are not settled."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Not settled yet")),
            (EVERY, _("Every state")),
            *((state.value, STATES[state][1]) for state in SuggestionState),
        ],
    )


class AnswerForm(forms.Form):
    """What becomes of a suggestion."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=_("What becomes of it"), choices=ANSWERS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("What readers are told"),
        max_length=REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In plain words. Needed where it is not bought."),
    )
    work = forms.CharField(
        label=_("ISBN or barcode of what has arrived"),
        max_length=NUMBER,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Readers get a link to hold it."),
    )
