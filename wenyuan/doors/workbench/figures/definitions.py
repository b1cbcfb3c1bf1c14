"""指标口径: each indicator with its unit, definition, what it adds up, and the item of the yearly form it answers."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES, UNITS
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.daybook.words import CHOICES
from wenyuan.doors.workbench.figures.words import DEFINITIONS
from wenyuan.doors.workbench.journal.words import KINDS
from wenyuan.doors.workbench.shell import page
from wenyuan.office.figures.data import Codes, Indicator, Measure, Term
from wenyuan.office.figures.queries import INDICATORS
from wenyuan.organisation.rights.data import Act


@dataclass(frozen=True, slots=True)
class Defined:
    """An indicator in words. ``sums`` are its terms: what is added up, over which entries of the journal."""

    code: str
    name: StrOrPromise
    unit: StrOrPromise
    definition: StrOrPromise
    sums: tuple[str, ...]
    form_item: str


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def definitions(request: StaffRequest) -> HttpResponse:
    """The table of definitions, those that stand by themselves first."""
    title = gettext("Definitions of the indicators")
    context = {
        "title": title,
        "crumbs": (Crumb(gettext("Figures"), reverse("workbench:figures")), Crumb(title)),
        "indicators": [_defined(indicator) for indicator in INDICATORS],
    }
    return page(request, "workbench/figures/definitions.html", context)


def _defined(indicator: Indicator) -> Defined:
    return Defined(
        code=indicator.code.value,
        name=NAMES[indicator.code],
        unit=UNITS[indicator.unit],
        definition=DEFINITIONS[indicator.code],
        sums=tuple(_sum_words(term) for term in indicator.terms),
        form_item=indicator.form_item,
    )


def _sum_words(term: Term) -> str:
    """Number of: Activity (Lecture), or Persons of: …, and what is left out of it."""
    summed = _summed_words(term)
    if not term.unless:
        return summed
    return gettext("%(sum)s, without: %(unless)s") % {"sum": summed, "unless": _codes_words(term.unless)}


def _summed_words(term: Term) -> str:
    words = {"kind": str(KINDS[term.kind]), "only": " / ".join(_codes_words(codes) for codes in term.among)}
    if term.measure is Measure.PERSONS:
        return (
            gettext("Persons of: %(kind)s (%(only)s)") % words
            if term.among
            else gettext("Persons of: %(kind)s") % words
        )
    return gettext("Number of: %(kind)s (%(only)s)") % words if term.among else gettext("Number of: %(kind)s") % words


def _codes_words(codes: Codes) -> str:
    named = [
        str(CHOICES[name][code])
        for name, value in codes.items()
        for code in (value if isinstance(value, list) else [str(value)])
    ]
    return ", ".join(named)
