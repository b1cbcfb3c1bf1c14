"""The lending rules: what holds at a place and why, changing it, the table of one kind, gaps, copying."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.forms import BoundField
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.policy_words import GROUPS, KIND_WORDS, KindWords
from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.policies.forms import CopyForm, KindForm, PlaceForm, StateForm
from wenyuan.doors.workbench.policies.frame import crumbs, tabs
from wenyuan.doors.workbench.policies.words import place_namer, problem_words, value_words
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.lending.circulation import queries
from wenyuan.lending.circulation.operations import (
    Cell,
    PolicyRefused,
    begin_policies,
    change_policies,
    copy_policies,
    drop_planned_policy,
)
from wenyuan.lending.circulation.queries import CellView, ChangePreview, KindView
from wenyuan.lending.patrons.queries import categories
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]
MOST_SHOWN = 20
Namer = Callable[[Cell], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind as the editor shows it: what holds, from where, what is planned, and its field."""

    words: KindWords
    kind: str
    value: str
    is_own: bool
    source: str
    source_url: str
    since: date | None
    until: date | None
    coming: str
    coming_from: date | None
    field: BoundField | None


def url_of(cell: Cell, on: date | None = None) -> str:
    """The page of a place."""
    terms: dict[str, Any] = {
        "branch": cell.branch_id,
        "category": cell.category_id,
        "type": cell.item_type_id,
        "on": on,
    }
    kept = {name: value for name, value in terms.items() if value is not None}
    return f"{reverse('workbench:policies')}?{urlencode(kept)}" if kept else reverse("workbench:policies")


@require_GET
@staff_page(Act.EDIT_POLICIES, any_branch=True)
def editor(request: StaffRequest) -> HttpResponse:
    place = _place(request, request.GET)
    cell, on = place.cell(), place.day()
    view = queries.policy_cell(cell=cell, on=on)
    form = StateForm(view=view, from_date=max(on, place.today))
    return _draw(request, place, view, form)


@require_POST
@staff_page(Act.EDIT_POLICIES, any_branch=True)
def change(request: StaffRequest) -> HttpResponse:
    """Show what the typed change would do, or with ``save`` make it."""
    place = _place(request, request.POST)
    cell, on = place.cell(), place.day()
    view = queries.policy_cell(cell=cell, on=on)
    form = StateForm(request.POST, view=view)
    if not form.is_valid():
        return _draw(request, place, view, form)
    states, withdraws = form.changes()
    terms: dict[str, Any] = {
        "cell": cell,
        "from_date": form.cleaned_data["from_date"],
        "last_date": form.cleaned_data["last_date"],
        "states": states,
        "withdraws": withdraws,
        "at": request.at,
    }
    if "save" not in request.POST:
        preview = queries.preview_policies(**terms)
        if not preview.problems:
            return _review(request, place, form, preview)
        problems = preview.problems
    else:
        try:
            change_policies(
                **terms,
                seen=request.POST.get("seen"),
                desk=at_branch(request.desk, cell.branch_id or request.desk.branch_id),
            )
        except PolicyRefused as refused:
            problems = refused.problems
        else:
            return done(
                request, _("Saved. It holds from the day you chose."), url_of(cell, form.cleaned_data["from_date"])
            )
    for problem in problems:
        refuse(form, problem_words(problem), problem.kind)
    return _draw(request, place, view, form)


def _place(request: StaffRequest, typed: Mapping[str, Any]) -> PlaceForm:
    today = local_date(request.at)
    chosen = {name: typed.get(name, "") for name in ("branch", "category", "type", "on")}
    chosen["on"] = chosen["on"] or today.isoformat()
    return PlaceForm(chosen, today=today, language=get_language() or "zh-hans")


