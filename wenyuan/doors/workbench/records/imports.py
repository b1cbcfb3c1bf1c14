"""Pages of imports: the file comes in, the worker reads it, the page says how far it is and what did not go in."""

from collections.abc import Iterator

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.paging import number_from, onward, pair_from
from wenyuan.doors.workbench.records import uploads
from wenyuan.doors.workbench.records.forms import ImportForm
from wenyuan.doors.workbench.records.frame import GET_POST, batch_crumbs, batch_url, result_or_404
from wenyuan.doors.workbench.records.profiles import mapping_choices, overlay_choices
from wenyuan.doors.workbench.records.running import hand_over, hand_over_looking, hand_over_undoing
from wenyuan.doors.workbench.records.staging import outlook_shown
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.records.words import BATCH_STATES, LEFT, reason_words, refusal_words, refused_field
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import CatalogueRefused, ImportResult
from wenyuan.holdings.catalogue.operations import go_on_with_batch, open_batch
from wenyuan.holdings.catalogue.queries import (
    failed_bytes,
    iter_faults,
    list_batches,
    list_faults,
    list_kept,
)
from wenyuan.kernel.marc import collection_around
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may, require
from wenyuan.plumbing.clock import local_date

MOVING = frozenset({"staged", "running", "undoing"})
BATCHES = 20
FAULTS = 50


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def batch_list(request: StaffRequest) -> HttpResponse:
    found = list_batches(before=number_from(request), size=BATCHES + 1)
    network = network_map()
    title = gettext("Imports")
    context = {
        "title": title,
        "line": gettext("Files of MARC records, the latest first"),
        "crumbs": record_crumbs(Crumb(title)),
        "batches": [(result, branch_name(result.branch_id, network), _state(result)) for result in found[:BATCHES]],
        "onward": onward(request, found[BATCHES - 1].batch_id if len(found) > BATCHES else None),
    }
    return page(request, "workbench/records/batches.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def new_import(request: StaffRequest) -> HttpResponse:
    branches = branch_choices(
        on=local_date(request.at), ids=branches_with(request.operator, Act.IMPORT_RECORDS), standing=True
    )
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        branches=branches,
        mappings=mapping_choices(),
        overlays=overlay_choices(),
        initial={"branch": request.desk.branch_id},
    )
    if form.is_valid():
        upload = form.cleaned_data["file"]
        stored_as = ""
        try:
            uploads.refuse_unfit(upload)
            stored_as = uploads.keep(upload)
            batch_id = open_batch(
                path=uploads.path_of(stored_as),
                branch_id=form.cleaned_data["branch"],
                source=form.cleaned_data["source"],
                mapping=form.cleaned_data["mapping"],
                overlay=form.cleaned_data["overlay"],
                file_name=upload.name or "",
                stored_as=stored_as,
                staged=True,
                is_kept=uploads.is_kept,
                at=request.at,
                desk=request.desk,
            )
        except uploads.BadUpload as bad:
            refuse(form, bad.words, "file")
        except CatalogueRefused as refused:
            uploads.drop(stored_as)
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            hand_over_looking(batch_id=batch_id, stored_as=_kept_once(batch_id, stored_as), desk=request.desk)
            return done(
                request, _("The file is in. It is looked through first; nothing is changed yet."), batch_url(batch_id)
            )
    title = gettext("Import records")
    sheet = Sheet(
        title=title,
        act=_("Look the file through"),
        line=_("ISO 2709 or MARCXML, CNMARC or MARC 21, in UTF-8, GB 18030 or MARC-8: the file itself says which."),
        crumbs=record_crumbs(Crumb(gettext("Imports"), reverse("workbench:imports")), Crumb(title)),
        back=reverse("workbench:imports"),
    )
    return form_page(
        request, form, sheet, template="workbench/records/import_form.html", most_bytes=uploads.most_bytes()
    )


def _kept_once(batch_id: int, stored_as: str) -> str:
    """The file the batch began with, where it still waits: the same one sent again is not kept beside it."""
    first = result_or_404(batch_id).stored_as
    if first != stored_as:
        uploads.drop(stored_as)
    return first


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def batch(request: StaffRequest, batch_id: int) -> HttpResponse:
    result = result_or_404(batch_id)
    starter = get_account(result.started_by_id) if result.started_by_id is not None else None
    reasons = sorted(result.counts_by_reason.items(), key=lambda pair: -pair[1])
    context = {
        "title": result.file_name,
        "line": branch_name(result.branch_id),
        "crumbs": batch_crumbs(result),
        "starter": starter.name if starter else "",
        "reasons": [(reason_words(reason), count) for reason, count in reasons],
        "can_go_on": _can_go_on(result),
        "may_act": may(request.operator, Act.IMPORT_RECORDS, result.branch_id),
        "may_catalogue": may(request.operator, Act.EDIT_RECORDS, request.desk.branch_id),
        **(outlook_shown(result) if result.state == "ready" else {}),
        "left": len(list_kept(batch_id=batch_id, size=1)) if result.state in ("undoing", "undone") else 0,
        **_progress(result),
    }
    return page(request, "workbench/records/batch.html", context)


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def progress(request: StaffRequest, batch_id: int) -> HttpResponse:
    """The part of the batch page that is asked for again and again; at the end the whole page is."""
    result = result_or_404(batch_id)
    response = render(request, "workbench/records/progress.html", _progress(result))
    if not _moves(result):
        response["HX-Refresh"] = "true"
    return response


