"""Forms of the notices. They check shapes; what may be done is the verbs' to say."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.doors.workbench.notices.words import CHANNELS, KINDS, OUTCOMES, STATES
from wenyuan.organisation.notices.data import CallOutcome, Channel, NoticeKind, State
from wenyuan.organisation.notices.queries import LogFilter
from wenyuan.plumbing.clock import library_zone


class LogForm(forms.Form):
    """The filter of the send log. The last four of an address are all that can be looked for."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("everything")),
            ("to_decide", _("waiting for a person")),
            *((state.value, words) for state, (_shape, words) in STATES.items()),
        ],
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("everything")), *((kind.value, words) for kind, words in KINDS.items())],
    )
    channel = forms.ChoiceField(
        label=_("Way"),
        required=False,
        choices=[("", _("everything")), *((channel.value, words) for channel, words in CHANNELS.items())],
    )
    last4 = forms.CharField(label=_("Address ends in"), required=False, max_length=4)
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)

    def wanted(self, branch_ids: frozenset[int] | None) -> LogFilter:
        """The filter that a valid form states, within these branches."""
        values = self.cleaned_data
        state = values["state"]
        return LogFilter(
            branch_ids=branch_ids,
            state=State(state) if state and state != "to_decide" else None,
            to_decide=state == "to_decide",
            kind=NoticeKind(values["kind"]) if values["kind"] else None,
            channel=Channel(values["channel"]) if values["channel"] else None,
            last4=values["last4"].strip(),
            first_at=_midnight(values["first"]),
            last_at=_midnight(values["last"] + timedelta(days=1)) if values["last"] else None,
        )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=library_zone()) if day else None


class TextForm(forms.Form):
    """One template. The fields that its channel has no use for are left out."""

    subject = forms.CharField(label=_("Subject"), required=False, max_length=100)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 9}), max_length=4000, strip=False)
    code = forms.CharField(
        label=_("Template code"),
        required=False,
        max_length=64,
        help_text=_("As the provider names the text it approved."),
    )
    needs_grant = forms.BooleanField(label=_("The reader gives leave for each message"), required=False)
    is_on = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, *args: object, channel: Channel, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        if channel in {Channel.SMS, Channel.WECHAT}:
            del self.fields["subject"]
        else:
            del self.fields["code"]
        if channel is not Channel.WECHAT:
            del self.fields["needs_grant"]


class ClockInput(forms.TimeInput):
    """A time of day, which browsers show with a clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class HoursForm(forms.Form):
    quiet_from = forms.TimeField(label=_("Quiet from"), widget=ClockInput())
    quiet_until = forms.TimeField(label=_("Quiet until"), widget=ClockInput())
    digest_time = forms.TimeField(
        label=_("Digests go out at"),
        widget=ClockInput(),
        help_text=_("What falls due on one day goes out as one message."),
    )
    keep_text_days = forms.IntegerField(label=_("Days for which texts are kept"), min_value=1, max_value=9999)


class OutcomeForm(forms.Form):
    """What came of a call."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[(outcome.value, words) for outcome, (_shape, words) in OUTCOMES.items()]
    )
    promised_date = DayField(label=_("Promised by"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def chosen(self) -> CallOutcome:
        """The outcome that a valid form states."""
        return CallOutcome(self.cleaned_data["outcome"])


class CallFilter(forms.Form):
    show = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("still to be called")), ("all", _("everybody"))]
    )
    account = forms.TypedChoiceField(label=_("Given to"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: object, accounts: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["account"].choices = accounts  # type: ignore[attr-defined] # a choice field
