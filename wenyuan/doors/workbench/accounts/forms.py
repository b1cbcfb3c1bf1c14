"""Forms of accounts, roles and machines."""

from datetime import date, timedelta
from typing import TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.accounts.words import ACTS, ROLES
from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.kernel.sip2.profile import PROFILES
from wenyuan.organisation.accounts.data import ADMIN_ROLES, API_ACTS, MACHINE_ROLES, Role
from wenyuan.organisation.rights.data import Act

PROFILE_WORDS = {
    "standard": _("Standard SIP2"),
    "tuchuang": _("Tuchuang"),
    "wenhua": _("Wenhua"),
    "jinpan": _("Jinpan"),
    "dp2": "dp2",
    "koha_like": _("Koha-like"),
}
PROFILE_CHOICES = [(name, PROFILE_WORDS.get(name, name)) for name in PROFILES]


class NewPasswordInput(forms.PasswordInput):
    """A field that browsers offer no stored password for."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password"})


class AccountForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        help_text=_("It is written into logs for ever: no identity or telephone number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    password = forms.CharField(
        label=_("First password"),
        max_length=128,
        strip=False,
        widget=NewPasswordInput,
        help_text=_("At least 8 characters. It is changed at the first sign-in."),
    )


class PasswordForm(forms.Form):
    password = forms.CharField(label=_("New password"), max_length=128, strip=False, widget=NewPasswordInput)
    exception_reason = forms.CharField(
        label=_("Reason, for an administrator"),
        max_length=200,
        required=False,
        help_text=_("The audit keeps it and the separation report goes on showing it."),
    )


class DisableForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class BadgeForm(forms.Form):
    badge = forms.CharField(
        label=_("Badge"),
        max_length=64,
        required=False,
        help_text=_("Scan it. Left empty, the badge is taken away."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    pin = forms.CharField(
        label=_("PIN"),
        max_length=12,
        required=False,
        help_text=_("4 to 12 digits, asked for with the badge."),
        widget=NewPasswordInput,
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    branch = forms.TypedChoiceField(
        label=_("At"), required=False, coerce=int, empty_value=None, help_text=_("And at everything below it.")
    )
    valid_from = DayField(label=_("From"))
    valid_to = DayField(
        label=_("Until"), required=False, help_text=_("The first day without it. Left empty, it does not end.")
    )
    exception_reason = forms.CharField(
        label=_("Reason for not keeping administrators apart"), max_length=200, required=False
    )

    def __init__(self, *args: object, branches: Choices, machine: bool, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["role"].choices = role_choices(machine=machine)  # type: ignore[attr-defined] # a choice field


def role_choices(*, machine: bool) -> Choices:
    """The roles that an account of this kind may hold; administrators last."""
    if machine:
        return [(role.value, ROLES[role]) for role in Role if role in MACHINE_ROLES]
    working = [role for role in Role if role not in ADMIN_ROLES | MACHINE_ROLES]
    return [(role.value, ROLES[role]) for role in (*working, *(role for role in Role if role in ADMIN_ROLES))]


class EndRoleForm(forms.Form):
    date = DayField(label=_("From"), help_text=_("The first day without the role."))


class MachineForm(forms.Form):
    branch = forms.TypedChoiceField(label=_("Branch"), coerce=int)
    service_point = forms.TypedChoiceField(label=_("Service point"), required=False, coerce=int, empty_value=None)
    profile = forms.ChoiceField(
        label=_("SIP2 profile"), choices=PROFILE_CHOICES, help_text=_("How the machine's maker writes SIP2.")
    )
    charset = forms.ChoiceField(
        label=_("Character set"), choices=[("utf-8", "UTF-8"), ("gbk", "GBK"), ("gb18030", "GB 18030")]
    )
    terminator = forms.ChoiceField(label=_("End of message"), choices=[("CR", "CR"), ("CRLF", "CR LF")])
    checksum = forms.ChoiceField(
        label=_("Checksum"),
        choices=[("off", _("not looked at")), ("warn", _("faults are logged")), ("enforce", _("faults are refused"))],
        initial="warn",
    )
    addresses = forms.CharField(
        label=_("Networks it may call from"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, as 10.1.2.0/24. Empty: from anywhere."),
    )
    holder_told = forms.ChoiceField(
        label=_("Of whom an item is kept for, a return tells"),
        choices=[("off", _("nothing")), ("card", _("the card number")), ("name", _("the card number and masked name"))],
        initial="off",
        help_text=_("For sorters behind the desk alone: at a kiosk anybody would read it."),
    )
    pin_to_pay = forms.BooleanField(
        label=_("Takes no money without the reader's PIN"),
        required=False,
        help_text=_("Whether it takes money at all is said by its role."),
    )

    def __init__(self, *args: object, branches: Choices, points: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["service_point"].choices = points  # type: ignore[attr-defined] # a choice field

    def values(self) -> dict[str, object]:
        """What the verbs take, once the form is valid."""
        cleaned = self.cleaned_data
        return {
            "branch_id": cleaned["branch"],
            "service_point_id": cleaned["service_point"],
            "profile": cleaned["profile"],
            "charset": cleaned["charset"],
            "terminator": cleaned["terminator"],
            "checksum": cleaned["checksum"],
            "addresses": cleaned["addresses"].replace(",", " ").split(),
            "holder_told": cleaned["holder_told"],
            "pin_to_pay": cleaned["pin_to_pay"],
        }


class NewMachineForm(MachineForm):
    username = forms.CharField(label=_("User name"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=60)
    password = forms.CharField(label=_("Password"), max_length=128, strip=False, widget=NewPasswordInput)
    field_order = ("username", "name", "password", "branch", "service_point")


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=60,
        help_text=_("The program and where it runs, for whoever ends it one day."),
    )
    acts = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[(act.value, ACTS[act]) for act in Act if act in API_ACTS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what the program needs. The machine must hold the right, too."),
    )
    branches = forms.TypedChoiceField(
        label=_("Branch"), required=False, coerce=int, empty_value=None, help_text=_("And at everything below it.")
    )
    valid_to = DayField(label=_("Until"), help_text=_("The first day without it; two years ahead at most."))

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branches"].choices = branches  # type: ignore[attr-defined] # a choice field

    @staticmethod
    def usual(today: date) -> dict[str, object]:
        """What the form begins with: a year."""
        return {"valid_to": today + timedelta(days=365)}

    def values(self) -> "TokenValues":
        """What the verb takes, once the form is valid."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "acts": frozenset(Act(code) for code in cleaned["acts"]),
            "branch_ids": frozenset() if cleaned["branches"] is None else frozenset({cleaned["branches"]}),
            "valid_to": cleaned["valid_to"],
        }


class TokenValues(TypedDict):
    name: str
    acts: frozenset[Act]
    branch_ids: frozenset[int]
    valid_to: date


class EndTokenForm(forms.Form):
    """Nothing to fill in: sending it ends the token."""


class AuditFilter(forms.Form):
    act = forms.ChoiceField(label=_("What"), required=False)
    account = forms.TypedChoiceField(label=_("By whom"), required=False, coerce=int, empty_value=None)
    first = DayField(label=_("From"), required=False)

    def __init__(self, *args: object, acts: Choices, accounts: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["act"].choices = acts  # type: ignore[attr-defined] # a choice field
        self.fields["account"].choices = accounts  # type: ignore[attr-defined] # a choice field


class SignInFilter(forms.Form):
    account = forms.TypedChoiceField(label=_("Account"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: object, accounts: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["account"].choices = accounts  # type: ignore[attr-defined] # a choice field


class FindAccountForm(forms.Form):
    q = forms.CharField(label=_("Name or user name"), required=False, max_length=64)
