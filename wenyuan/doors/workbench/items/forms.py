"""Forms of items: how one is found, and what a librarian may change on it."""

from decimal import Decimal
from enum import StrEnum

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.items.words import LENDABLE
from wenyuan.holdings.catalogue.data import ItemTypeView
from wenyuan.lending.circulation.data import Charging

MOST_YUAN = Decimal("9999999.99")


class By(StrEnum):
    """What is searched for."""

    ANY = "any"
    TITLE = "title"
    AUTHOR = "author"
    ISBN = "isbn"
    CALL_NO = "call_no"


BY_WORDS = [
    (By.ANY.value, _("barcode, ISBN or title")),
    (By.TITLE.value, _("title, from its beginning")),
    (By.AUTHOR.value, _("author")),
    (By.ISBN.value, "ISBN / ISSN"),
    (By.CALL_NO.value, _("call number, on the shelf of a branch")),
]


class FindForm(forms.Form):
    q = forms.CharField(label=_("Look for"), max_length=200, required=False, strip=True)
    by = forms.ChoiceField(label=_("By"), choices=BY_WORDS, required=False)
    branch = forms.TypedChoiceField(label=_("Branch"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field


class ItemForm(forms.Form):
    call_no = forms.CharField(label=_("Call number"), max_length=100, required=False)
    price = forms.DecimalField(
        label=_("Price in yuan"),
        required=False,
        min_value=0,
        max_value=MOST_YUAN,
        decimal_places=2,
        help_text=_("Left empty, the price of the item type counts."),
    )
    item_type = forms.ChoiceField(label=_("Item type"))
    area = forms.TypedChoiceField(label=_("Area"), required=False, coerce=int, empty_value=None)
    volume = forms.CharField(label=_("Volume"), max_length=60, required=False)
    collection = forms.CharField(label=_("Collection"), max_length=32, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, types: tuple[ItemTypeView, ...], areas: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        english = (get_language() or "").startswith("en")
        self.fields["item_type"].choices = [  # type: ignore[attr-defined] # a choice field
            (kind.code, kind.name_en if english else kind.name_zh) for kind in types
        ]
        self.fields["area"].choices = areas  # type: ignore[attr-defined] # a choice field

    def price_fen(self) -> int | None:
        """The price typed, in fen."""
        price = self.cleaned_data["price"]
        return None if price is None else int(price * 100)


class DamageForm(forms.Form):
    note = forms.CharField(
        label=_("What is damaged"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Which pages, how badly: whoever repairs it reads this."),
    )
    share = forms.IntegerField(
        label=_("Share that the reader pays, in percent"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Of what its loss would cost. Left empty, nothing is charged."),
    )
    card = forms.CharField(
        label=_("Card of the reader who pays"),
        required=False,
        max_length=64,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, may_charge: bool, is_lent: bool, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        if not may_charge:
            del self.fields["share"]
        if not may_charge or is_lent:
            del self.fields["card"]

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if values.get("share") and "card" in self.fields and not values.get("card"):
            self.add_error("card", _("Nobody has the item: scan the card of who pays."))
        return values


class ClaimForm(forms.Form):
    back_date = forms.DateField(
        label=_("When the reader says it was returned"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Left empty, today."),
    )
    branch = forms.TypedChoiceField(label=_("Where"), coerce=int)
    waive = forms.BooleanField(label=_("Beyond the limit of open claims"), required=False)

    def __init__(self, *args: object, branches: Choices, may_waive: bool, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        if not may_waive:
            del self.fields["waive"]


class LossForm(forms.Form):
    charging = forms.ChoiceField(label=_("What the reader owes"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"), max_length=100, required=False, help_text=_("Needed where nothing is charged.")
    )

    def __init__(self, *args: object, choices: list[tuple[str, str]], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["charging"].choices = choices  # type: ignore[attr-defined] # a choice field
        self.fields["charging"].initial = choices[0][0]

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if values.get("charging") == Charging.NOTHING and not values.get("reason"):
            self.add_error("reason", _("Say why nothing is charged."))
        return values


class NothingForm(forms.Form):
    """Nothing is asked: the act alone is confirmed."""


class LendableForm(forms.Form):
    lendable = forms.ChoiceField(
        label=_("Lending"), choices=[(code, words) for code, (_shape, words) in LENDABLE.items()]
    )


class ReceiveForm(forms.Form):
    code = forms.CharField(label=_("Barcode"), max_length=64)


class SendForm(forms.Form):
    to = forms.TypedChoiceField(label=_("To branch"), coerce=int)
    waive = forms.BooleanField(label=_("Although a reader waits for this title"), required=False)

    def __init__(self, *args: object, branches: Choices, may_waive: bool, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["to"].choices = branches  # type: ignore[attr-defined] # a choice field
        if not may_waive:
            del self.fields["waive"]
