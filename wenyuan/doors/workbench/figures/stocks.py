"""What stood at the end of a period, and how many readers borrowed within it; each number opens onto what it counts."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import STOCK_NAMES, UNITS
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.links import stock_url
from wenyuan.doors.workbench.figures.places import allowed, branch_choices, own_branch, place_words
from wenyuan.doors.workbench.figures.words import BEHAVIOURS, STOCK_DEFINITIONS, period_words
from wenyuan.doors.workbench.items.words import DOCUMENT_KINDS
from wenyuan.doors.workbench.network.words import BRANCH_KINDS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.patrons.queries import categories
from wenyuan.office.figures.data import BadPeriod, Period, StockCode, StockRow
from wenyuan.office.figures.queries import (
    BY_STOCK,
    EVERYTHING,
    STOCKS,
    parse_period,
    stock_rows,
    stocks_of,
    up_to,
    year_before,
)
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50
_PAGES = {
    StockCode.HOLDINGS_ITEMS: ("workbench:item", Act.SEE_ITEM),
    StockCode.HOLDINGS_TITLES: ("workbench:record", Act.SEE_ITEM),
    StockCode.OPEN_LOANS: ("workbench:item", Act.SEE_ITEM),
    StockCode.VALID_CARDS: ("workbench:patron", Act.SEE_PATRON),
}
_OF_READERS = frozenset({StockCode.VALID_CARDS, StockCode.OPEN_LOANS, StockCode.BORROWERS, StockCode.BORROWING_PERSONS})
"""Where what a stock counts has a page, and who may open it."""


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def stocks(request: StaffRequest) -> HttpResponse:
    """Each with the same day a year before, as its definition says."""
    network, today = network_map(), local_date(request.at)
    choices = branch_choices(request.operator, network, today)
    branch = allowed(request.operator, request.GET.get("branch") or own_branch(request, network, choices), network)
    period = _period(request)
    earlier = year_before(period)
    now = stocks_of(period=period, branch=branch, network=network)
    before = stocks_of(period=earlier, branch=branch, network=network) if earlier else {}
    context = {
        "title": gettext("Stocks and readers"),
        "line": f"{place_words(branch, network)} · {period_words(period)}",
        "crumbs": _crumbs(period, branch),
        "at": request.at,
        "lines": [
            {
                "code": one.code.value,
                "name": STOCK_NAMES[one.code],
                "unit": UNITS[one.unit],
                "definition": STOCK_DEFINITIONS[one.code],
                "behaviour": BEHAVIOURS[one.behaviour],
                "form_item": one.form_item,
                "now": now[one.code],
                "url": stock_url(one.code, period.text, branch),
                "before": before.get(one.code),
                "before_url": stock_url(one.code, earlier.text, branch) if earlier else "",
            }
            for one in STOCKS
        ],
    }
    return page(request, "workbench/figures/stocks.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def rows(request: StaffRequest, code: str) -> HttpResponse:
    """What a stock counts, page by page. Readers are named to those alone who may see readers, by a link."""
    try:
        stock = BY_STOCK[StockCode(code)]
    except ValueError:
        raise Http404 from None
    network = network_map()
    branch = allowed(request.operator, request.GET.get("branch") or EVERYTHING, network)
    period = _period(request)
    found = stock_rows(
        code=stock.code,
        period=period,
        branch=branch,
        skip=number_from(request) or 0,
        size=ROWS,
        network=network,
    )
    context = {
        "title": STOCK_NAMES[stock.code],
        "line": f"{place_words(branch, network)} · {period_words(period)}",
        "crumbs": (*_crumbs(period, branch), Crumb(str(STOCK_NAMES[stock.code]))),
        "value": stocks_of(period=period, branch=branch, network=network)[stock.code],
        "unit": UNITS[stock.unit],
        "definition": STOCK_DEFINITIONS[stock.code],
        "rows": _shown(request, stock.code, found.rows, network),
        "onward": onward(request, found.onward),
        "at": request.at,
    }
    return page(request, "workbench/figures/stock_rows.html", context)


def _shown(
    request: StaffRequest, code: StockCode, found: Sequence[StockRow], network: NetworkMap
) -> list[dict[str, object]]:
    words = _note_words(code)
    return [
        {
            "row": one,
            "branch": branch_name(one.branch_id, network),
            "url": _page_of(request, code, one),
            "note": " ".join(str(words.get(part, part)) for part in one.note.split()),
        }
        for one in found
    ]


def _note_words(code: StockCode) -> Mapping[str, StrOrPromise]:
    """What the codes of the rows' notes are called: kinds of documents, of places, or of readers (beside whom an age
    may stand); one without a word stays a code."""
    if code in (StockCode.HOLDINGS_ITEMS, StockCode.HOLDINGS_TITLES):
        return DOCUMENT_KINDS
    if code in _OF_READERS:
        language = get_language() or "zh-hans"
        return {one.code: one.name(language) for one in categories()}
    return BRANCH_KINDS


def _period(request: StaffRequest) -> Period:
    """What the address names as far as today: no day to come has stocks."""
    today = local_date(request.at)
    try:
        return up_to(parse_period(request.GET.get("period") or f"{today.year}"), today)
    except BadPeriod as bad:
        raise Http404 from bad


def _crumbs(period: Period, branch: str | None) -> tuple[Crumb, ...]:
    terms = urlencode({"period": period.text, "branch": branch or EVERYTHING})
    return (
        Crumb(gettext("Figures"), f"{reverse('workbench:figures')}?{terms}"),
        Crumb(gettext("Stocks and readers"), f"{reverse('workbench:stocks')}?{terms}"),
    )


def _page_of(request: StaffRequest, code: StockCode, row: StockRow) -> str:
    if code not in _PAGES:
        return ""
    name, act = _PAGES[code]
    return reverse(name, args=[row.id]) if may(request.operator, act, row.branch_id) else ""
