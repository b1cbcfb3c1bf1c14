"""The form of the first swipe: what lending needs beyond what an identity card states."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.patrons.notice import NOTICE_VERSION
from wenyuan.doors.workbench.patrons.words import RELATION_CHOICES
from wenyuan.kernel.identity import age_on
from wenyuan.lending.patrons.data import ConsentInput, GivenBy, GuardianInput, Relation

AGE_OF_OWN_CONSENT = 14
"""个人信息保护法 art. 31: below it the guardian consents."""


class FirstSwipeForm(forms.Form):
    """Registration of somebody whose identity card was shown for the first time; with a guardian if it is a child."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-takes-focus": ""}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    guardian_name = forms.CharField(
        label=_("Name of the guardian"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.ChoiceField(label=_("The guardian is"), choices=RELATION_CHOICES)
    guardian_phone = forms.CharField(
        label=_("Phone of the guardian"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    consent = forms.BooleanField(
        label=_("The notice on personal data was shown, and they agree to be registered"),
        error_messages={"required": _("Without consent nobody is registered.")},
    )

    def __init__(self, *args: object, birth_date: date | None, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed through
        self.is_child = birth_date is not None and age_on(birth=birth_date, on=today) < AGE_OF_OWN_CONSENT
        if self.is_child:
            self.fields["consent"].label = _(
                "The notice on personal data was shown to the guardian, who agrees to the registration"
            )
        else:
            for name in ("guardian_name", "relation", "guardian_phone"):
                del self.fields[name]

    def consent_given(self) -> ConsentInput:
        """The consent as the verb takes it."""
        by = GivenBy.GUARDIAN if self.is_child else GivenBy.SELF
        return ConsentInput(notice_version=NOTICE_VERSION, given_by=by)

    def guardians(self) -> tuple[GuardianInput, ...]:
        """The guardian of a child, else nobody."""
        if not self.is_child:
            return ()
        values = self.cleaned_data
        return (
            GuardianInput(
                name=values["guardian_name"],
                relation=Relation(values["relation"]),
                phone=values["guardian_phone"] or None,
            ),
        )
