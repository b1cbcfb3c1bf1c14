"""The work summary on a page, each number of it opening onto its rows, and as the Word file that is sent."""

import secrets
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import PARTS, figure_name
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.summary_file import summary_docx
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.forms import SummaryForm, initial_of
from wenyuan.doors.workbench.figures.links import rows_url, standing_url
from wenyuan.doors.workbench.figures.places import allowed, branch_choices, own_branch, place_words
from wenyuan.doors.workbench.figures.words import period_words, reason_words
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import month_of
from wenyuan.doors.workbench.workplans.shown import ShownGoal, figure_url, shown
from wenyuan.office.daybook.data import RecordKind
from wenyuan.office.documents.data import DocumentFacts
from wenyuan.office.figures import queries
from wenyuan.office.figures.data import (
    BadPeriod,
    CalendarCode,
    FigureCode,
    IndicatorCode,
    Period,
    Run,
    Sentence,
    Slice,
    SummaryFacts,
)
from wenyuan.office.figures.queries import EVERYTHING, parse_period, snapshot_of
from wenyuan.office.workplans.data import GoalStanding, PlannedSummary
from wenyuan.office.workplans.queries import OF_PROBLEMS, OF_SUCCESS, planned_summary
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

Told = SummaryFacts | DocumentFacts
"""What knows the days and the place that a text tells of."""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def summary(request: StaffRequest) -> HttpResponse:
    """The text with its numbers, what is silent and what falls, and the table; or the form where something is wrong."""
    network, today = network_map(), local_date(request.at)
    choices = branch_choices(request.operator, network, today)
    chosen = request.GET.get("branch") or own_branch(request, network, choices)
    if "year" in request.GET or "first" in request.GET:
        form = SummaryForm(request.GET, today=today, branches=choices)
        if form.is_valid():
            return HttpResponseRedirect(f"{request.path}?{urlencode(form.terms(chosen))}")
        return _refused(request, form)
    branch = allowed(request.operator, chosen, network)
    try:
        planned = _planned(request, branch)
    except BadPeriod as bad:
        form = SummaryForm({"branch": chosen, "year": str(today.year)}, today=today, branches=choices)
        form.add_error(None, str(reason_words(bad.reason)))
        return _refused(request, form)
    written = planned.summary
    facts = written.facts
    period = facts.period
    initial = {**initial_of(period), "branch": branch or EVERYTHING, "figures_to": request.GET.get("to", "")}
    terms = {"period": period.text, "branch": branch or EVERYTHING, "to": request.GET.get("to", "")}
    context = {
        "title": gettext("Work summary"),
        "line": " · ".join([place_words(branch, network), period_words(period)]),
        "crumbs": (
            Crumb(gettext("Figures"), f"{reverse('workbench:figures')}?{urlencode(terms)}"),
            Crumb(gettext("Work summary")),
        ),
        "form": SummaryForm(today=today, branches=choices, initial=initial),
        "at": request.at,
        "written": written,
        "sections": [
            (section.heading, [_runs(sentence, facts) for sentence in section.sentences])
            for section in written.sections
        ],
        "missed": _goals(planned, OF_PROBLEMS, network),
        "reached": _goals(planned, OF_SUCCESS, network),
        "silent": [PARTS[part] for part in written.silent],
        "falling": [figure_name(code) for code in written.falling],
        "lines": [
            (
                line,
                figure_name(line.code),
                _url(line.code, facts),
                _url(line.code, facts, earlier=True),
                facts.facts[line.code].unit,
            )
            for line in written.lines
        ],
        "tables": [(table, _records_url(table.kind, facts)) for table in written.tables],
        **_frozen(facts),
        "file_url": f"{reverse('workbench:summary-file')}?{urlencode(terms)}",
        "earlier": period_words(facts.earlier) if facts.earlier else "",
        "keeps": may(request.operator, Act.WRITE_DOCUMENTS, _place_id(branch, network)),
        "terms": terms,
        "key": secrets.token_hex(16),
    }
    return page(request, "workbench/figures/summary.html", context)


def _place_id(branch: str | None, network: NetworkMap) -> int | None:
    place = network.by_code(branch) if branch else None
    return place.id if place else None


