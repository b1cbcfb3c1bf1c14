"""Pages of a file that waits to be loaded: what it would do, examples of it, and somebody's word."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.records import uploads
from wenyuan.doors.workbench.records.forms import StagedChoice
from wenyuan.doors.workbench.records.frame import batch_crumbs, batch_url, result_or_404
from wenyuan.doors.workbench.records.profiles import mapping_choices, overlay_choices
from wenyuan.doors.workbench.records.running import hand_over, hand_over_looking
from wenyuan.doors.workbench.records.words import CONTAINERS, OUTCOMES, reason_words, refusal_words
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import CatalogueRefused, ImportResult, Outcome
from wenyuan.holdings.catalogue.operations import drop_batch, load_batch, restage_batch
from wenyuan.holdings.catalogue.queries import import_outlook, list_mappings, list_samples, sample_records
from wenyuan.kernel.marc import differences
from wenyuan.organisation.rights.data import Act

SAMPLES = 20


def outlook_shown(result: ImportResult) -> dict[str, Any]:
    """What the page of a batch that was looked through shows."""
    outlook = import_outlook(result.batch_id)
    if outlook is None:
        return {}
    names = dict(list_mappings())
    return {
        "outlook": outlook,
        "container": CONTAINERS.get(outlook.container, outlook.container),
        "outcomes": [
            (outcome, OUTCOMES[outcome], outlook.outcomes[outcome], outcome != Outcome.FAILED)
            for outcome in Outcome
            if outcome in outlook.outcomes
        ],
        "problems": [
            (reason, reason_words(reason), count)
            for reason, count in sorted(outlook.reasons.items(), key=lambda pair: -pair[1])
        ],
        "fits": [(fit, names.get(fit.code, fit.code)) for fit in outlook.fits],
        "choice": StagedChoice(
            mappings=mapping_choices(),
            overlays=overlay_choices(),
            initial={"mapping": result.mapping, "overlay": result.overlay, "source": result.source},
        ),
    }


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def preview(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Examples of what would become of the records: by outcome, or by what is wrong with them."""
    result = result_or_404(batch_id)
    outlook = import_outlook(batch_id)
    outcome, reason = request.GET.get("outcome", ""), request.GET.get("reason", "")
    found = list_samples(
        batch_id=batch_id, outcome=outcome, reason=reason, after=number_from(request) or 0, size=SAMPLES + 1
    )
    title = gettext("What loading would do")
    context = {
        "title": title,
        "line": result.file_name,
        "crumbs": batch_crumbs(result, Crumb(title)),
        "rows": [
            (row, OUTCOMES.get(row.outcome, row.outcome), reason_words(row.reason) if row.reason else "")
            for row in found[:SAMPLES]
        ],
        "choices": [
            (one, OUTCOMES[one], outlook.outcomes[one])
            for one in Outcome
            if outlook is not None and one in outlook.outcomes and one is not Outcome.FAILED
        ],
        "outcome": outcome,
        "reason": reason,
        "problems": bool(outlook and outlook.reasons),
        "onward": onward(request, found[SAMPLES - 1].id if len(found) > SAMPLES else None),
    }
    return page(request, "workbench/records/preview.html", context)


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def sample(request: StaffRequest, batch_id: int, sample_id: int) -> HttpResponse:
    """One record of the file beside what the catalogue has now."""
    result = result_or_404(batch_id)
    found = sample_records(sample_id)
    if found is None or found[0].batch_id != batch_id:
        raise Http404
    row, own, sent = found
    listed = Crumb(gettext("What loading would do"), reverse("workbench:import-preview", args=[batch_id]))
    title = row.title or gettext("Record %(number)s") % {"number": row.number}
    context = {
        "title": title,
        "line": OUTCOMES.get(row.outcome, row.outcome),
        "crumbs": batch_crumbs(result, listed, Crumb(title)),
        "row": row,
        "reason": reason_words(row.reason) if row.reason else "",
        "is_changed": own is not None and row.outcome in (Outcome.CHANGED, Outcome.EDITED_HERE),
        "too_long": sent is None and row.outcome != Outcome.FAILED,
        "lines": differences(own or sent, sent) if sent is not None else (),
    }
    return page(request, "workbench/records/sample.html", context)


@require_POST
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def load(request: StaffRequest, batch_id: int) -> HttpResponse:
    result = result_or_404(batch_id)
    if not uploads.is_kept(result.stored_as):
        return not_done(request, _("This import cannot go on. Send the file again."), batch_url(batch_id))
    try:
        load_batch(batch_id=batch_id, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), batch_url(batch_id))
    hand_over(batch_id=batch_id, stored_as=result.stored_as, desk=request.desk)
    return done(request, _("The file goes into the catalogue in the background."), batch_url(batch_id))


@require_POST
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def look_again(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Another mapping or source: the file is looked through once more."""
    result = result_or_404(batch_id)
    choice = StagedChoice(request.POST, mappings=mapping_choices(), overlays=overlay_choices())
    if not choice.is_valid() or not uploads.is_kept(result.stored_as):
        return not_done(request, _("This import cannot go on. Send the file again."), batch_url(batch_id))
    try:
        restage_batch(batch_id=batch_id, at=request.at, desk=request.desk, **choice.cleaned_data)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), batch_url(batch_id))
    hand_over_looking(batch_id=batch_id, stored_as=result.stored_as, desk=request.desk)
    return done(request, _("The file is looked through once more."), batch_url(batch_id))


@require_POST
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def drop(request: StaffRequest, batch_id: int) -> HttpResponse:
    result = result_or_404(batch_id)
    try:
        drop_batch(batch_id=batch_id, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), batch_url(batch_id))
    uploads.drop(result.stored_as)
    return done(request, _("The import was given up; nothing was changed."), batch_url(batch_id))
