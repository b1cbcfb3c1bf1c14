"""What the command line calls indicators and their units."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wenyuan.office.figures.data import IndicatorCode, Unit

_NAMES: Mapping[IndicatorCode, object] = {
    IndicatorCode.LOANS: _("Loans"),
    IndicatorCode.RETURNS: _("Returns"),
    IndicatorCode.RENEWALS: _("Renewals"),
    IndicatorCode.NEW_CARDS: _("New cards"),
    IndicatorCode.VISITS: _("Visits"),
    IndicatorCode.ITEMS_ADDED: _("Items added"),
}

_UNITS: Mapping[Unit, object] = {
    Unit.ITEM_TIMES: pgettext_lazy("unit", "items lent"),
    Unit.PERSON_TIMES: pgettext_lazy("unit", "visits"),
    Unit.CARDS: pgettext_lazy("unit", "cards"),
    Unit.ITEMS: pgettext_lazy("unit", "items"),
}


def name_of(code: IndicatorCode) -> str:
    """The indicator's name in the active language."""
    return str(_NAMES[code])


def unit_of(unit: Unit) -> str:
    """The unit's name in the active language."""
    return str(_UNITS[unit])
