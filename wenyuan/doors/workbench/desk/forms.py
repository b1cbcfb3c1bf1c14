"""The form of the first swipe: what lending needs beyond what an identity card states."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.patrons.forms import GuardianFields
from wenyuan.kernel.identity import age_on
from wenyuan.lending.patrons.data import NOTICE_VERSION, ConsentInput, GivenBy, GuardianInput

AGE_OF_OWN_CONSENT = 14
"""个人信息保护法 art. 31: below it the guardian consents."""


class FirstSwipeForm(GuardianFields):
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
    consent = forms.BooleanField(
        label=_("The notice on personal data was shown, and they agree to be registered"),
        error_messages={"required": _("Without consent nobody is registered.")},
    )

    somebody_else = forms.BooleanField(
        label=_("The record that looks the same was looked at, and is another person's"),
        required=False,
        widget=forms.HiddenInput,
    )

    field_order = ("name", "phone", *GuardianFields.base_fields, "consent", "somebody_else")

    def __init__(self, *args: object, birth_date: date | None, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed through
        self.is_child = birth_date is not None and age_on(birth=birth_date, on=today) < AGE_OF_OWN_CONSENT
        if self.is_child:
            self.fields["consent"].label = _(
                "The notice on personal data was shown to the guardian, who agrees to the registration"
            )
        else:
            for name in GuardianFields.base_fields:
                del self.fields[name]

    def ask_whether_somebody_else(self) -> None:
        """Let the clerk say that the record which looks the same is another person's."""
        self.fields["somebody_else"].widget = forms.CheckboxInput()

    def consent_given(self) -> ConsentInput:
        """The consent as the verb takes it."""
        by = GivenBy.GUARDIAN if self.is_child else GivenBy.SELF
        return ConsentInput(notice_version=NOTICE_VERSION, given_by=by)

    def guardians(self) -> tuple[GuardianInput, ...]:
        """The guardian of a child, else nobody."""
        return super().guardians() if self.is_child else ()
