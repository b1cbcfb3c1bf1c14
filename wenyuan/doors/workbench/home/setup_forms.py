"""Forms of the first visit."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.home.forms import password_field
from wenyuan.doors.workbench.home.words import PASSWORD_WORDS
from wenyuan.doors.workbench.network.words import SHEET_FAULTS, column_words
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.operations import (
    MOST_BYTES,
    SheetRefused,
    central_branch,
    read_branch_sheet,
)
from wenyuan.plumbing.clock import local_date

ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.DIRECTOR)
ROLE_WORDS = {
    Role.SYSTEM_ADMIN: (_("System administrator"), _("Makes accounts and keeps the network of branches.")),
    Role.SECURITY_ADMIN: (_("Security administrator"), _("Gives and takes rights.")),
    Role.AUDIT_ADMIN: (_("Audit administrator"), _("Reads what was changed and revealed.")),
    Role.DIRECTOR: (_("Director"), _("Sees the figures, keeps calendars and loan policies.")),
}
MOST_SHOWN = 10


class LibraryForm(forms.Form):
    """The code, the library's name, and its branches: a sheet of them, or the central library alone."""

    code = forms.CharField(
        label=_("Code that the server printed"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    name_zh = forms.CharField(label=_("Name of the library"), max_length=100)
    name_en = forms.CharField(label=_("Name in English"), max_length=100, required=False)
    sheet = forms.FileField(
        label=_("Sheet of branches (XLSX or CSV)"),
        required=False,
        help_text=_("Columns: code, name, type, opened; further: parent, address, phone, lending group, hours."),
    )
    branch_code = forms.RegexField(
        r"^[A-Za-z0-9_\-]{1,16}$",
        label=_("Code of the central library"),
        required=False,
        help_text=_("Without a sheet: letters and digits, such as ZG."),
    )
    branch_name = forms.CharField(label=_("Name of the central library"), max_length=100, required=False)
    opened = forms.DateField(
        label=_("Open since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, code_fits: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code_fits = code_fits

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if not self._code_fits:
            # Nobody else may have a file unpacked here.
            if "code" not in self.errors:
                self.add_error("code", gettext("This is not the code that the server printed when it started."))
            return values
        sheet = values.get("sheet")
        if sheet is not None:
            self._read(sheet)
        elif values.get("branch_code") and values.get("branch_name"):
            self._begin_alone(values)
        else:
            self.add_error("branch_code", gettext("Give a sheet of branches, or code and name of the central library."))
        return values

    def _begin_alone(self, values: dict[str, Any]) -> None:
        opened = values.get("opened") or local_date(timezone.now())
        try:
            values["rows"] = (central_branch(code=values["branch_code"], name_zh=values["branch_name"], opened=opened),)
        except SheetRefused as refused:
            for error in refused.errors:
                field = "branch_code" if error.column == "code" else "branch_name"
                self.add_error(field, str(SHEET_FAULTS[error.fault]))

    def _read(self, sheet: Any) -> None:
        if sheet.size > MOST_BYTES:
            self.add_error("sheet", gettext("The file is too large."))
            return
        try:
            self.cleaned_data["rows"] = read_branch_sheet(sheet.read())
        except SheetRefused as refused:
            self.tell_faults(refused)

    def tell_faults(self, refused: SheetRefused) -> None:
        """What is wrong with the sheet, each with its row and column where it has one."""
        for error in refused.errors[:MOST_SHOWN]:
            fault = str(SHEET_FAULTS[error.fault])
            place = {"row": error.row, "column": column_words(error.column), "fault": fault}
            self.add_error(
                "sheet", gettext("Row %(row)s, column %(column)s: %(fault)s") % place if error.row else fault
            )


class AccountForm(forms.Form):
    """One of the first accounts; each person chooses their own password."""

    name = forms.CharField(label=_("Name"), max_length=60)
    username = forms.RegexField(
        r"^\w[\w.\-@]{1,63}$",
        label=_("User name"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
        error_messages={"invalid": _("A user name has 2 to 64 letters, digits, dots or hyphens.")},
    )
    password = password_field(_("Password"), new=True)
    again = password_field(_("The same password once more"), new=True)

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        self.title, self.task = ROLE_WORDS[role]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("password"):
            person = get_user_model()(username=values.get("username", ""), name=values.get("name", ""))
            try:
                validate_password(values["password"], user=person)
            except ValidationError as error:
                for part in error.error_list:
                    words = PASSWORD_WORDS.get(str(part.code), _("This password is too weak."))
                    self.add_error("password", str(words))
        if values.get("password") and values.get("again") and values["password"] != values["again"]:
            self.add_error("again", gettext("The two entries differ."))
        return values