def _progress(result: ImportResult) -> dict[str, object]:
    return {
        "batch": result,
        "finished": result.state not in MOVING,
        "waits": result.state in ("staged", "ready", "dropped"),
        "done_bytes": result.looked if result.state in ("staged", "ready", "dropped") else result.position,
        "undone": result.state in ("undoing", "undone"),
        "state": _state(result),
        "moves": _moves(result),
        "poll_url": reverse("workbench:import-progress", args=[result.batch_id]),
        "here": batch_url(result.batch_id),
    }


def _moves(result: ImportResult) -> bool:
    """Whether it goes on by itself, so that its page asks again and again."""
    return result.state in MOVING and not result.is_left


def _state(result: ImportResult) -> tuple[str, StrOrPromise]:
    return LEFT if result.is_left else BATCH_STATES[result.state]


@require_POST
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def go_on(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Queue an import again whose job was lost; one that runs is not disturbed."""
    result = result_or_404(batch_id)
    require(request.operator, Act.IMPORT_RECORDS, result.branch_id)
    if not _can_go_on(result):
        return not_done(request, _("This import cannot go on. Send the file again."), batch_url(batch_id))
    if result.state == "undoing":
        hand_over_undoing(batch_id=batch_id, desk=request.desk)
    else:
        try:
            go_on_with_batch(batch_id=batch_id, at=request.at, desk=request.desk)
        except CatalogueRefused as refused:
            return not_done(request, refusal_words(refused), batch_url(batch_id))
        hand_on = hand_over if result.state == "running" else hand_over_looking
        hand_on(batch_id=batch_id, stored_as=result.stored_as, desk=request.desk)
    return done(request, _("The import goes on from where it stood."), batch_url(batch_id))


def _can_go_on(result: ImportResult) -> bool:
    """An undoing needs no file."""
    return result.state == "undoing" or (result.state in ("staged", "running") and uploads.is_kept(result.stored_as))


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def faults(request: StaffRequest, batch_id: int) -> HttpResponse:
    result = result_or_404(batch_id)
    with_warnings = request.GET.get("warnings") != "no"
    found = list_faults(batch_id=batch_id, after=pair_from(request), warnings=with_warnings, size=FAULTS)
    title = gettext("What did not go in")
    context = {
        "title": title,
        "line": result.file_name,
        "crumbs": batch_crumbs(result, Crumb(title)),
        "batch": result,
        "faults": [(fault, reason_words(fault.reason)) for fault in found.faults],
        "with_warnings": with_warnings,
        "onward": onward(request, found.after),
    }
    return page(request, "workbench/records/faults.html", context)


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def failed_record(request: StaffRequest, fault_id: int) -> HttpResponse:
    """The bytes of one record that failed, as they stood in the file."""
    content = failed_bytes(fault_id)
    if not content:
        raise Http404
    return HttpResponse(content, content_type="application/octet-stream", headers=_attached(f"record-{fault_id}.marc"))


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def failed_file(request: StaffRequest, batch_id: int) -> HttpResponseBase:
    """All records of a batch that failed, one after the other, as a file to be mended and imported again."""
    result_or_404(batch_id)
    return StreamingHttpResponse(
        _as_file(_failed_records(batch_id)),
        content_type="application/octet-stream",
        headers=_attached(f"import-{batch_id}-failed.marc"),
    )


def _as_file(records: Iterator[bytes]) -> Iterator[bytes]:
    """ISO 2709 needs nothing between its records; those of MARCXML stand in a collection."""
    first = next(records, b"")
    opening, closing = collection_around(first) if first.startswith(b"<") else (b"", b"")
    yield opening + first
    yield from records
    yield closing


def _failed_records(batch_id: int) -> Iterator[bytes]:
    last = 0
    for fault in iter_faults(batch_id=batch_id, warnings=False):
        if fault.number != last and (content := failed_bytes(fault.id)):
            last = fault.number
            yield content


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
