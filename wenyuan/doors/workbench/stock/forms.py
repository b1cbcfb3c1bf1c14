"""Forms of the stock."""

from datetime import date
from decimal import Decimal

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.items.forms import MOST_YUAN
from wenyuan.doors.workbench.stock.words import SOURCES
from wenyuan.holdings.catalogue.data import ItemTypeView, ReceiptInput
from wenyuan.kernel.ranges import RangeUnfit, numbers_from

MOST_ITEMS = 500


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class NewItemsForm(forms.Form):
    """``check`` is what was last looked at: only what was seen is made."""

    first_barcode = forms.CharField(
        label=_("First barcode"),
        max_length=32,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        help_text=_("The others follow it, one by one."),
    )
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_ITEMS, initial=1)
    first_accession_no = forms.CharField(
        label=_("First accession number"),
        max_length=32,
        required=False,
        help_text=_("Apart from the barcode; left empty, none."),
    )
    volumes = forms.BooleanField(label=_("Number the volumes 1, 2, 3 …"), required=False)
    branch = forms.TypedChoiceField(label=_("Home branch"), coerce=int)
    item_type = forms.ChoiceField(label=_("Item type"))
    call_no = forms.CharField(label=_("Call number"), max_length=100, required=False)
    collection = forms.CharField(
        label=_("Collection"), max_length=32, required=False, widget=forms.TextInput(attrs={"list": "collections"})
    )
    receipt = forms.TypedChoiceField(label=_("Out of the receipt"), coerce=int, required=False, empty_value=None)
    source = forms.ChoiceField(label=_("Source"), required=False)
    price = forms.DecimalField(
        label=_("Price in yuan"), required=False, min_value=0, max_value=MOST_YUAN, decimal_places=2
    )
    in_process = forms.BooleanField(label=_("Not on the shelf yet"), required=False, initial=True)
    labels = forms.BooleanField(
        label=_("Put their spine and barcode labels in"),
        required=False,
        initial=True,
        help_text=_("They wait to be printed."),
    )
    check = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: object, branches: Choices, types: tuple[ItemTypeView, ...], receipts: Choices, **options: object
    ) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        language = get_language() or "zh-hans"
        for name, choices in (
            ("branch", branches),
            ("item_type", [(kind.code, kind.name(language)) for kind in types]),
            ("receipt", receipts),
            ("source", [("", gettext("as the receipt, or not stated")), *SOURCES.items()]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        count = values.get("count")
        for first, many in (("first_barcode", "barcodes"), ("first_accession_no", "accession_nos")):
            values[many] = []
            if count and values.get(first):
                try:
                    values[many] = numbers_from(str(values[first]), count, most=MOST_ITEMS)
                except RangeUnfit:
                    if count > 1:
                        self.add_error(first, gettext("So many numbers do not follow this one."))
                    values[many] = [str(values.get(first, ""))]
        return values

    def price_fen(self) -> int | None:
        """The price typed, in fen."""
        price: Decimal | None = self.cleaned_data["price"]
        return None if price is None else int(price * 100)


class NewLabelForm(forms.Form):
    barcode = forms.CharField(label=_("New label"), max_length=32)


class ReceiptForm(forms.Form):
    branch = forms.TypedChoiceField(label=_("Branch"), coerce=int)
    received_date = forms.DateField(label=_("Received on"), widget=_date_input())
    source = forms.ChoiceField(label=_("Source"), choices=list(SOURCES.items()))
    supplier = forms.CharField(label=_("From whom"), max_length=100, required=False)
    titles = forms.IntegerField(label=_("Titles"), min_value=1)
    copies = forms.IntegerField(label=_("Items counted"), min_value=1)
    amount = forms.DecimalField(
        label=_("Amount in yuan"), min_value=0, max_value=MOST_YUAN, decimal_places=2, initial=0
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field

    def receipt(self) -> ReceiptInput:
        """The receipt as typed, once the form is valid."""
        values = self.cleaned_data
        return ReceiptInput(
            branch_id=values["branch"],
            received_date=values["received_date"],
            source=values["source"],
            supplier=values["supplier"],
            titles=values["titles"],
            copies=values["copies"],
            amount_fen=int(values["amount"] * 100),
            note=values["note"],
        )


class PeriodForm(forms.Form):
    branch = forms.TypedChoiceField(label=_("Owner"), coerce=int, required=False, empty_value=None)
    first = forms.DateField(label=_("From"), widget=_date_input())
    last = forms.DateField(label=_("Until and including"), widget=_date_input())

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.add_error("last", gettext("The last day stands before the first."))
        return values
