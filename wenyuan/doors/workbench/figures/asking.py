"""What a page about figures is asked for by its address, what all such pages show alike, and their tables as
workbooks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.figures.forms import PeriodForm, initial_of
from wenyuan.doors.workbench.figures.places import allowed, branch_choices, own_branch, place_words
from wenyuan.doors.workbench.figures.tables import Number, opened
from wenyuan.doors.workbench.figures.words import period_words, reason_words
from wenyuan.doors.workbench.shell import page
from wenyuan.office.figures.data import BadPeriod, IndicatorCode, Period, Slice
from wenyuan.office.figures.queries import EVERYTHING, parse_period, up_to
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.tables import Value, write_xlsx

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page is asked for: an indicator, for a branch and what stood below it, over a period as far as today."""

    shown: IndicatorCode
    period: Period
    counted: Period
    branch: str | None
    network: NetworkMap
    figures: tuple[IndicatorCode, ...] = ()
    """Those that somebody chose, where a page lets them."""

    @property
    def terms(self) -> dict[str, str]:
        """How an address says it."""
        return {"period": self.period.text, "branch": self.branch or EVERYTHING, "show": self.shown.value}

    def query(self, shown: IndicatorCode | None = None) -> str:
        """The address' terms, perhaps for another indicator."""
        return _query(self.terms | {"show": (shown or self.shown).value}, self.figures)

    def number(self, value: int, part: Slice, period: Period | None = None) -> Number:
        """A number with the address of its rows."""
        return opened(self.shown, value, period or self.counted, self.branch, part)


def asked_for(
    request: StaffRequest,
    indicators: Sequence[IndicatorCode],
    *,
    figures: tuple[IndicatorCode, ...] = (),
    form_of: type[PeriodForm] = PeriodForm,
) -> Asked | HttpResponse:
    """What the address asks for; else the answer that leads to it, or says what is wrong with it."""
    network, today = network_map(), local_date(request.at)
    choices = branch_choices(request.operator, network, today)
    chosen = request.GET.get("branch") or own_branch(request, network, choices)
    shown = next((one for one in indicators if one.value == request.GET.get("show")), indicators[0])
    if "year" in request.GET or "first" in request.GET:
        form = form_of(request.GET, today=today, branches=choices)
        if form.is_valid():
            terms = {"period": form.period_text(), "branch": form.cleaned_data["branch"] or chosen}
            return HttpResponseRedirect(f"{request.path}?{_query(terms | {'show': shown.value}, figures)}")
        return _refused(request, form)
    try:
        period = parse_period(request.GET.get("period") or str(today.year))
        counted = up_to(period, today)
    except BadPeriod as bad:
        form = form_of({"branch": chosen, "year": str(today.year)}, today=today, branches=choices)
        form.add_error(None, str(reason_words(bad.reason)))
        return _refused(request, form)
    branch = allowed(request.operator, chosen, network)
    return Asked(shown=shown, period=period, counted=counted, branch=branch, network=network, figures=figures)


def _query(terms: Mapping[str, str], figures: Iterable[IndicatorCode]) -> str:
    return urlencode([*terms.items(), *(("figure", one.value) for one in figures)])


def _refused(request: StaffRequest, form: PeriodForm) -> HttpResponse:
    context = {"title": gettext("Figures"), "form": form, "cleared_url": request.path}
    return page(request, "workbench/figures/refused.html", context, status=422)


def context_of(
    request: StaffRequest,
    asked: Asked,
    indicators: Sequence[IndicatorCode],
    title: str,
    here: str,
    *,
    form_of: type[PeriodForm] = PeriodForm,
) -> dict[str, object]:
    """What every such page shows; ``here`` is its name, beside which its file is."""
    today = local_date(request.at)
    initial = {
        **initial_of(asked.period),
        "branch": asked.branch or EVERYTHING,
        "show": asked.shown.value,
        "figure": [one.value for one in asked.figures],
    }
    figures = f"{reverse('workbench:figures')}?{urlencode({name: asked.terms[name] for name in ('period', 'branch')})}"
    return {
        "title": title,
        "line": f"{place_words(asked.branch, asked.network)} · {period_words(asked.counted)}",
        "crumbs": (Crumb(gettext("Figures"), figures), Crumb(title)),
        "form": form_of(today=today, branches=branch_choices(request.operator, asked.network, today), initial=initial),
        "at": request.at,
        "shown": asked.shown.value,
        "shown_words": NAMES[asked.shown],
        "indicators": [(NAMES[one], f"?{asked.query(one)}", one is asked.shown) for one in indicators],
        "file_url": f"{reverse(f'{here}-file')}?{asked.query()}",
    }


def workbook(
    heads: Sequence[StrOrPromise],
    rows: Sequence[Sequence[Value]],
    name: str,
    asked: Asked,
    *,
    title: str | None = None,
) -> HttpResponse:
    """Numbers as numbers, and no formula. A table with a ``title`` holds more than the figure that is shown."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write_xlsx(path, [str(head) for head in heads], rows, title=title or str(NAMES[asked.shown]))
        content = path.read_bytes()
    told = name if title else f"{name}-{asked.shown.value}"
    file = f"{told}-{asked.counted.text}-{asked.branch or EVERYTHING}.xlsx"
    return HttpResponse(
        content,
        content_type=EXCEL,
        headers={"Content-Disposition": f'attachment; filename="{file}"', "X-Content-Type-Options": "nosniff"},
    )
