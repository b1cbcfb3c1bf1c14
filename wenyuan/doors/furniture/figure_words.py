"""What pages and commands call the indicators and their units."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.office.figures.data import IndicatorCode, Unit

NAMES: Final[Mapping[IndicatorCode, StrOrPromise]] = {
    IndicatorCode.LOANS: _("Loans counted in items"),
    IndicatorCode.RETURNS: _("Returns counted in items"),
    IndicatorCode.RENEWALS: _("Renewals counted in items"),
    IndicatorCode.NEW_CARDS: _("New cards"),
    IndicatorCode.VISITS: _("Visits"),
    IndicatorCode.ITEMS_ADDED: _("Items added to the holdings"),
    IndicatorCode.TYPED_LOANS: _("Loans on paper, typed"),
    IndicatorCode.TYPED_RETURNS: _("Returns on paper, typed"),
    IndicatorCode.TYPED_READERS: _("Readers on paper, typed"),
}

UNITS: Final[Mapping[Unit, StrOrPromise]] = {
    Unit.ITEM_TIMES: pgettext_lazy("unit", "items lent"),
    Unit.PERSON_TIMES: pgettext_lazy("unit", "visits"),
    Unit.CARDS: pgettext_lazy("unit", "cards"),
    Unit.ITEMS: pgettext_lazy("unit", "items"),
}


def name_of(code: IndicatorCode) -> str:
    """The indicator's name in the active language."""
    return str(NAMES[code])


def unit_of(unit: Unit) -> str:
    """The unit's name in the active language."""
    return str(UNITS[unit])
