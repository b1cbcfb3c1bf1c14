"""Forms of copy cataloguing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.copying.words import CHARSETS, INDEXES, PROTOCOLS
from wenyuan.holdings.catalogue.data import CopyIndex, CopyProtocol, TargetInput, TargetView
from wenyuan.kernel.marc import Dialect


class SearchForm(forms.Form):
    by = forms.ChoiceField(label=_("Look in"), choices=[(index.value, words) for index, words in INDEXES.items()])
    q = forms.CharField(
        label=_("ISBN or words"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TargetForm(forms.Form):
    name = forms.CharField(label=_("Name of the catalogue"), max_length=60)
    protocol = forms.ChoiceField(
        label=_("Protocol"), choices=[(protocol.value, words) for protocol, words in PROTOCOLS.items()]
    )
    address = forms.CharField(
        label=_("Address"), max_length=300, help_text=_("SRU: https://…; Z39.50: host:port/database")
    )
    charset = forms.ChoiceField(
        label=_("Character set"),
        choices=list(CHARSETS.items()),
        help_text=_("Of Z39.50. SRU says its own."),
    )
    syntax = forms.CharField(
        label=_("Record format"),
        max_length=60,
        required=False,
        help_text=_(
            "As the target calls it. Left empty: marcxml for SRU, usmarc for Z39.50; CNMARC is mostly unimarc."
        ),
    )
    dialect = forms.ChoiceField(
        label=_("Records are"),
        required=False,
        choices=[
            ("", _("of either kind: each says")),
            (Dialect.CNMARC.value, "CNMARC"),
            (Dialect.MARC21.value, "MARC 21"),
        ],
    )
    index_isbn = forms.CharField(label=_("Index of ISBN"), max_length=60, required=False)
    index_issn = forms.CharField(label=_("Index of ISSN"), max_length=60, required=False)
    index_title = forms.CharField(label=_("Index of titles"), max_length=60, required=False)
    index_author = forms.CharField(
        label=_("Index of authors"), max_length=60, required=False, help_text=_("Left empty, the usual ones are asked.")
    )
    is_asked = forms.BooleanField(label=_("Ask it unless others are chosen"), required=False)
    place = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=99)

    def target(self) -> TargetInput:
        """What was entered, once the form is valid."""
        data = self.cleaned_data
        return TargetInput(
            name=data["name"],
            protocol=CopyProtocol(data["protocol"]),
            address=data["address"],
            charset=data["charset"],
            syntax=data["syntax"],
            dialect=Dialect(data["dialect"]) if data["dialect"] else None,
            indexes={index: data[f"index_{index.value}"] for index in CopyIndex},
            is_asked=data["is_asked"],
            place=data["place"],
        )

    @staticmethod
    def values_of(target: TargetView) -> dict[str, object]:
        """The values of a target as it is kept."""
        return {
            "name": target.name,
            "protocol": target.protocol.value,
            "address": target.address,
            "charset": target.charset,
            "syntax": target.syntax,
            "dialect": target.dialect.value if target.dialect else "",
            "is_asked": target.is_asked,
            "place": target.place,
            **{f"index_{index.value}": text for index, text in target.indexes.items()},
        }