def _draw(request: StaffRequest, place: PlaceForm, view: CellView, form: StateForm) -> HttpResponse:
    cell, on, name_of = view.cell, view.on, place_namer()
    may_change = may(request.operator, Act.EDIT_POLICIES, cell.branch_id) and on >= place.today
    shadowed = queries.shadowed_kinds(cell=cell, on=on)
    history = page_of(request, queries.policy_history(cell))
    gaps = queries.policy_gaps(branch_id=cell.branch_id, on=on) if cell.branch_id else ()
    context = {
        "title": gettext("Lending rules"),
        "line": name_of(cell),
        "crumbs": crumbs(),
        "tabs": tabs(request, "policies"),
        "place": place,
        "form": form,
        "cell": cell,
        "on": on,
        "today": place.today,
        "may_change": may_change,
        "is_past": on < place.today,
        "groups": [
            (heading, [_line(one, form if may_change else None, name_of, on) for one in _of(view, kinds)])
            for heading, kinds in GROUPS.values()
        ],
        "version": view.version,
        "stands": queries.policies_stand(),
        "may_begin": Act.EDIT_POLICIES in request.operator.everywhere,
        "shadowed": [KIND_WORDS[kind].label for kind in shadowed],
        "gaps": [name_of(case) for case in gaps[:MOST_SHOWN]],
        "gap_count": len(gaps),
        "places": [
            (name_of(one), url_of(one, on), one == cell)
            for one in queries.policy_places(branch_id=cell.branch_id, on=on)
        ],
        "page": history,
        "history": [(one, one.state(place.today), _stated_words(one.row.kinds)) for one in history],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    return page(request, "workbench/policies/editor.html", context, status=status)


def _of(view: CellView, kinds: tuple[str, ...]) -> list[KindView]:
    by_kind = {one.kind: one for one in view.kinds}
    return [by_kind[kind] for kind in kinds]


def _line(one: KindView, form: StateForm | None, name_of: Namer, on: date) -> Line:
    holds = one.holds
    return Line(
        words=KIND_WORDS[one.kind],
        kind=one.kind,
        value=value_words(one.kind, holds.value) if holds else "",
        is_own=one.own is not None,
        source=name_of(holds.cell) if holds else "",
        source_url=url_of(holds.cell, on) if holds else "",
        since=holds.row.valid_from if holds else None,
        until=holds.row.valid_to if holds else None,
        coming=_coming_words(one),
        coming_from=one.coming_from,
        field=form[one.kind] if form else None,
    )


def _coming_words(one: KindView) -> str:
    if one.coming_from is None:
        return ""
    return value_words(one.kind, one.coming) if one.coming is not None else gettext("inherited")


def _stated_words(kinds: Mapping[str, Any]) -> list[str]:
    return [f"{KIND_WORDS[kind].label} {value_words(kind, value)}" for kind, value in kinds.items()]


def _review(request: StaffRequest, place: PlaceForm, form: StateForm, preview: ChangePreview) -> HttpResponse:
    name_of, cell = place_namer(), place.cell()
    title = gettext("What this changes")
    context = {
        "title": title,
        "line": name_of(cell),
        "crumbs": crumbs(title),
        "preview": preview,
        "from_date": form.cleaned_data["from_date"],
        "changes": [
            (KIND_WORDS[kind].label, value_words(kind, before), value_words(kind, after))
            for kind, before, after in preview.kinds
        ],
        "keeps": _keeps(preview),
        "kept_by": [(name_of(one), url_of(one)) for one in preview.kept_by[:MOST_SHOWN]],
        "gaps": [name_of(one) for one in preview.gaps[:MOST_SHOWN]],
        "typed": [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "save")],
        "back": url_of(cell, place.day()),
    }
    return page(request, "workbench/policies/review.html", context)


def _keeps(preview: ChangePreview) -> str:
    """``34 readers keep the due dates of 51 loans``; nothing where nobody has any."""
    if not preview.loans:
        return ""
    readers = ngettext("%(count)d reader", "%(count)d readers", preview.readers) % {"count": preview.readers}
    loans = ngettext("%(count)d loan", "%(count)d loans", preview.loans) % {"count": preview.loans}
    return gettext("%(readers)s with %(loans)s of this kind keep their due dates.") % {
        "readers": readers,
        "loans": loans,
    }


@require_POST
@staff_page(Act.EDIT_POLICIES, any_branch=True)
def drop(request: StaffRequest, policy_id: int) -> HttpResponse:
    """Take a planned row back."""
    place = _place(request, request.POST)
    try:
        drop_planned_policy(policy_id=policy_id, at=request.at, desk=request.desk)
    except PolicyRefused as refused:
        return not_done(request, problem_words(refused.problems[0]), url_of(place.cell()))
    return done(request, _("The plan is taken back; what held before goes on."), url_of(place.cell()))


