"""The daybook: what was typed, a form for each kind, one record with its history, approval and withdrawal."""

import secrets
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import Choices, branch_choices, branches_with
from wenyuan.doors.workbench.daybook import forms
from wenyuan.doors.workbench.daybook.shown import (
    field_of,
    refusal_words,
    seen_branches,
    seen_record,
    shown,
)
from wenyuan.doors.workbench.daybook.words import FAULTS, KINDS
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.paging import onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.office.daybook import operations
from wenyuan.office.daybook.data import KINDS as SPECS
from wenyuan.office.daybook.data import (
    Member,
    RecordKind,
    RecordRefused,
    RecordState,
    Wanted,
)
from wenyuan.office.daybook.queries import list_records, papers_of, record_history
from wenyuan.office.figures.queries import members_of, span_of
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50


@require_GET
@staff_page(Act.KEEP_DAYBOOK, Act.APPROVE_DAYBOOK, Act.SEE_FIGURES, any_branch=True)
def records(request: StaffRequest) -> HttpResponse:
    """Records by kind, days, branch and state; this year's unless said otherwise."""
    network, today = network_map(), local_date(request.at)
    seen = seen_branches(request.operator)
    branches = branch_choices(on=today, ids=seen, empty=_("every branch"))
    form = forms.ListForm(request.GET, branches=branches)
    found, going_on = [], None
    first = last = today
    if form.is_valid():
        first, last = form.days(today)
        branch_id = int(form.cleaned_data["branch"] or 0)
        members = _members(branch_id, seen, first, last) if first <= last else ()
        wanted = Wanted(
            kind=form.kind_wanted(),
            first_date=first,
            last_date=last,
            members=members,
            counted=form.cleaned_data["counted"],
            state=form.state_wanted(),
            texts=form.texts_wanted(),
            unless=form.unwanted(),
        )
        listed = list_records(wanted=wanted, after=_place(request), size=ROWS)
        found, going_on = shown(listed.rows, network), listed.after
    keeps = branches_with(request.operator, Act.KEEP_DAYBOOK)
    context = {
        "title": gettext("Daybook"),
        "form": form,
        "rows": found,
        "first": first,
        "last": last,
        "onward": onward(request, (going_on[0].isoformat(), going_on[1]) if going_on else None),
        "kinds": [(kind.value, words) for kind, words in KINDS.items()] if keeps is None or keeps else [],
        "cleared_url": reverse("workbench:daybook"),
    }
    return page(request, "workbench/daybook/records.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.KEEP_DAYBOOK, any_branch=True)
def enter(request: StaffRequest, kind: str) -> HttpResponse:
    """Type a record of a kind."""
    chosen = _kind(kind)
    branches = _own_branches(request)
    initial: dict[str, object] = {"key": secrets.token_hex(16), "sessions": 1}
    if str(request.desk.branch_id) in {code for code, _words in branches}:
        initial["branch"] = request.desk.branch_id
    form = forms.RecordForm(request.POST or None, kind=SPECS[chosen], branches=branches, initial=initial)
    if form.is_valid():
        try:
            made = operations.enter_record(
                draft=form.draft(), at=request.at, desk=request.desk, key=form.cleaned_data["key"] or None
            ).record
        except RecordRefused as refused:
            _tell(form, refused)
        else:
            words = _("It is typed, and counts once a colleague has approved it.")
            return done(request, words, reverse("workbench:daybook-record", args=[made.id]))
    sheet = Sheet(
        title=KINDS[chosen],
        act=_("Type it"),
        words=_("It is typed with your name, and counts once a colleague has approved it."),
        crumbs=_crumbs(Crumb(str(KINDS[chosen]))),
        back=reverse("workbench:daybook"),
    )
    return form_page(request, form, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.KEEP_DAYBOOK, any_branch=True)
def correct(request: StaffRequest, row_id: int) -> HttpResponse:
    """Replace a record by a corrected row; what counted goes on counting until that is approved."""
    row = seen_record(request.operator, row_id)
    if not may(request.operator, Act.KEEP_DAYBOOK, row.branch_id):
        raise PermissionDenied
    form = forms.RecordForm(
        request.POST or None,
        kind=SPECS[row.kind],
        branches=_own_branches(request),
        corrects=True,
        initial={**forms.initial_of(row), "key": secrets.token_hex(16)},
    )
    url = reverse("workbench:daybook-record", args=[row.id])
    if form.is_valid():
        try:
            made = operations.correct_record(
                row_id=row_id,
                draft=form.draft(),
                reason=form.cleaned_data["reason"],
                at=request.at,
                desk=request.desk,
                key=form.cleaned_data["key"] or None,
            ).record
        except RecordRefused as refused:
            _tell(form, refused)
        else:
            return done(
                request,
                _("It is corrected, and counts so once a colleague has approved it."),
                reverse("workbench:daybook-record", args=[made.id]),
            )
    sheet = Sheet(
        title=_("Correct the record"),
        act=_("Correct"),
        line=row.title,
        crumbs=_crumbs(Crumb(row.title, url), Crumb(gettext("Correct the record"))),
        back=url,
    )
    return form_page(request, form, sheet)


@require_GET
@staff_page(Act.KEEP_DAYBOOK, Act.APPROVE_DAYBOOK, Act.SEE_FIGURES, any_branch=True)
def one(request: StaffRequest, row_id: int) -> HttpResponse:
    """A record: what was typed, its files, whether it counts, and everything that was ever typed for it."""
    row, network = seen_record(request.operator, row_id), network_map()
    history = shown(record_history(row.origin_id), network)
    newest = history[0]
    keeps = may(request.operator, Act.KEEP_DAYBOOK, newest.row.branch_id)
    waits = newest.row.approved_at is None
    context = {
        "title": newest.row.title,
        "line": f"{newest.kind} · {newest.branch}",
        "crumbs": _crumbs(Crumb(newest.row.title)),
        "one": newest,
        "history": history,
        "counted": next((past for past in history if past.row.approved_at), None) if waits else None,
        "papers": papers_of(row.origin_id),
        "keeps": keeps,
        "corrects": keeps and newest.row.state is not RecordState.WITHDRAWN,
        "withdraws": keeps and not newest.row.withdrawn,
        "approves": waits
        and may(request.operator, Act.APPROVE_DAYBOOK, newest.row.branch_id)
        and newest.row.entered_by_id != request.operator.account_id,
        "waits": waits,
        "paper_form": forms.PaperForm(auto_id="id_paper_%s"),
        "withdrawal": forms.ReasonForm(initial={"key": secrets.token_hex(16)}, auto_id="id_withdrawal_%s"),
        "removal": forms.ReasonForm(auto_id=False),
    }
    return page(request, "workbench/daybook/record.html", context)


@require_POST
@staff_page(Act.APPROVE_DAYBOOK, any_branch=True)
def approve(request: StaffRequest, row_id: int) -> HttpResponse:
    """Vouch for what somebody else typed."""
    url = reverse("workbench:daybook-record", args=[row_id])
    try:
        operations.approve_record(row_id=row_id, at=request.at, desk=request.desk)
    except RecordRefused as refused:
        return not_done(request, refusal_words(refused), url)
    return done(request, _("It is approved: the figures follow."), url)


@require_POST
@staff_page(Act.KEEP_DAYBOOK, any_branch=True)
def withdraw(request: StaffRequest, row_id: int) -> HttpResponse:
    """Take back what should not be there."""
    url = reverse("workbench:daybook-record", args=[row_id])
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Say why the record is withdrawn."), url)
    try:
        made = operations.withdraw_record(
            row_id=row_id,
            reason=form.cleaned_data["reason"],
            at=request.at,
            desk=request.desk,
            key=form.cleaned_data["key"] or None,
        ).record
    except RecordRefused as refused:
        return not_done(request, refusal_words(refused), url)
    words = (
        _("The record is withdrawn.")
        if made.approved_at
        else _("The withdrawal waits for a colleague's approval; until then the record counts.")
    )
    return done(request, words, reverse("workbench:daybook-record", args=[made.id]))


def _kind(text: str) -> RecordKind:
    try:
        return RecordKind(text)
    except ValueError as error:
        raise Http404 from error


def _own_branches(request: StaffRequest) -> Choices:
    """Where somebody may keep the daybook."""
    return branch_choices(on=local_date(request.at), ids=branches_with(request.operator, Act.KEEP_DAYBOOK))


def _members(branch_id: int, seen: frozenset[int] | None, first: date, last: date) -> tuple[Member, ...] | None:
    """The branch and what stood below it on each day, else everything that one may see."""
    if branch_id:
        return members_of(branch_id=branch_id, period=span_of(first, last))
    return None if seen is None else tuple(Member(one, first, last) for one in sorted(seen))


def _place(request: StaffRequest) -> tuple[date, int] | None:
    found = pair_from(request)
    return None if found is None else (date.fromisoformat(found[0]), found[1])


def _crumbs(*behind: Crumb) -> tuple[Crumb, ...]:
    return (Crumb(gettext("Daybook"), reverse("workbench:daybook")), *behind)


def _tell(form: forms.RecordForm, refused: RecordRefused) -> None:
    """Every reason at its field."""
    for words, field in field_of(refused):
        refuse(form, words, field)
    for name, fault in refused.faults.items():
        refuse(form, FAULTS[fault], name)
