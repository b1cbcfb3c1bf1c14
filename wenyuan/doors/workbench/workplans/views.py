"""The work plan of a year: its goals with how far they are, and what may be done with one."""

import secrets
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import Choices, branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.figures.places import allowed, own_branch, place_words
from wenyuan.doors.workbench.figures.places import branch_choices as places_to_see
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.workplans.forms import (
    WHOLE_NETWORK,
    ClosingForm,
    GoalForm,
    MilestoneForm,
    initial_of,
)
from wenyuan.doors.workbench.workplans.shown import seen_goal, shown
from wenyuan.doors.workbench.workplans.words import FIELDS, REASONS
from wenyuan.office.figures.queries import EVERYTHING
from wenyuan.office.workplans import operations
from wenyuan.office.workplans.data import GoalFacts, GoalRefused, GoalStanding, GoalState
from wenyuan.office.workplans.queries import measured, places_planned, plan_of, planned_years
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

FIRST_YEAR, LAST_YEAR = 2000, 2999


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def plan(request: StaffRequest) -> HttpResponse:
    """The goals of a year at a place, by part; how many stand how; the other places that have a plan."""
    network, today = network_map(), local_date(request.at)
    choices = places_to_see(request.operator, network, today)
    chosen = request.GET.get("branch") or own_branch(request, network, choices)
    branch = allowed(request.operator, chosen, network)
    facts = network.by_code(branch) if branch else None
    branch_id = facts.id if facts else None
    year = _year(request, today.year)
    planned = plan_of(year, branch_id=branch_id, at=request.at, network=network)
    standings = [one.progress.standing for one in planned]
    keeps = may(request.operator, Act.KEEP_FIGURES, branch_id)
    years = sorted({*planned_years(), today.year, today.year + 1, year}, reverse=True)
    context = {
        "title": gettext("Work plan of %(year)s") % {"year": year},
        "line": place_words(branch, network),
        "crumbs": (_figures_crumb(), Crumb(gettext("Work plan"))),
        "goals": [shown(one, network) for one in planned],
        "counts": {
            "all": len(planned),
            "reached": sum(one in {GoalStanding.REACHED, GoalStanding.DONE} for one in standings),
            "behind": sum(one in {GoalStanding.BEHIND, GoalStanding.MISSED} for one in standings),
        },
        "years": [(one, _plan_url(one, branch), one == year) for one in years],
        "places": [
            (
                place_words(None, network) if one is None else branch_name(one, network),
                _plan_url(year, None if one is None else network.branches[one].code),
            )
            for one in places_planned(year, request.operator)
            if one != branch_id
        ],
        "at": request.at,
        "new_url": f"{reverse('workbench:goal-new')}?{urlencode(_terms(year, branch))}" if keeps else "",
        "carries": keeps and any(one.goal.state is not GoalState.DROPPED for one in planned),
        "year": year,
        "next_year": year + 1,
        "branch": branch or EVERYTHING,
    }
    return page(request, "workbench/workplans/plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def enter(request: StaffRequest) -> HttpResponse:
    """Put a goal into the plan of a year."""
    today = local_date(request.at)
    year = _year(request, today.year)
    place = network_map().by_code(request.GET.get("branch", ""))
    initial: dict[str, object] = {
        "branch": str(place.id) if place else WHOLE_NETWORK,
        "first_date": f"{year}-01-01",
        "due_date": f"{year}-12-31",
        "key": secrets.token_hex(16),
    }
    form = GoalForm(request.POST or None, year=year, branches=_own_places(request), initial=initial)
    if form.is_valid():
        try:
            made = operations.set_goal(
                draft=form.draft(), at=request.at, desk=request.desk, key=form.cleaned_data["key"] or None
            ).goal
        except GoalRefused as refused:
            _tell(form, refused)
        else:
            return done(request, _("The goal stands in the plan."), reverse("workbench:goal", args=[made.id]))
    sheet = Sheet(
        title=gettext("A goal of %(year)s") % {"year": year},
        act=_("Put into the plan"),
        words=_("How far it is, the figure says by itself, or the milestones that are noted as done."),
        crumbs=(*_crumbs(year, place.code if place else None), Crumb(gettext("New goal"))),
        back=_plan_url(year, place.code if place else None),
    )
    return form_page(request, form, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def change(request: StaffRequest, goal_id: int) -> HttpResponse:
    """Change a goal that is open."""
    goal = _own_goal(request, goal_id)
    form = GoalForm(
        request.POST or None,
        year=goal.year,
        branches=_own_places(request),
        initial={**initial_of(goal), "version": goal.version},
    )
    url = reverse("workbench:goal", args=[goal_id])
    if form.is_valid():
        try:
            operations.change_goal(
                goal_id=goal_id,
                version=form.cleaned_data["version"] or 0,
                draft=form.draft(),
                at=request.at,
                desk=request.desk,
            )
        except GoalRefused as refused:
            _tell(form, refused)
        else:
            return done(request, _("The goal is changed."), url)
    sheet = Sheet(
        title=_("Change the goal"),
        act=_("Change"),
        line=goal.title,
        words=_("Milestones that keep their name keep the day on which they were done."),
        crumbs=(*_goal_crumbs(goal), Crumb(gettext("Change the goal"))),
        back=url,
    )
    return form_page(request, form, sheet)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def one(request: StaffRequest, goal_id: int) -> HttpResponse:
    """A goal: what is planned, how far it is, its milestones."""
    goal, network = seen_goal(request.operator, goal_id), network_map()
    today = local_date(request.at)
    [planned] = measured([goal], at=request.at, network=network)
    branch = None if goal.branch_id is None else network.branches[goal.branch_id].code
    keeps = may(request.operator, Act.KEEP_FIGURES, goal.branch_id)
    context = {
        "title": goal.title,
        "line": place_words(branch, network),
        "crumbs": (*_crumbs(goal.year, branch), Crumb(goal.title)),
        "one": shown(planned, network),
        "milestones": [
            (step, step.done_date is None and step.due_date < today, MilestoneForm(auto_id=f"id_step{step.id}_%s"))
            for step in goal.milestones
        ],
        "keeps": keeps,
        "closing": ClosingForm(initial={"on": today}, auto_id="id_closing_%s"),
        "today": today,
        "at": request.at,
    }
    return page(request, "workbench/workplans/goal.html", context)


@require_POST
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def close(request: StaffRequest, goal_id: int) -> HttpResponse:
    """Say that a goal is done, or given up."""
    goal, url = _own_goal(request, goal_id), reverse("workbench:goal", args=[goal_id])
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Say since when, and on what that rests."), url)
    typed = form.cleaned_data
    try:
        operations.close_goal(
            goal_id=goal.id,
            dropped=typed["dropped"] == "yes",
            on=typed["on"],
            words=typed["words"],
            at=request.at,
            desk=request.desk,
        )
    except GoalRefused as refused:
        return not_done(request, _words(refused), url)
    return done(request, _("The goal is closed."), url)


@require_POST
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def reopen(request: StaffRequest, goal_id: int) -> HttpResponse:
    """Take back that a goal was closed."""
    goal, url = _own_goal(request, goal_id), reverse("workbench:goal", args=[goal_id])
    try:
        operations.reopen_goal(goal_id=goal.id, at=request.at, desk=request.desk)
    except GoalRefused as refused:
        return not_done(request, _words(refused), url)
    return done(request, _("The goal is open again."), url)


@require_POST
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def milestone(request: StaffRequest, goal_id: int, milestone_id: int) -> HttpResponse:
    """Note the day on which a milestone was done, or that it is not."""
    goal, url = _own_goal(request, goal_id), reverse("workbench:goal", args=[goal_id])
    form = MilestoneForm(request.POST)
    if not form.is_valid() or milestone_id not in {step.id for step in goal.milestones}:
        return not_done(request, _("There is no such milestone, or no such day."), url)
    try:
        operations.note_milestone(
            milestone_id=milestone_id, done=form.cleaned_data["done"], at=request.at, desk=request.desk
        )
    except GoalRefused as refused:
        return not_done(request, _words(refused), url)
    return done(request, _("The milestone is noted."), url)


@require_POST
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def carry(request: StaffRequest) -> HttpResponse:
    """Set the goals of a year for the year after as well."""
    network = network_map()
    year = _year(request, local_date(request.at).year)
    branch = allowed(request.operator, request.POST.get("branch") or EVERYTHING, network)
    facts = network.by_code(branch) if branch else None
    try:
        count = operations.carry_over(
            year=year, branch_id=facts.id if facts else None, at=request.at, desk=request.desk
        )
    except GoalRefused as refused:
        return not_done(request, _words(refused), _plan_url(year, branch))
    words = ngettext("%(count)d goal is carried over.", "%(count)d goals are carried over.", count) % {"count": count}
    return done(request, words, _plan_url(year + 1, branch))


def _own_goal(request: StaffRequest, goal_id: int) -> GoalFacts:
    goal = seen_goal(request.operator, goal_id)
    if not may(request.operator, Act.KEEP_FIGURES, goal.branch_id):
        raise PermissionDenied
    return goal


def _own_places(request: StaffRequest) -> Choices:
    """Where somebody may plan: the whole network, and branches that stand."""
    mine = branches_with(request.operator, Act.KEEP_FIGURES)
    choices: Choices = [(WHOLE_NETWORK, _("the whole network"))] if mine is None else []
    return choices + branch_choices(on=local_date(request.at), ids=mine)


def _year(request: HttpRequest, usual: int) -> int:
    text = request.GET.get("year") or request.POST.get("year") or ""
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == len(str(FIRST_YEAR)) else usual
    return year if FIRST_YEAR <= year <= LAST_YEAR else usual


def _terms(year: int, branch: str | None) -> dict[str, str]:
    return {"year": str(year), "branch": branch or EVERYTHING}


def _plan_url(year: int, branch: str | None) -> str:
    return f"{reverse('workbench:workplan')}?{urlencode(_terms(year, branch))}"


def _figures_crumb() -> Crumb:
    return Crumb(gettext("Figures"), reverse("workbench:figures"))


def _crumbs(year: int, branch: str | None) -> tuple[Crumb, ...]:
    return (_figures_crumb(), Crumb(gettext("Work plan of %(year)s") % {"year": year}, _plan_url(year, branch)))


def _goal_crumbs(goal: GoalFacts) -> tuple[Crumb, ...]:
    branch = None if goal.branch_id is None else network_map().branches[goal.branch_id].code
    return (*_crumbs(goal.year, branch), Crumb(goal.title, reverse("workbench:goal", args=[goal.id])))


def _tell(form: GoalForm, refused: GoalRefused) -> None:
    """Every reason at its field."""
    for reason in refused.reasons:
        refuse(form, REASONS[reason], FIELDS.get(reason, "title"))


def _words(refused: GoalRefused) -> str:
    return " ".join(str(REASONS[reason]) for reason in refused.reasons)
