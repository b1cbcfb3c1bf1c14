"""月结: which months are closed, whether what is counted now still agrees with them, and closing and adjusting one."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES, STOCK_NAMES, unit_shown
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.forms import AdjustForm, CloseForm
from wenyuan.doors.workbench.figures.links import stock_url
from wenyuan.doors.workbench.figures.places import allowed, branch_choices, own_branch, place_words
from wenyuan.doors.workbench.figures.tables import Number, opened
from wenyuan.doors.workbench.figures.words import MONTH_FIELDS, MONTH_REASONS, answer_words, period_words
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.journal.rows import account_names, subject_url
from wenyuan.doors.workbench.journal.words import DOORS, KINDS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import counted, month_of
from wenyuan.lending.patrons.queries import categories
from wenyuan.office.figures import operations
from wenyuan.office.figures.data import NOWHERE, WHOLE, IndicatorCode, Question, Slice
from wenyuan.office.figures.queries import (
    BY_CODE,
    EVERYTHING,
    EVERYWHERE,
    INDICATORS,
    AdjustmentFacts,
    ClosedMonthFacts,
    ComparedMonth,
    Difference,
    MonthRefused,
    Place,
    ReaderCell,
    ReaderDifference,
    Readers,
    ReconciledMonth,
    compared_months,
    fingerprint,
    later_rows,
    members_of,
    month_due,
    month_period,
    months_closed,
    parse_period,
    reader_differences,
    reader_differences_of_months,
    readers_of_month,
    reconciled_months,
    unlike_loans,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50
SHOWN_DIFFERENCES = 300
MOST_UNLIKE = 200


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs of a month: figures, and readers, each once."""

    figures: tuple[Difference, ...]
    readers: tuple[ReaderDifference, ...]

    def __len__(self) -> int:
        return len(self.figures) + len(self.readers)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the page is about: a branch and what stood below it, or (``branch`` none) the whole network."""

    branch: str | None
    place: Place
    network: NetworkMap

    @property
    def terms(self) -> str:
        """How an address says it."""
        return f"?{urlencode({'branch': self.branch or EVERYTHING})}"

    def holds(self, month: date) -> Callable[[int], bool]:
        """Whether the numbers of a branch in a month belong here: it stood there, or the page is about everything."""
        if self.branch is None:
            return lambda _branch_id: True
        spans = members_of(branch_id=self.place.branch_id, period=month_period(month), network=self.network)
        return frozenset(span.branch_id for span in spans).__contains__

    def differing(self, one: ComparedMonth, readers: Iterable[ReaderDifference]) -> Differences:
        """What differs of a month here."""
        here = self.holds(one.month)
        return Differences(
            tuple(found for found in one.differences if here(found.place.branch_id)),
            tuple(found for found in readers if here(found.cell.branch_id)),
        )


@dataclass(frozen=True, slots=True)
class Frozen:
    """An indicator of a place in a closed month: frozen, adjusted by, and what is counted now."""

    name: StrOrPromise
    unit: StrOrPromise
    frozen: str
    adjusted: str
    value: str
    now: Number
    differs: bool


@dataclass(frozen=True, slots=True)
class Differing:
    """A difference in words; ``change`` bears its sign."""

    place: str
    name: StrOrPromise
    unit: StrOrPromise
    snapshot: str
    now: Number
    change: str


@dataclass(frozen=True, slots=True)
class DifferingReaders:
    """A difference of readers in words; ``url`` opens those counted now, where a page lists them."""

    place: str
    name: StrOrPromise
    period: str
    category: str
    snapshot: int
    now: int
    url: str
    change: str


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def months(request: StaffRequest) -> HttpResponse:
    """The months of a year, the latest first: which are closed, and what differs from their snapshots."""
    scope, today, closed = _scope(request), local_date(request.at), months_closed()
    due = month_due(closed=closed)
    first = min((*closed, due or today))
    year = _year(request.GET.get("year", ""), first.year, today.year)
    compared = compared_months(parse_period(f"{year:04d}"), network=scope.network)
    of_readers = reader_differences_of_months(compared, network=scope.network)
    shown = [
        (one, scope.differing(one, of_readers.get(one.month, ())))
        for one in compared
        if first.replace(day=1) <= one.month <= today
    ]
    is_over = due is not None and month_period(due).last_date < today
    context = {
        "title": gettext("Closed months"),
        "line": f"{place_words(scope.branch, scope.network)} · {year}",
        "crumbs": _crumbs(scope),
        "terms": scope.terms,
        "branch": scope.branch or EVERYTHING,
        "years": [(one, one == year) for one in range(today.year, first.year - 1, -1)],
        "lines": [_line(one, differing, due, today, scope) for one, differing in reversed(shown)],
        "reconciliation_url": f"{reverse('workbench:figure-reconciliation')}{scope.terms}",
        "due": due if is_over and may(request.operator, Act.KEEP_FIGURES, None) else None,
        "due_slug": f"{due:%Y-%m}" if due else "",
        "due_words": month_of(due) if due else "",
    }
    return page(request, "workbench/figures/months.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def reconciliation(request: StaffRequest) -> HttpResponse:
    """对账: for each month of a year the loans by their table, the journal, the sums of days, and the snapshot."""
    scope, today, closed = _scope(request), local_date(request.at), months_closed()
    first = min((*closed, month_due(closed=closed) or today))
    year = _year(request.GET.get("year", ""), first.year, today.year)
    period = parse_period(f"{year:04d}")
    compared = compared_months(period, network=scope.network)
    of_readers = reader_differences_of_months(compared, network=scope.network)
    counted_thrice = reconciled_months(period, branch=scope.branch, network=scope.network)
    lines = [
        _reconciled(one, three, len(scope.differing(one, of_readers.get(one.month, ()))), scope)
        for one, three in zip(compared, counted_thrice, strict=True)
        if first.replace(day=1) <= one.month <= today
    ]
    context = {
        "title": gettext("Reconciliation"),
        "line": f"{place_words(scope.branch, scope.network)} · {year}",
        "crumbs": (*_crumbs(scope), Crumb(gettext("Reconciliation"))),
        "branch": scope.branch or EVERYTHING,
        "years": [(one, one == year) for one in range(today.year, first.year - 1, -1)],
        "lines": lines[::-1],
        "differs": sum(not line["agrees"] for line in lines),
    }
    return page(request, "workbench/figures/reconciliation.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def unlike(request: StaffRequest, text: str) -> HttpResponse:
    """Loans of a month that the table and the journal do not count alike."""
    first, scope = _month(text), _scope(request)
    rows = unlike_loans(first, branch=scope.branch, size=MOST_UNLIKE, network=scope.network)
    context = {
        "title": gettext("Loans that are not counted alike"),
        "line": f"{place_words(scope.branch, scope.network)} · {month_of(first)}",
        "crumbs": (
            *_crumbs(scope),
            Crumb(month_of(first), _url("figure-month", first, scope)),
            Crumb(gettext("Loans")),
        ),
        "rows": [(one, subject_url("item", one.item_id)) for one in rows],
        "most": MOST_UNLIKE if len(rows) == MOST_UNLIKE else 0,
    }
    return page(request, "workbench/figures/unlike.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.SEE_FIGURES, Act.KEEP_FIGURES, any_branch=True)
def month(request: StaffRequest, text: str) -> HttpResponse:
    """A month with what was frozen, adjusted and is counted now; while it is open, what it would be closed with."""
    first, scope = _month(text), _scope(request)
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"key": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid():
        try:
            operations.close_month(month=first, at=request.at, desk=request.desk, key=form.cleaned_data["key"] or None)
        except MonthRefused as refused:
            for reason in refused.reasons:
                refuse(form, MONTH_REASONS[reason])
        else:
            words = _("The month is closed; its figures are frozen.")
            return done(request, words, _url("figure-month", first, scope))
    [one] = compared_months(month_period(first), network=scope.network)
    today, due = local_date(request.at), month_due()
    now = readers_of_month(first, network=scope.network) if one.closed else {}
    of_readers = reader_differences(one.closed, now) if one.closed else ()
    differing, differs = scope.differing(one, of_readers), bool(one.differences or of_readers)
    may_keep = may(request.operator, Act.KEEP_FIGURES, None)
    everything = replace(scope, branch=None, place=EVERYWHERE)
    context = {
        "title": month_of(first),
        "line": place_words(scope.branch, scope.network),
        "place": place_words(scope.branch, scope.network),
        "crumbs": (*_crumbs(scope), Crumb(month_of(first))),
        "form": form,
        "later_url": _url("figure-month-later", first, scope),
        "state": _state(one, differing, due, today),
        "closed": one.closed,
        "may_close": may_keep and first == due and month_period(first).last_date < today,
        "due_words": month_of(due) if due else "",
        "figures": _figures(one, scope),
        **_differing(differing, first, scope),
        "adjust_url": _url("figure-month-adjust", first, everything) if may_keep and differs else "",
        "readers": _readers(one.closed, now, scope) if one.closed else [],
        "adjustments": _adjustments(one.closed, scope) if one.closed else [],
        "definitions": _definitions(one.closed) if one.closed else [],
        "at": request.at,
    }
    return page(request, "workbench/figures/month.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def adjust(request: StaffRequest, text: str) -> HttpResponse:
    """Take what differs into the snapshot, for a reason. What is taken in stands below the form: that of the whole
    network, from whichever branch somebody came."""
    first, scope = _month(text), _whole_network(request)
    [one] = compared_months(month_period(first), network=scope.network)
    if one.closed is None:
        raise Http404
    of_readers = reader_differences(one.closed, readers_of_month(first, network=scope.network))
    seen = {"seen": fingerprint(one.differences, of_readers), "key": secrets.token_hex(16)}
    form = AdjustForm(request.POST if request.method == "POST" else None, initial=seen)
    back = _url("figure-month", first, scope)
    if form.is_valid():
        try:
            operations.adjust_month(month=first, at=request.at, desk=request.desk, **form.values())
        except MonthRefused as refused:
            for reason in refused.reasons:
                refuse(form, MONTH_REASONS[reason], MONTH_FIELDS.get(reason, ""))
            sent = request.POST.copy()
            sent["seen"] = seen["seen"]  # what stands below the form now
            form.data = sent
        else:
            return done(request, _("The adjustment is recorded; what was frozen stays beside it."), back)
    sheet = Sheet(
        title=gettext("Adjust the snapshot"),
        line=f"{place_words(None, scope.network)} · {month_of(first)}",
        act=_("Record the adjustment"),
        words=gettext(
            "All that differs below is taken into the snapshot. What was frozen stays, and so does the reason."
        ),
        crumbs=(*_crumbs(scope), Crumb(month_of(first), back), Crumb(gettext("Adjust the snapshot"))),
        back=back,
    )
    found = _differing(scope.differing(one, of_readers), first, scope)
    return form_page(request, form, sheet, template="workbench/figures/adjust_month.html", **found)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def later(request: StaffRequest, text: str) -> HttpResponse:
    """What was recorded for the days of a month after it was closed."""
    first, scope = _month(text), _scope(request)
    [one] = compared_months(month_period(first), network=scope.network)
    if one.closed is None:
        raise Http404
    found = later_rows(one.closed, branch=scope.branch, before=number_from(request), size=ROWS, network=scope.network)
    names = account_names() if found.rows else {}
    context = {
        "title": gettext("Recorded after the month was closed"),
        "line": f"{place_words(scope.branch, scope.network)} · {month_of(first)}",
        "crumbs": (
            *_crumbs(scope),
            Crumb(month_of(first), _url("figure-month", first, scope)),
            Crumb(gettext("Recorded after the month was closed")),
        ),
        "rows": [
            {
                "row": row,
                "kind": KINDS[Kind(row.kind)],
                "branch": branch_name(row.branch_id, scope.network),
                "operator": names.get(row.operator_id, "") if row.operator_id is not None else "",
                "door": DOORS.get(row.door, row.door),
            }
            for row in found.rows
        ],
        "onward": onward(request, found.before),
    }
    return page(request, "workbench/figures/later.html", context)


def _month(text: str) -> date:
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise Http404
    return date.fromisoformat(f"{text}-01")


def _year(text: str, first: int, last: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{4}", text) and first <= int(text) <= last else last


def _scope(request: StaffRequest) -> Scope:
    network = network_map()
    choices = branch_choices(request.operator, network, local_date(request.at))
    branch = allowed(request.operator, request.GET.get("branch") or own_branch(request, network, choices), network)
    facts = network.by_code(branch) if branch else None
    return Scope(branch, Place(facts.id, True) if facts else EVERYWHERE, network)


def _whole_network(request: StaffRequest) -> Scope:
    """Whatever branch the address names: everything, for who sees it."""
    network = network_map()
    return Scope(allowed(request.operator, EVERYTHING, network), EVERYWHERE, network)


def _url(name: str, first: date, scope: Scope) -> str:
    return f"{reverse(f'workbench:{name}', args=[f'{first:%Y-%m}'])}{scope.terms}"


def _crumbs(scope: Scope) -> tuple[Crumb, ...]:
    return (
        Crumb(gettext("Figures"), f"{reverse('workbench:figures')}{scope.terms}"),
        Crumb(gettext("Closed months"), f"{reverse('workbench:figure-months')}{scope.terms}"),
    )


def _state(one: ComparedMonth, differing: Differences, due: date | None, today: date) -> str:
    if one.closed is not None:
        return "differs" if differing else "agrees"
    if month_period(one.month).last_date >= today:
        return "running"
    return "due" if one.month == due else "open" if due and one.month > due else "before"


def _line(one: ComparedMonth, differing: Differences, due: date | None, today: date, scope: Scope) -> dict[str, object]:
    loans = (scope.place, IndicatorCode.LOANS)
    return {
        "url": _url("figure-month", one.month, scope),
        "words": month_of(one.month),
        "state": _state(one, differing, due, today),
        "closed": one.closed,
        "frozen": one.closed.frozen.get(loans, 0) if one.closed else None,
        "adjusted": _change(one.closed.adjusted(*loans), IndicatorCode.LOANS) if one.closed else "",
        "now": opened(IndicatorCode.LOANS, one.now.get(loans, 0), month_period(one.month), scope.branch),
        "differs": len(differing),
    }


def _reconciled(one: ComparedMonth, three: ReconciledMonth, differs: int, scope: Scope) -> dict[str, object]:
    return {
        "url": _url("figure-month", one.month, scope),
        "words": month_of(one.month),
        "three": three,
        "journal": opened(IndicatorCode.LOANS, three.journal, month_period(one.month), scope.branch),
        "snapshot": one.closed.value(scope.place, IndicatorCode.LOANS) if one.closed else None,
        "differs": differs,
        "unlike_url": _url("figure-month-unlike", one.month, scope) if three.rows != three.journal else "",
        "agrees": three.agrees and not differs,
    }


def _figures(one: ComparedMonth, scope: Scope) -> list[Frozen]:
    """The indicators of the place of which the month has anything."""
    codes = {code for place, code in (*one.now, *(one.closed.cells() if one.closed else ())) if place == scope.place}
    return [_frozen(one, indicator.code, scope) for indicator in INDICATORS if indicator.code in codes]


def _frozen(one: ComparedMonth, code: IndicatorCode, scope: Scope) -> Frozen:
    unit, cell, closed = BY_CODE[code].unit, (scope.place, code), one.closed
    now = one.now.get(cell, 0)
    return Frozen(
        name=NAMES[code],
        unit=unit_shown(unit),
        frozen=counted(closed.frozen.get(cell, 0), unit) if closed else "",
        adjusted=_change(closed.adjusted(*cell), code) if closed else "",
        value=counted(closed.value(*cell), unit) if closed else "",
        now=opened(code, now, month_period(one.month), scope.branch),
        differs=closed is not None and code in closed.indicators and closed.value(*cell) != now,
    )


def _adjustments(closed: ClosedMonthFacts, scope: Scope) -> list[tuple[AdjustmentFacts, int, str]]:
    """Those that touched anything here: how many numbers, and by how much the loans."""
    here, loans = scope.holds(closed.month), (scope.place, IndicatorCode.LOANS)
    found = []
    for one in closed.adjustments:
        numbers = sum(here(place.branch_id) for place, _code in one.cells)
        numbers += sum(here(cell.branch_id) for cell in one.readers)
        if numbers or scope.branch is None:
            found.append((one, numbers, _change(one.cells.get(loans, 0), IndicatorCode.LOANS)))
    return found


def _differing(differing: Differences, first: date, scope: Scope) -> dict[str, object]:
    """As the tables of differences show them, and how many are left off."""
    found, readers = differing.figures, differing.readers
    return {
        "differing": [_differs(one, first, scope) for one in found[:SHOWN_DIFFERENCES]],
        "left_off": max(0, len(found) - SHOWN_DIFFERENCES),
        "differing_readers": _reader_lines(readers[:SHOWN_DIFFERENCES], scope),
        "readers_left_off": max(0, len(readers) - SHOWN_DIFFERENCES),
    }


def _differs(found: Difference, first: date, scope: Scope) -> Differing:
    branch, part = _terms(found.place, scope)
    unit = BY_CODE[found.code].unit
    return Differing(
        place=_place_words(found.place, scope.network),
        name=NAMES[found.code],
        unit=unit_shown(unit),
        snapshot=counted(found.frozen + found.adjusted, unit),
        now=opened(found.code, found.now, month_period(first), branch, part),
        change=_change(found.change, found.code),
    )


def _reader_lines(found: Sequence[ReaderDifference], scope: Scope) -> list[DifferingReaders]:
    kinds = _category_names() if found else {}
    return [
        DifferingReaders(
            place=_place_words(Place(one.cell.branch_id, True), scope.network),
            name=STOCK_NAMES[one.cell.code],
            period=period_words(parse_period(one.cell.period)),
            category=_category_words(one.cell, kinds),
            snapshot=one.frozen + one.adjusted,
            now=one.now,
            url=_stock_url(one.cell, scope.network) if one.cell.category is None else "",
            change=_signed(one.change),
        )
        for one in found
    ]


def _readers(closed: ClosedMonthFacts, now: Readers, scope: Scope) -> list[dict[str, object]]:
    """Readers who borrowed, by period and category, as the page shows them: all before each category."""
    kinds = _category_names()
    cells = {one for one in closed.reader_cells() | now.keys() if one.branch_id == scope.place.branch_id}
    order = sorted(cells, key=lambda one: (one.period, one.code, one.category is not None, one.category or ""))
    return [
        {
            "name": STOCK_NAMES[one.code],
            "period": period_words(parse_period(one.period)),
            "category": _category_words(one, kinds),
            "frozen": closed.readers.get(one, 0),
            "adjusted": _signed(closed.readers_adjusted(one)),
            "now": now.get(one, 0),
            "url": _stock_url(one, scope.network) if one.category is None else "",
            "differs": closed.readers.get(one, 0) + closed.readers_adjusted(one) != now.get(one, 0),
        }
        for one in order
    ]


def _category_names() -> Mapping[str, str]:
    language = get_language() or "zh-hans"
    return {one.code: one.name(language) for one in categories()}


def _category_words(cell: ReaderCell, names: Mapping[str, str]) -> str:
    return gettext("all") if cell.category is None else names.get(cell.category, cell.category) or "—"


def _stock_url(cell: ReaderCell, network: NetworkMap) -> str:
    facts = network.branches.get(cell.branch_id)
    return stock_url(cell.code, cell.period, facts.code if facts else None)


def _signed(number: int) -> str:
    return f"{number:+,}" if number else ""


def _terms(place: Place, scope: Scope) -> tuple[str | None, Slice]:
    """The branch and part whose rows are those of the place, in the reach of who sees the page: rows of days on which
    a branch did not stand are found from the whole network alone."""
    facts = scope.network.branches.get(place.branch_id)
    if place.below:
        return (facts.code if facts else None), WHOLE
    return (facts.code if facts and scope.branch else None), Slice(at_branch_id=place.branch_id)


def _place_words(place: Place, network: NetworkMap) -> str:
    if place.branch_id == NOWHERE:
        return gettext("the whole network") if place.below else gettext("no branch")
    name = branch_name(place.branch_id, network)
    return gettext("%(branch)s and what stands below it") % {"branch": name} if place.below else name


def _change(number: int, code: IndicatorCode) -> str:
    """With its sign; nothing for nothing."""
    return f"{'+' if number > 0 else ''}{counted(number, BY_CODE[code].unit)}" if number else ""


def _definitions(closed: ClosedMonthFacts) -> list[tuple[date, Sequence[StrOrPromise]]]:
    return [
        (one.first_date, [answer_words(question, question in one.answers) for question in Question])
        for one in closed.counted_by
    ]