def _frozen(facts: SummaryFacts) -> dict[str, object]:
    """Whether the months told of are closed, and which numbers are not those of their snapshots."""
    snapshot = snapshot_of(period=facts.counted, branch=facts.branch)
    differing = [
        figure_name(code)
        for code in IndicatorCode
        if snapshot and code in facts.facts and facts.facts[code].now != snapshot.value(code)
    ]
    adjusted = [figure_name(code) for code in IndicatorCode if snapshot and snapshot.adjusted[code]]
    terms = urlencode({"year": facts.counted.last_date.year, "branch": facts.branch or EVERYTHING})
    return {
        "is_frozen": snapshot is not None,
        "not_frozen": differing,
        "adjusted": adjusted,
        "months_url": f"{reverse('workbench:figure-months')}?{terms}",
    }


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def summary_file(request: StaffRequest) -> HttpResponse:
    """The Word file of what the page shows."""
    branch = allowed(request.operator, request.GET.get("branch") or EVERYTHING, network_map())
    try:
        written = _planned(request, branch).summary
    except BadPeriod as bad:
        raise Http404 from bad
    name = f"summary-{written.facts.period.text}-{branch or EVERYTHING}.docx"
    return HttpResponse(
        summary_docx(written),
        content_type=WORD,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def open_days(request: StaffRequest) -> HttpResponse:
    """The days behind 开放天数: each month of a period with the days on which the branch was open."""
    network = network_map()
    code = allowed(request.operator, request.GET.get("branch", ""), network)
    facts = network.by_code(code) if code else None
    try:
        period = parse_period(request.GET.get("period", ""))
    except BadPeriod as bad:
        raise Http404 from bad
    if facts is None:
        raise Http404
    months = queries.open_days_by_month(period=period, branch_id=facts.id, network=network)
    context = {
        "title": figure_name(CalendarCode.OPEN_DAYS),
        "line": f"{branch_name(facts.id, network)} · {period_words(period)}",
        "crumbs": (
            Crumb(gettext("Figures"), reverse("workbench:figures")),
            Crumb(figure_name(CalendarCode.OPEN_DAYS)),
        ),
        "months": [(month_of(month), [day.day for day in days], len(days)) for month, days in months],
        "total": sum(len(days) for _month, days in months),
    }
    return page(request, "workbench/figures/open_days.html", context)


def _planned(request: StaffRequest, branch: str | None) -> PlannedSummary:
    """:raises BadPeriod: the address names none, or one that has not begun."""
    today = local_date(request.at)
    half = f"{today.year}-H1" if today.month <= _HALF else f"{today.year}"
    return planned_summary(
        period=parse_period(request.GET.get("period") or half),
        branch=branch,
        at=request.at,
        figures_to=_day(request.GET.get("to", "")),
    )


def _goals(
    planned: PlannedSummary, standings: tuple[GoalStanding, ...], network: NetworkMap
) -> list[tuple[ShownGoal, str]]:
    """Goals that stand so, each with the page on which it is planned."""
    return [
        (shown(one, network), reverse("workbench:goal", args=[one.goal.id]))
        for one in planned.goals
        if one.progress.standing in standings
    ]


_HALF = 7
"""Until July the half-year is what an office writes about, then the year."""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None


def _runs(sentence: Sentence, facts: SummaryFacts) -> list[tuple[str, str]]:
    """Text and address of each run; no address for words."""
    return [(run.text, run_url(run, facts)) for run in sentence]


def run_url(run: Run, facts: Told) -> str:
    """Where the rows are behind a run of a text; nothing of words."""
    if run.opened:
        return figure_url(run.opened)
    if run.goal_id:
        return reverse("workbench:goal", args=[run.goal_id])
    if run.listed:
        held = {"held": "on"} if run.listed.held else {}
        return _records_url(run.listed.kind, facts, **{run.listed.field: run.listed.value}, **held)
    return _url(run.figure, facts, earlier=run.earlier, point_id=run.point_id) if run.figure else ""


def _records_url(kind: RecordKind, facts: Told, **more: str) -> str:
    """Where the records of a kind are that counted within the days of the summary."""
    branch = network_map().by_code(facts.branch) if facts.branch else None
    terms = {
        "kind": kind.value,
        "first": facts.counted.first_date.isoformat(),
        "last": facts.counted.last_date.isoformat(),
        "branch": str(branch.id) if branch else "",
        "counted": "on",
        **more,
    }
    return f"{reverse('workbench:daybook')}?{urlencode(terms)}"


def _url(code: FigureCode, facts: Told, *, earlier: bool = False, point_id: int | None = None) -> str:
    """Where the rows behind a number are; nothing where nothing is known of the year before."""
    period: Period | None = facts.earlier if earlier else facts.counted
    if period is None:
        return ""
    if code is CalendarCode.OPEN_DAYS:
        return f"{reverse('workbench:figure-days')}?{urlencode({'period': period.text, 'branch': facts.seat or ''})}"
    if not isinstance(code, IndicatorCode):
        branch = facts.seat if code is CalendarCode.WEEKLY_HOURS else facts.branch
        return standing_url(code, period.last_date, branch)
    return rows_url(code, period, facts.branch, Slice(point_id=point_id))


def _refused(request: StaffRequest, form: SummaryForm) -> HttpResponse:
    title: StrOrPromise = _("Work summary")
    context = {"title": title, "form": form, "cleared_url": reverse("workbench:summary")}
    return page(request, "workbench/figures/refused.html", context, status=422)
