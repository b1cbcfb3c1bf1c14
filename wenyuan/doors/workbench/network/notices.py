"""Closure notices: the list, drafts and what they would touch, signing, how far due dates are, texts for readers."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.closure_texts import closure_poster_pdf, closure_texts
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.branches import INDENT, Choices, branch_name, branches_with, in_tree_order
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.network import forms
from wenyuan.doors.workbench.network.frame import branch_to_change, in_own_words, network_crumbs, url_of
from wenyuan.doors.workbench.network.words import (
    CHANNELS,
    NOTICE_STATES,
    RUN_STATES,
    SCOPES,
    SERVICES,
    TIES,
    refusal_words,
    refused_field,
)
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.circulation.queries import closure_progress
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.network import operations
from wenyuan.organisation.network.data import NetworkMap, NetworkRefused, NoticeFacts, NoticeState
from wenyuan.organisation.network.queries import (
    closure_news,
    closures_of_notice,
    covered_branches,
    get_notice,
    list_announcements,
    list_areas,
    list_notices,
    list_service_points,
    network_map,
)
from wenyuan.organisation.network.seams import touched_by_closure
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import may, require
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]
NOTICES = 30
MOST_BRANCHES_SHOWN = 200
LANGUAGES = (("zh-Hans", "中文"), ("en", "English"))


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.SIGN_CLOSURE, any_branch=True)
def notice_list(request: StaffRequest) -> HttpResponse:
    found = list_notices(before=number_from(request), size=NOTICES + 1)
    network, today = network_map(), local_date(request.at)
    title = gettext("Closures")
    context = {
        "title": title,
        "line": gettext("What is shut, will be, and was; drafts wait for somebody who may sign"),
        "crumbs": network_crumbs(Crumb(title)),
        "notices": [(one, _place_words(one, network), _state_words(one, today)) for one in found[:NOTICES]],
        "onward": onward(request, found[NOTICES - 1].id if len(found) > NOTICES else None),
        "may_draft": branches_with(request.operator, Act.EDIT_CALENDAR) != frozenset(),
    }
    return page(request, "workbench/network/notices.html", context)


def _place_words(notice: NoticeFacts, network: NetworkMap | None = None) -> StrOrPromise:
    name = branch_name(notice.branch_id, network)
    if notice.branch_id is None:
        return SCOPES["network"]
    if notice.scope == "subtree":
        return gettext("%(branch)s with all places below it") % {"branch": name}
    return name if notice.scope == "branch" else f"{name} · {SCOPES[notice.scope]}"


def _state_words(notice: NoticeFacts, today: date) -> tuple[str, StrOrPromise]:
    if notice.state is NoticeState.IN_FORCE:
        if notice.first_date > today:
            return "soon", _("coming")
        if notice.last_date is not None and notice.last_date < today:
            return "done", _("over")
        return "stop", _("shut now")
    return NOTICE_STATES[notice.state.value]


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def new_notice(request: StaffRequest, branch_id: int | None = None) -> HttpResponse:
    """A draft; with a branch, the page that begins with it. Its other button only looks at what it would touch."""
    if branch_id is not None:
        branch_to_change(request, branch_id, Act.EDIT_CALENDAR)
    initial = {
        "where": f"branch:{branch_id}" if branch_id is not None else "",
        "first_date": request.GET.get("day") or local_date(request.at),
        "shuts": ["door", "book_drop"],
        "most_a_day": operations.MOST_A_DAY,
    }
    form = forms.ClosureForm(request.POST or None, places=_places(request), initial=initial)
    touched: list[tuple[int, StrOrPromise]] | None = None
    if form.is_valid() and request.POST.get("step") == "look":
        draft = form.draft()
        ids = covered_branches(scope=draft.scope, branch_id=draft.branch_id, first_date=draft.first_date)
        touched = _touched(ids if draft.closes_days else (), draft.first_date, draft.last_date)
    elif form.is_valid():
        draft = form.draft()
        try:
            notice_id = operations.draft_closure(
                scope=draft.scope,
                branch_id=draft.branch_id,
                area_id=draft.area_id,
                service_point_id=draft.service_point_id,
                shuts=draft.shuts,
                first_date=draft.first_date,
                last_date=draft.last_date,
                reason=draft.reason,
                most_a_day=draft.most_a_day,
                at=request.at,
                desk=_desk(request, draft.branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The draft is kept. It shuts nothing before it is signed."), _url(notice_id))
    title = gettext("Draft a closure")
    sheet = Sheet(
        title=title,
        act=_("Keep the draft"),
        crumbs=_crumbs(Crumb(title)),
        back=url_of(branch_id) if branch_id is not None else reverse("workbench:network-notices"),
    )
    return form_page(request, form, sheet, template="workbench/network/closure_form.html", touched=touched)


def _places(request: StaffRequest) -> Choices:
    """What the operator may shut: everything, branches in the order of the tree, their areas and service points."""
    mine = branches_with(request.operator, Act.EDIT_CALENDAR)
    network, today = network_map(), local_date(request.at)
    parts: dict[int, list[tuple[str, str]]] = {}
    for area in list_areas():
        name = in_own_words(area.name_zh, area.name_en)
        parts.setdefault(area.branch_id, []).append((f"area:{area.branch_id}/{area.id}", name))
    for point in list_service_points(on=today):
        name = in_own_words(point.name_zh, point.name_en)
        parts.setdefault(point.branch_id, []).append((f"service_point:{point.branch_id}/{point.id}", name))
    choices: Choices = [("network:", SCOPES["network"])] if mine is None else []
    for branch_id, depth in in_tree_order(network, today):
        if (mine is None or branch_id in mine) and network.branches[branch_id].closed_date is None:
            choices.append((f"branch:{branch_id}", INDENT * depth + branch_name(branch_id, network)))
            choices += [(value, f"{INDENT * (depth + 1)}· {name}") for value, name in parts.get(branch_id, ())]
    return choices


def _touched(branch_ids: tuple[int, ...], first: date, last: date | None) -> list[tuple[int, StrOrPromise]]:
    return [(tie.count, TIES.get(tie.what, tie.what)) for tie in touched_by_closure(frozenset(branch_ids), first, last)]


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.SIGN_CLOSURE, any_branch=True)
def notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    facts = _notice_or_404(notice_id)
    today, network = local_date(request.at), network_map()
    closures = closures_of_notice(notice_id)
    is_draft = facts.state is NoticeState.DRAFT
    title = gettext("Closure: %(reason)s") % {"reason": facts.reason}
    context = {
        "title": title,
        "line": _place_words(facts),
        "crumbs": _crumbs(Crumb(title)),
        "notice": facts,
        "state": _state_words(facts, today),
        "shut": [SERVICES[name] for name in SERVICES if getattr(facts.shuts, name)],
        "open": [SERVICES[name] for name in SERVICES if not getattr(facts.shuts, name)],
        "drafted_by": _name(facts.drafted_by),
        "signed_by": _name(facts.signed_by),
        "touched": _touched(facts.branch_ids if facts.closes_days else (), facts.first_date, facts.last_date)
        if is_draft
        else None,
        "count": len(facts.branch_ids),
        "closures": [
            (one, branch_name(one.branch_id, network), may(request.operator, Act.SIGN_CLOSURE, one.branch_id))
            for one in closures[:MOST_BRANCHES_SHOWN]
        ],
        "more": max(len(closures) - MOST_BRANCHES_SHOWN, 0),
        "told": [(CHANNELS[one.channel], one.count, one.at) for one in list_announcements(notice_id)],
        "form": forms.AnnouncementForm(),
        "is_draft": is_draft,
        "in_force": facts.state is NoticeState.IN_FORCE,
        "may_date": may(request.operator, Act.EDIT_CALENDAR, facts.branch_id),
        "may_sign": all(may(request.operator, Act.SIGN_CLOSURE, one) for one in (facts.branch_id, *facts.branch_ids)),
        "today": today,
        **_progress(notice_id, tuple(one.id for one in closures)),
    }
    return page(request, "workbench/network/notice.html", context)


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.SIGN_CLOSURE, any_branch=True)
def progress(request: StaffRequest, notice_id: int) -> HttpResponse:
    """The part of the page that is asked for again and again while due dates move."""
    _notice_or_404(notice_id)
    ids = tuple(one.id for one in closures_of_notice(notice_id))
    return render(request, "workbench/network/notice_progress.html", _progress(notice_id, ids))


def _progress(notice_id: int, closure_ids: tuple[int, ...]) -> dict[str, object]:
    run = closure_progress(closure_ids) if closure_ids else None
    return {
        "run": run,
        "run_state": RUN_STATES[run.state] if run else None,
        "poll_url": reverse("workbench:network-notice-progress", args=[notice_id]),
        "here": _url(notice_id),
    }


@require_POST
@staff_page(Act.SIGN_CLOSURE, any_branch=True)
def sign(request: StaffRequest, notice_id: int) -> HttpResponse:
    facts = _notice_or_404(notice_id)
    try:
        made = operations.sign_closure(notice_id=notice_id, at=request.at, desk=_desk(request, facts.branch_id))
    except NetworkRefused as refused:
        return not_done(request, refusal_words(refused), _url(notice_id))
    words = gettext("In force for %(count)s branches. Due dates follow in the background.")
    return done(request, words % {"count": len(made)}, _url(notice_id))


@require_POST
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def discard(request: StaffRequest, notice_id: int) -> HttpResponse:
    facts = _notice_or_404(notice_id)
    try:
        operations.discard_closure(notice_id=notice_id, at=request.at, desk=_desk(request, facts.branch_id))
    except NetworkRefused as refused:
        return not_done(request, refusal_words(refused), _url(notice_id))
    return done(request, _("The draft is taken back."), _url(notice_id))


@require_http_methods(GET_POST)
@staff_page(Act.SIGN_CLOSURE, any_branch=True)
def end(request: StaffRequest, notice_id: int) -> HttpResponse:
    facts = _notice_or_404(notice_id)
    require(request.operator, Act.SIGN_CLOSURE, facts.branch_id)
    form = forms.EndClosureForm(request.POST or None, initial={"last_date": facts.last_date})
    if form.is_valid():
        last = form.cleaned_data["last_date"]
        try:
            operations.end_notice(
                notice_id=notice_id, last_date=last, at=request.at, desk=_desk(request, facts.branch_id)
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The closure has another last day. Due dates follow."), _url(notice_id))
    title = gettext("Last day of a closure")
    sheet = Sheet(
        title=title,
        act=_("Save"),
        line=f"{facts.reason} · {_place_words(facts)}",
        words=_(
            "Later, and the closure is extended; earlier, and all open again on the day after. Branches that have a "
            "last day of their own keep it."
        ),
        crumbs=_crumbs(Crumb(facts.reason, _url(notice_id)), Crumb(title)),
        back=_url(notice_id),
    )
    return form_page(request, form, sheet)


@require_POST
@staff_page(Act.SIGN_CLOSURE, any_branch=True)
def withdraw(request: StaffRequest, notice_id: int) -> HttpResponse:
    facts = _notice_or_404(notice_id)
    try:
        operations.withdraw_notice(notice_id=notice_id, at=request.at, desk=_desk(request, facts.branch_id))
    except NetworkRefused as refused:
        return not_done(request, refusal_words(refused), _url(notice_id))
    if told := sum(one.count for one in list_announcements(notice_id)):
        words = gettext("The closure is withdrawn. %(count)s readers had been told of it: tell them again.")
        return done(request, words % {"count": told}, _url(notice_id))
    return done(request, _("The closure is withdrawn, as if it had never been declared."), _url(notice_id))


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.SIGN_CLOSURE, any_branch=True)
def texts(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Every text of the closure in both languages, to be marked and copied."""
    facts = _notice_or_404(notice_id)
    news = closure_news(notice_id)
    assert news is not None
    title = gettext("Texts for readers")
    context = {
        "title": title,
        "line": f"{facts.reason} · {_place_words(facts)}",
        "crumbs": _crumbs(Crumb(facts.reason, _url(notice_id)), Crumb(title)),
        "notice": facts,
        "is_draft": facts.state is NoticeState.DRAFT,
        "is_withdrawn": facts.state is NoticeState.WITHDRAWN,
        "languages": [(code, name, closure_texts(news, code.lower())) for code, name in LANGUAGES],
    }
    return page(request, "workbench/network/notice_texts.html", context)


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.SIGN_CLOSURE, any_branch=True)
def poster(request: StaffRequest, notice_id: int, language: str) -> HttpResponse:
    """The poster for the door as a PDF."""
    news = closure_news(notice_id)
    if news is None or language not in dict(LANGUAGES):
        raise Http404
    return printed(request, lambda: closure_poster_pdf(news, language.lower()), f"closure-{notice_id}-{language}")


@require_POST
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def announce(request: StaffRequest, notice_id: int) -> HttpResponse:
    facts = _notice_or_404(notice_id)
    form = forms.AnnouncementForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Say by which channel, and how many were told."), _url(notice_id))
    try:
        operations.announce_closure(
            notice_id=notice_id, at=request.at, desk=_desk(request, facts.branch_id), **form.cleaned_data
        )
    except NetworkRefused as refused:
        return not_done(request, refusal_words(refused), _url(notice_id))
    return done(request, _("Noted."), _url(notice_id))


def _notice_or_404(notice_id: int) -> NoticeFacts:
    facts = get_notice(notice_id)
    if facts is None:
        raise Http404
    return facts


def _desk(request: StaffRequest, branch_id: int | None) -> Desk:
    return request.desk if branch_id is None else at_branch(request.desk, branch_id)


def _name(account_id: int | None) -> str:
    account = get_account(account_id) if account_id is not None else None
    return account.name if account else ""


def _crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    return network_crumbs(Crumb(gettext("Closures"), reverse("workbench:network-notices")), *after)


def _url(notice_id: int) -> str:
    return reverse("workbench:network-notice", args=[notice_id])
