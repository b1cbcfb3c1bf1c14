"""Branches side by side: chosen figures of each branch itself, beside the same days of the year before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.figure_words import NAMES, unit_shown
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.asking import Asked, asked_for, context_of, workbook
from wenyuan.doors.workbench.figures.forms import SIDE_BY_SIDE, SideForm
from wenyuan.doors.workbench.figures.tables import Number, opened
from wenyuan.doors.workbench.figures.words import period_words
from wenyuan.doors.workbench.shell import page
from wenyuan.office.figures.data import BranchFigures, Definitions, IndicatorCode, Period, Slice, Values
from wenyuan.office.figures.queries import BY_CODE, by_branch, definitions, is_defined_alike, same_days_before
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.tables import Value

USUAL = (
    IndicatorCode.LOANS,
    IndicatorCode.VISITS,
    IndicatorCode.NEW_CARDS,
    IndicatorCode.ITEMS_ADDED,
    IndicatorCode.ACTIVITY_ATTENDANCE,
)
"""What stands side by side where nobody chose."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of a branch, that of the year before (none where there is nothing to compare with), and the change in
    per cent, none where it is unknown or counted by another definition."""

    now: Number
    before: Number | None
    change: float | None

    @property
    def change_shown(self) -> str:
        """The change without its sign, which the arrow tells."""
        return "" if self.change is None else f"{abs(self.change):.1f}%"


@dataclass(frozen=True, slots=True)
class Side:
    """A branch with its figures, in the order in which they were chosen; ``shown`` is the one that is drawn."""

    name: str
    pairs: tuple[Pair, ...]
    shown: Pair


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def branches(request: StaffRequest) -> HttpResponse:
    chosen = _chosen(request)
    asked = asked_for(request, chosen, figures=chosen, form_of=SideForm)
    if isinstance(asked, HttpResponse):
        return asked
    earlier = same_days_before(asked.period, asked.counted.last_date)
    defined = definitions()
    alike = _alike(asked, earlier, defined)
    sides, total = _sides(asked, earlier, alike, defined)
    title = gettext("Branches side by side")
    context = context_of(request, asked, chosen, title, "workbench:figure-branches", form_of=SideForm) | {
        "sides": sides,
        "total": total,
        "heads": [(NAMES[one], unit_shown(BY_CODE[one].unit), not alike[one]) for one in chosen],
        "differs": not alike[asked.shown],
        "now_words": period_words(asked.counted),
        "earlier_words": period_words(earlier) if earlier else "",
    }
    return page(request, "workbench/figures/branches.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def branches_file(request: StaffRequest) -> HttpResponse:
    """The table of the page as a workbook."""
    chosen = _chosen(request)
    asked = asked_for(request, chosen, figures=chosen, form_of=SideForm)
    if isinstance(asked, HttpResponse):
        raise Http404
    earlier = same_days_before(asked.period, asked.counted.last_date)
    defined = definitions()
    alike = _alike(asked, earlier, defined)
    sides, total = _sides(asked, earlier, alike, defined)
    heads = [gettext("Branch")]
    for code in chosen:
        heads.append(f"{NAMES[code]} {period_words(asked.counted)}")
        if earlier:
            differs = "" if alike[code] else f" ({gettext('another definition')})"
            heads.append(f"{NAMES[code]} {period_words(earlier)}{differs}")
    rows: list[list[Value]] = [
        [side.name, *(one.value for pair in side.pairs for one in (pair.now, pair.before) if one)]
        for side in (*sides, total)
    ]
    return workbook(heads, rows, "branches", asked, title=gettext("Branches side by side"))


def _chosen(request: StaffRequest) -> tuple[IndicatorCode, ...]:
    wanted = request.GET.getlist("figure")
    return tuple(one for one in SIDE_BY_SIDE if one.value in wanted) or USUAL


def _alike(asked: Asked, earlier: Period | None, defined: Definitions) -> Mapping[IndicatorCode, bool]:
    """Of each figure whether it was counted by one definition in both periods."""
    spans = [one for one in (asked.counted, earlier) if one]
    return {one: is_defined_alike(one, *spans, defined=defined) for one in asked.figures}


def _sides(
    asked: Asked, earlier: Period | None, alike: Mapping[IndicatorCode, bool], defined: Definitions
) -> tuple[list[Side], Side]:
    """The branches in the order of their codes, and their sum; no branch where nothing happened at all."""
    now, before = (
        by_branch(period=one, branch=asked.branch, network=asked.network, defined=defined) if one else ()
        for one in (asked.counted, earlier)
    )
    found, known = _by_id(now), _by_id(before)
    sums, earlier_sums = _sum(now, asked.figures), _sum(before, asked.figures)
    total = _side(gettext("Total"), sums, earlier_sums, asked, earlier, alike, Slice())
    if not any(values[one] for values in (*found.values(), *known.values()) for one in asked.figures):
        return [], total
    codes = {one.branch_id: one.code for one in (*now, *before)}
    sides = [
        _side(
            branch_name(branch_id, asked.network) if codes[branch_id] else gettext("no branch"),
            found.get(branch_id),
            known.get(branch_id),
            asked,
            earlier,
            alike,
            Slice(at_branch_id=branch_id),
        )
        for branch_id in sorted(codes, key=lambda one: (not codes[one], codes[one]))
    ]
    return sides, total


def _by_id(found: Sequence[BranchFigures]) -> Mapping[int, Values]:
    return {one.branch_id: one.values for one in found}


def _sum(found: Sequence[BranchFigures], figures: Sequence[IndicatorCode]) -> Values:
    return {code: sum(one.values[code] for one in found) for code in figures}


def _side(
    name: str,
    now: Values | None,
    before: Values | None,
    asked: Asked,
    earlier: Period | None,
    alike: Mapping[IndicatorCode, bool],
    part: Slice,
) -> Side:
    pairs = {}
    for code in asked.figures:
        value, was = (values[code] if values else 0 for values in (now, before))
        pairs[code] = Pair(
            opened(code, value, asked.counted, asked.branch, part),
            opened(code, was, earlier, asked.branch, part) if earlier else None,
            100 * (value - was) / was if was > 0 and alike[code] else None,
        )
    return Side(name, tuple(pairs.values()), pairs[asked.shown])
