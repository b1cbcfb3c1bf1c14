"""What closures did: loans and visits of a branch in the weeks before, during and after each."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.asking import Asked, asked_for, context_of, workbook
from wenyuan.doors.workbench.figures.tables import Number, opened
from wenyuan.doors.workbench.figures.words import period_words
from wenyuan.doors.workbench.shell import page
from wenyuan.office.figures.data import IndicatorCode, Slice
from wenyuan.office.figures.queries import by_day, definitions, members_of, span_of
from wenyuan.organisation.network.data import ClosureFacts
from wenyuan.organisation.network.queries import list_closures, open_dates
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.tables import Value

SHOWN = (IndicatorCode.LOANS, IndicatorCode.VISITS)
AROUND = timedelta(weeks=4)
MOST = 12
"""Closures on one page: each is read by itself."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days before, during or after a closure."""

    name: StrOrPromise
    first: date
    last: date
    open_days: Number
    numbers: tuple[Number, ...]

    @property
    def words(self) -> str:
        """Its days."""
        return period_words(span_of(self.first, self.last))

    @property
    def figures(self) -> list[tuple[Number, float | None]]:
        """Each number with what it comes to on an open day."""
        return [(one, self.a_day(place)) for place, one in enumerate(self.numbers)]

    def a_day(self, place: int) -> float | None:
        """How much of a number there was on an open day; nothing where there was none."""
        return self.numbers[place].value / self.open_days.value if self.open_days.value else None


@dataclass(frozen=True, slots=True)
class Effect:
    """A closure of a branch with the stretches around it that have come."""

    name: str
    reason: str
    stretches: tuple[Stretch, ...]
    before: float | None
    after: float | None


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def closures(request: StaffRequest) -> HttpResponse:
    asked = asked_for(request, SHOWN)
    if isinstance(asked, HttpResponse):
        return asked
    found = _closures(asked)
    today = local_date(request.at)
    context = context_of(request, asked, SHOWN, gettext("What closures did"), "workbench:figure-closures") | {
        "effects": [_effect(one, asked, today) for one in found[:MOST]],
        "more": len(found) > MOST,
        "most": MOST,
    }
    return page(request, "workbench/figures/closures.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def closures_file(request: StaffRequest) -> HttpResponse:
    """The table of the page as a workbook."""
    asked = asked_for(request, SHOWN)
    if isinstance(asked, HttpResponse):
        raise Http404
    today = local_date(request.at)
    heads = [
        gettext("Branch"),
        gettext("Reason"),
        gettext("When"),
        gettext("From"),
        gettext("Until"),
        gettext("Open days"),
        *(NAMES[shown] for shown in SHOWN),
    ]
    rows: list[list[Value]] = [
        [
            effect.name,
            effect.reason,
            str(one.name),
            one.first.isoformat(),
            one.last.isoformat(),
            one.open_days.value,
            *(number.value for number in one.numbers),
        ]
        for effect in (_effect(one, asked, today) for one in _closures(asked)[:MOST])
        for one in effect.stretches
    ]
    return workbook(heads, rows, "closures", asked)


def _closures(asked: Asked) -> list[ClosureFacts]:
    """Closures that shut a whole branch on days of the period, the latest first."""
    facts = asked.network.by_code(asked.branch) if asked.branch else None
    here = (
        {one.branch_id for one in members_of(branch_id=facts.id, period=asked.counted, network=asked.network)}
        if facts
        else asked.network.branches.keys()
    )
    return [
        one
        for one in list_closures(from_date=asked.counted.first_date)
        if one.closes_days
        and one.withdrawn_at is None
        and one.first_date <= asked.counted.last_date
        and one.branch_id in here
    ]


def _effect(closure: ClosureFacts, asked: Asked, today: date) -> Effect:
    first, last = closure.first_date, min(closure.last_date or today, today)
    spans = [
        (_("four weeks before"), first - AROUND, first - timedelta(days=1)),
        (_("while it was closed"), first, last),
    ]
    if closure.last_date and closure.last_date < today:
        spans.append((_("four weeks after"), last + timedelta(days=1), min(last + AROUND, today)))
    part = Slice(at_branch_id=closure.branch_id)
    whole = span_of(spans[0][1], spans[-1][2])
    days = by_day(period=whole, branch=asked.branch, part=part, network=asked.network, defined=definitions())
    open_on = open_dates(closure.branch_id, whole.first_date, whole.last_date, network=asked.network)
    code = asked.network.branches[closure.branch_id].code
    days_url = reverse("workbench:figure-days")
    stretches = tuple(
        Stretch(
            name,
            begins,
            ends,
            Number(
                sum(begins <= day <= ends for day in open_on),
                f"{days_url}?{urlencode({'period': span_of(begins, ends).text, 'branch': code})}",
            ),
            tuple(
                opened(
                    shown,
                    sum(one.values[shown] for one in days if begins <= one.first_date <= ends),
                    span_of(begins, ends),
                    asked.branch,
                    part,
                )
                for shown in SHOWN
            ),
        )
        for name, begins, ends in spans
    )
    place = SHOWN.index(asked.shown)
    after = stretches[2].a_day(place) if len(stretches) > 2 else None
    name = branch_name(closure.branch_id, asked.network)
    return Effect(name, closure.reason, stretches, stretches[0].a_day(place), after)
