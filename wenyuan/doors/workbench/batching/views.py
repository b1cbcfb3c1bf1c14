"""Pages of batch edits: the list, one with its progress, its rows, and somebody's word."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.batching.frame import edit_crumbs, edit_or_404, edit_title, edit_url, may_act
from wenyuan.doors.workbench.batching.telling import Names, steps_of
from wenyuan.doors.workbench.batching.words import (
    FORESEEN,
    OF,
    OUTCOMES,
    STATES,
    STOPPED,
    reason_words,
    refusal_words,
)
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.records.running import hand_over_edit
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import BatchEditView, BatchOf, BatchRowView, CatalogueRefused, RowOutcome
from wenyuan.holdings.catalogue.operations import begin_undoing_edit, drop_edit, start_edit, stop_edit
from wenyuan.holdings.catalogue.queries import (
    edit_row_difference,
    list_edit_rows,
    list_edits,
)
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.tables import iter_csv

EDITS = 20
ROWS = 50
ROWS_AT_ONCE = 500


@require_GET
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS)
def edits(request: StaffRequest) -> HttpResponse:
    found = list_edits(of=tuple(BatchOf), before=number_from(request), size=EDITS + 1)
    network = network_map()
    title = gettext("Batch edits")
    context = {
        "title": title,
        "line": gettext("Many items or records changed at once, the latest first"),
        "crumbs": record_crumbs(Crumb(title)),
        "edits": [
            (edit, edit_title(edit), OF[edit.of], branch_name(edit.branch_id, network), STATES[edit.state])
            for edit in found[:EDITS]
        ],
        "onward": onward(request, found[EDITS - 1].id if len(found) > EDITS else None),
        "may_items": may(request.operator, Act.EDIT_ITEM, request.desk.branch_id),
        "may_records": may(request.operator, Act.EDIT_RECORDS, request.desk.branch_id),
    }
    return page(request, "workbench/batching/edits.html", context)


@require_GET
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def edit(request: StaffRequest, batch_id: int) -> HttpResponse:
    found = edit_or_404(batch_id)
    starter = get_account(found.started_by_id) if found.started_by_id is not None else None
    reasons = sorted(found.reasons.items(), key=lambda pair: -pair[1])
    title, names = edit_title(found), Names()
    context = {
        "title": title,
        "line": f"{OF[found.of]} · {branch_name(found.branch_id)}",
        "crumbs": edit_crumbs(Crumb(title)),
        "starter": starter.name if starter else "",
        "work": names.work_of(found),
        "steps": steps_of(found),
        "chosen": names.choice_of(found),
        "foreseen": [(code, words, found.outcomes[code]) for code, words in FORESEEN.items() if code in found.outcomes],
        "reasons": [(reason_words(reason), count) for reason, count in reasons],
        "may_act": may_act(request, found),
        "why_stopped": STOPPED.get(found.stopped, ""),
        **_progress(found),
    }
    return page(request, "workbench/batching/edit.html", context)


@require_GET
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def progress(request: StaffRequest, batch_id: int) -> HttpResponse:
    """The part of the page that is asked for again and again; at the end the whole page is."""
    found = edit_or_404(batch_id)
    response = render(request, "workbench/batching/progress.html", _progress(found))
    if not found.is_moving:
        response["HX-Refresh"] = "true"
    return response


def _progress(edit: BatchEditView) -> dict[str, Any]:
    waits = edit.state in ("staged", "ready", "dropped")
    taken_back = edit.restored + edit.kept
    reached, most = (edit.looked, edit.total) if waits else (edit.position, edit.total)
    is_undone = edit.state in ("undoing", "undone") or taken_back > 0
    if is_undone:
        reached, most = taken_back, edit.changed
    return {
        "edit": edit,
        "state": STATES[edit.state],
        "waits": waits,
        "reached": reached,
        "most": most,
        "is_undone": is_undone,
        "poll_url": reverse("workbench:edit-progress", args=[edit.id]),
        "here": edit_url(edit.id),
    }


@require_GET
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def rows(request: StaffRequest, batch_id: int) -> HttpResponse:
    """The rows of a batch, of one outcome or all: what would become, or became, of each."""
    found = edit_or_404(batch_id)
    outcome = request.GET.get("outcome", "")
    listed = list_edit_rows(batch_id=batch_id, outcome=outcome, after=number_from(request) or 0, size=ROWS + 1)
    is_foreseen, names = found.state in ("staged", "ready"), Names()
    title = gettext("Each of them")
    context = {
        "title": title,
        "line": edit_title(found),
        "crumbs": edit_crumbs(Crumb(edit_title(found), edit_url(batch_id)), Crumb(title)),
        "edit": found,
        "rows": [
            (
                row,
                ("none", FORESEEN.get(row.outcome, row.outcome)) if is_foreseen else _outcome(found, row),
                reason_words(row.reason) if row.reason else "",
                names.changes_of(row),
            )
            for row in listed[:ROWS]
        ],
        "choices": [(code, words) for code, words in _choices(found)],
        "outcome": outcome,
        "of_items": found.of is BatchOf.ITEMS,
        "onward": onward(request, listed[ROWS - 1].number if len(listed) > ROWS else None),
    }
    return page(request, "workbench/batching/rows.html", context)


@require_GET
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def rows_file(request: StaffRequest, batch_id: int) -> HttpResponseBase:
    """The same rows as a table for a spreadsheet, all of them."""
    found, names = edit_or_404(batch_id), Names()
    heads = [gettext("No."), OF[found.of], gettext("What becomes of it"), gettext("Reason"), gettext("Change")]
    outcome, is_foreseen = request.GET.get("outcome", ""), found.state in ("staged", "ready")

    def line(row: BatchRowView) -> list[str | int]:
        told = FORESEEN.get(row.outcome, row.outcome) if is_foreseen else _outcome(found, row)[1]
        changes = "; ".join(f"{label}: {old} → {new}" for label, old, new in names.changes_of(row))
        reason = f"{reason_words(row.reason) if row.reason else ''} {row.detail}".strip()
        return [row.number, row.label, str(told), reason, changes]

    return StreamingHttpResponse(
        iter_csv([str(head) for head in heads], map(line, _every_row(batch_id, outcome))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="batch-{batch_id}.csv"'},
    )


def _every_row(batch_id: int, outcome: str) -> Iterator[BatchRowView]:
    after = 0
    while listed := list_edit_rows(batch_id=batch_id, outcome=outcome, after=after, size=ROWS_AT_ONCE):
        yield from listed
        after = listed[-1].number


def _outcome(edit: BatchEditView, row: BatchRowView) -> tuple[str, Any]:
    """What has become of a row; one that a batch has not reached is not done yet, whatever was foreseen."""
    if row.number > edit.position:
        return ("none", gettext("not yet"))
    return OUTCOMES.get(row.outcome, ("none", row.outcome))


def _choices(edit: BatchEditView) -> list[tuple[str, Any]]:
    if edit.state in ("staged", "ready"):
        return list(FORESEEN.items())
    codes = [RowOutcome.CHANGED, RowOutcome.SAME, RowOutcome.REFUSED]
    if edit.state in ("undoing", "undone") or edit.restored + edit.kept:
        codes += [RowOutcome.RESTORED, RowOutcome.KEPT]
    return [(code, OUTCOMES[code][1]) for code in codes]


@require_GET
@staff_page(Act.EDIT_RECORDS, any_branch=True)
def row(request: StaffRequest, batch_id: int, number: int) -> HttpResponse:
    """What a batch does, or did, to one record, line by line."""
    found = edit_or_404(batch_id)
    shown = edit_row_difference(batch_id=batch_id, number=number)
    listed = list_edit_rows(batch_id=batch_id, after=number - 1, size=1)
    if shown is None or not listed or listed[0].number != number:
        raise Http404
    [one] = listed
    context = {
        "title": one.label,
        "line": edit_title(found),
        "crumbs": edit_crumbs(Crumb(edit_title(found), edit_url(batch_id)), Crumb(one.label)),
        "row": one,
        "lines": shown.lines,
        "reason": reason_words(one.reason) if one.reason else "",
    }
    return page(request, "workbench/batching/row.html", context)


@require_POST
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def start(request: StaffRequest, batch_id: int) -> HttpResponse:
    edit_or_404(batch_id)
    try:
        start_edit(batch_id=batch_id, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), edit_url(batch_id))
    hand_over_edit(batch_id=batch_id)
    return done(request, _("They are changed in the background."), edit_url(batch_id))


@require_POST
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def stop(request: StaffRequest, batch_id: int) -> HttpResponse:
    edit_or_404(batch_id)
    try:
        stop_edit(batch_id=batch_id, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), edit_url(batch_id))
    return done(request, _("The batch is stopped."), edit_url(batch_id))


@require_POST
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def drop(request: StaffRequest, batch_id: int) -> HttpResponse:
    edit_or_404(batch_id)
    try:
        drop_edit(batch_id=batch_id, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), edit_url(batch_id))
    return done(request, _("The batch is given up. Nothing was changed."), edit_url(batch_id))


@require_POST
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def undo(request: StaffRequest, batch_id: int) -> HttpResponse:
    found = edit_or_404(batch_id)
    if not found.can_be_undone:
        return not_done(request, _("There is nothing to take back."), edit_url(batch_id))
    begin_undoing_edit(batch_id=batch_id, at=request.at, desk=request.desk)
    hand_over_edit(batch_id=batch_id)
    return done(request, _("The batch is undone in the background."), edit_url(batch_id))


@require_POST
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, any_branch=True)
def go_on(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Queue a batch again whose job was lost; one that runs is not disturbed, and it stays that of who let it go."""
    found = edit_or_404(batch_id)
    if not found.is_moving or not may_act(request, found):
        return not_done(request, _("This batch has nothing left to do."), edit_url(batch_id))
    hand_over_edit(batch_id=batch_id)
    return done(request, _("The batch goes on from where it stood."), edit_url(batch_id))