@require_POST
@staff_page(Act.EDIT_POLICIES)
def begin(request: StaffRequest) -> HttpResponse:
    """Install the first row."""
    begin_policies(at=request.at, desk=request.desk)
    return done(
        request, _("The first rule stands. Change it to what your library does."), reverse("workbench:policies")
    )


@require_GET
@staff_page(Act.EDIT_POLICIES, any_branch=True)
def table(request: StaffRequest) -> HttpResponse:
    """One kind for every kind of reader and of item at a branch."""
    today, language = local_date(request.at), get_language() or "zh-hans"
    typed = {"kind": request.GET.get("kind", "loan_days"), "branch": request.GET.get("branch", "")}
    form = KindForm({**typed, "on": request.GET.get("on") or today.isoformat()}, today=today)
    chosen = form.chosen()
    kind, branch_id, on = chosen["kind"], chosen["branch"], chosen["on"]
    answers = queries.policy_table(branch_id=branch_id, kind=kind, on=on)
    types = [(None, gettext("any item")), *((one.id, one.name(language)) for one in list_item_types())]
    readers = [(None, gettext("any reader")), *((one.id, one.name(language)) for one in categories())]
    name_of = place_namer()

    def shown(category_id: int | None, type_id: int | None) -> dict[str, Any]:
        cell, stated = Cell(branch_id, category_id, type_id), answers[category_id, type_id]
        return {
            "url": url_of(cell, on),
            "value": value_words(kind, stated.value if stated else None),
            "is_own": stated is not None and stated.cell == cell,
            "source": name_of(stated.cell) if stated else gettext("not stated"),
        }

    context = {
        "title": gettext("Table of one rule"),
        "line": f"{KIND_WORDS[kind].label} · {branch_name(branch_id) or gettext('any branch')}",
        "crumbs": crumbs(gettext("Table of one rule")),
        "tabs": tabs(request, "policies-table"),
        "form": form,
        "words": KIND_WORDS[kind],
        "types": [name for _id, name in types],
        "rows": [(name, [shown(reader_id, type_id) for type_id, _name in types]) for reader_id, name in readers],
    }
    return page(request, "workbench/policies/table.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_POLICIES, any_branch=True)
def copy(request: StaffRequest) -> HttpResponse:
    """Let a branch state what another states."""
    today = local_date(request.at)
    form = CopyForm(
        request.POST or None,
        sources=branch_choices(on=today, standing=True),
        targets=branch_choices(on=today, ids=branches_with(request.operator, Act.EDIT_POLICIES), standing=True),
        initial={"from_date": today, "target": request.GET.get("branch")},
    )
    if form.is_valid():
        target = form.cleaned_data["target"]
        try:
            count = copy_policies(
                from_branch_id=form.cleaned_data["source"],
                to_branch_id=target,
                from_date=form.cleaned_data["from_date"],
                at=request.at,
                desk=at_branch(request.desk, target),
            )
        except PolicyRefused as refused:
            for problem in refused.problems:
                refuse(form, problem_words(problem))
        else:
            told = ngettext("%(count)d place copied.", "%(count)d places copied.", count) % {"count": count}
            return done(request, told, url_of(Cell(target), form.cleaned_data["from_date"]))
    title = gettext("Copy a branch's rules")
    sheet = Sheet(
        title=title,
        act=_("Copy"),
        crumbs=crumbs(title),
        back=reverse("workbench:policies"),
        words=gettext(
            "What the first branch states itself on that day, the second states from that day on. What the second "
            "states beside that stays; what both inherit is not touched."
        ),
    )
    return form_page(request, form, sheet)


@require_GET
@staff_page(Act.EDIT_POLICIES, any_branch=True)
def gaps(request: StaffRequest) -> HttpResponse:
    """Everything in the network that cannot be lent since no row gives a length."""
    found, name_of = queries.policy_gaps(branch_id=None, on=local_date(request.at)), place_namer()
    shown = page_of(request, found)
    context = {
        "title": gettext("What cannot be lent"),
        "line": gettext("no rule gives a loan length"),
        "crumbs": crumbs(gettext("What cannot be lent")),
        "tabs": tabs(request, "policies-gaps"),
        "page": shown,
        "rows": [(name_of(case), url_of(case)) for case in shown],
        "count": len(found),
    }
    return page(request, "workbench/policies/gaps.html", context)
