"""Forms of the first pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_PASSWORD = 512


def password_field(label: object, *, new: bool = False) -> forms.CharField:
    """A password as typed: nothing is trimmed."""
    attrs = {"autocomplete": "new-password" if new else "current-password"}
    return forms.CharField(
        label=label,  # type: ignore[arg-type] # a lazy text
        strip=False,
        max_length=MOST_PASSWORD,
        widget=forms.PasswordInput(attrs=attrs),
    )


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "off", "autofocus": True}),
    )
    password = password_field(_("Password"))


class SwitchForm(forms.Form):
    """A colleague's badge, and its PIN if it has one."""

    badge = forms.CharField(
        label=_("Badge"),
        max_length=64,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
        help_text=_("Hold the badge to the scanner."),
    )
    pin = forms.CharField(
        label=_("PIN of the badge"),
        required=False,
        max_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class OwnPasswordForm(forms.Form):
    """The password of the one who is signed in."""

    old = password_field(_("Present password"))
    new = password_field(_("New password"), new=True)
    again = password_field(_("New password once more"), new=True)

    def clean(self) -> dict[str, object]:
        values = self.cleaned_data
        if values.get("new") and values.get("again") and values["new"] != values["again"]:
            self.add_error("again", _("The two entries differ."))
        return values
