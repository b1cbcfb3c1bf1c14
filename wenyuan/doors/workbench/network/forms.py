"""Forms of the network. They check shapes; what may be done is the verbs' to say."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.network.words import BRANCH_KINDS, CHANNELS
from wenyuan.doors.workbench.templatetags.staff import weekday
from wenyuan.kernel.opening import Hours, WeeklySpan
from wenyuan.organisation.network.data import Services

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_DASHES = re.compile(r"[‐-―−~～至到]")


class DayInput(forms.DateInput):
    """A date in ISO form, which is what browsers send and show for ``type=date``."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day, typed as 2026-04-25 where the browser has no calendar."""

    widget = DayInput

    def __init__(self, **options: object) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"], **options)  # type: ignore[arg-type] # handed through


class HoursField(forms.CharField):
    """Spans of one day: ``09:00-12:00, 13:30-17:00``; empty for closed. Its value is a tuple of ``Hours``."""

    def __init__(self, **options: object) -> None:
        super().__init__(required=False, max_length=60, **options)  # type: ignore[arg-type] # handed through

    def clean(self, value: str | None) -> tuple[Hours, ...]:
        return read_spans(super().clean(value))


def read_spans(text: str) -> tuple[Hours, ...]:
    """The spans a text states, in its order.

    :raises forms.ValidationError: for anything that is no span of time.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).replace("、", ",").replace(";", ",")
    spans = []
    for part in filter(None, (part.strip() for part in plain.split(","))):
        found = _SPAN.fullmatch(part)
        try:
            if found is None:
                raise ValueError(part)
            opens, closes = _clock(*found.group(1, 2)), _clock(*found.group(3, 4))
            spans.append(Hours(opens, closes))
        except ValueError as error:
            raise forms.ValidationError(_("Write times as 09:00-12:00, 13:30-17:00.")) from error
    return tuple(spans)


def _clock(hour: str, minute: str) -> time:
    return time(0, 0) if (hour, minute) == ("24", "00") else time(int(hour), int(minute))


class LibraryForm(forms.Form):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=100)
    name_en = forms.CharField(label=_("English name"), max_length=100, required=False)
    institution_code = forms.CharField(
        label=_("Institution code"), max_length=32, required=False, help_text=_("ISIL form, which machines send as AO.")
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)


class DescriptionForm(forms.Form):
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    accessibility = forms.CharField(
        label=_("Access"),
        max_length=200,
        required=False,
        help_text=_("Ramp, lift, accessible toilet, Braille, loop: what a reader needs to know before coming."),
    )
    latitude = forms.DecimalField(
        label=_("Latitude"), required=False, min_value=-90, max_value=90, max_digits=9, decimal_places=6
    )
    longitude = forms.DecimalField(
        label=_("Longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        max_digits=9,
        decimal_places=6,
        help_text=_("Degrees, as a map shows them: held items are fetched from the nearest branch."),
    )


class NamesForm(forms.Form):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=100)
    name_en = forms.CharField(label=_("English name"), max_length=100, required=False)


class BranchForm(NamesForm, DescriptionForm):
    code = forms.CharField(
        label=_("Code"), max_length=16, help_text=_("Letters, digits, dot, dash, underline. It is never changed.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=list(BRANCH_KINDS.items()))
    opened_date = DayField(label=_("Opened on"))
    parent = forms.TypedChoiceField(label=_("Stands below"), required=False, coerce=int, empty_value=None)
    field_order = ("code", "name_zh", "name_en", "kind", "opened_date", "parent")

    def __init__(self, *args: object, parents: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["parent"].choices = parents  # type: ignore[attr-defined] # a choice field


class MoveForm(forms.Form):
    parent = forms.TypedChoiceField(label=_("Stands below"), required=False, coerce=int, empty_value=None)
    from_date = DayField(label=_("From"))

    def __init__(self, *args: object, parents: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["parent"].choices = parents  # type: ignore[attr-defined] # a choice field


class CloseForm(forms.Form):
    closed_date = DayField(label=_("Closed from"), help_text=_("The first day on which it no longer stands."))


class AreaForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=16)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)
    floor = forms.IntegerField(label=_("Floor"), initial=1, min_value=-9, max_value=99)
    seats = forms.IntegerField(label=_("Seats"), initial=0, min_value=0, max_value=32767)
    wheelchair = forms.BooleanField(label=_("Can be reached by wheelchair"), required=False)
    accessibility = forms.CharField(label=_("Access"), max_length=200, required=False)


class ServicePointForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=16)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)
    area = forms.TypedChoiceField(label=_("Area"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: object, areas: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["area"].choices = areas  # type: ignore[attr-defined] # a choice field


class WeekForm(forms.Form):
    """The ordinary week: one line a weekday, empty for closed."""

    area = forms.TypedChoiceField(label=_("For"), required=False, coerce=int, empty_value=None)
    from_date = DayField(label=_("From"))

    def __init__(self, *args: object, areas: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["area"].choices = areas  # type: ignore[attr-defined] # a choice field
        for number in range(7):
            self.fields[f"day{number}"] = HoursField(label=weekday(number))

    def spans(self) -> list[WeeklySpan]:
        """What was typed, once the form is valid."""
        return [WeeklySpan(number, hours) for number in range(7) for hours in self.cleaned_data[f"day{number}"]]


class ExceptionForm(forms.Form):
    area = forms.TypedChoiceField(label=_("For"), required=False, coerce=int, empty_value=None)
    date = DayField(label=_("Day"))
    hours = HoursField(label=_("Hours"), help_text=_("09:00-12:00, 13:30-17:00. Leave it empty for a closed day."))
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False, help_text=_("Readers will see it."))

    def __init__(self, *args: object, areas: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["area"].choices = areas  # type: ignore[attr-defined] # a choice field


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureDraft:
    """A closure notice as it was typed."""

    scope: str
    branch_id: int | None
    area_id: int | None
    service_point_id: int | None
    shuts: Services
    first_date: date
    last_date: date | None
    reason: str
    most_a_day: int | None

    @property
    def closes_days(self) -> bool:
        """Whether it moves due dates: the door of whole branches."""
        return self.shuts.door and self.area_id is None and self.service_point_id is None


class ClosureForm(forms.Form):
    """A closure notice: where, which services, which days, why, and how gently loans come back."""

    where = forms.ChoiceField(label=_("Where"))
    with_subtree = forms.BooleanField(label=_("Everything that stands below it, too"), required=False)
    first_date = DayField(label=_("First day"))
    last_date = DayField(
        label=_("Last day"), required=False, help_text=_("It is closed too. Leave it empty for until further notice.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Readers will see it."))
    shuts = forms.MultipleChoiceField(
        label=_("What is shut"),
        choices=[("door", _("the door")), ("book_drop", _("the book drop")), ("digital", _("digital services"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is not ticked stays open meanwhile. Only a shut door moves due dates."),
    )
    most_a_day = forms.IntegerField(
        label=_("Loans moved to one day, at most"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("So that not everyone comes back on one morning. Empty: all to the first open day."),
    )

    def __init__(self, *args: object, places: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["where"].choices = places  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_date"), cleaned.get("last_date")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last_date", _("The last day lies before the first."))
        return cleaned

    def draft(self) -> ClosureDraft:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        kind, _colon, number = str(typed["where"]).partition(":")
        branch, _slash, part = number.partition("/")
        return ClosureDraft(
            scope="subtree" if kind == "branch" and typed["with_subtree"] else kind,
            branch_id=int(branch) if branch else None,
            area_id=int(part) if kind == "area" else None,
            service_point_id=int(part) if kind == "service_point" else None,
            shuts=Services(**{name: name in typed["shuts"] for name in ("door", "book_drop", "digital")}),
            first_date=typed["first_date"],
            last_date=typed["last_date"],
            reason=typed["reason"],
            most_a_day=typed["most_a_day"],
        )


class EndClosureForm(forms.Form):
    last_date = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("It opens on the day after. Leave it empty for until further notice."),
    )


class AnnouncementForm(forms.Form):
    channel = forms.ChoiceField(label=_("Channel"), choices=list(CHANNELS.items()))
    count = forms.IntegerField(
        label=_("Readers told"), min_value=0, max_value=10_000_000, help_text=_("0 where nobody can say.")
    )


class GroupForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=16)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)


class JoinForm(forms.Form):
    group = forms.TypedChoiceField(label=_("Lending group"), coerce=int)
    from_date = DayField(label=_("From"))

    def __init__(self, *args: object, groups: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["group"].choices = groups  # type: ignore[attr-defined] # a choice field


class LeaveForm(forms.Form):
    date = DayField(label=_("From"), help_text=_("The first day on which it no longer belongs to the group."))


class SheetForm(forms.Form):
    sheet = forms.FileField(label=_("Sheet"), allow_empty_file=True)
