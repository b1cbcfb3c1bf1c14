"""Files of a record: handed in, shown to staff, taken away with a reason."""

from pathlib import PurePath

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.workbench import kept
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.daybook import forms
from wenyuan.doors.workbench.daybook.shown import refusal_words, seen_record
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.office.daybook import operations
from wenyuan.office.daybook.data import PaperInput, RecordRefused
from wenyuan.office.daybook.queries import papers_of
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.papers import MEDIA_TYPES, MOST_BYTES, NotAPaper, PaperForm, look_at

FOLDER = "daybook"
NAME_CHARACTERS = 120


@require_POST
@staff_page(Act.KEEP_DAYBOOK, any_branch=True)
def attach(request: StaffRequest, row_id: int) -> HttpResponse:
    """Look at the file, keep it, and name it on the record."""
    row = seen_record(request.operator, row_id)
    url = reverse("workbench:daybook-record", args=[row_id])
    form = forms.PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return not_done(request, _("Choose a file."), url)
    upload = form.cleaned_data["file"]
    try:
        if (upload.size or 0) > MOST_BYTES:
            raise NotAPaper("too large")
        seen = look_at(upload.read(MOST_BYTES + 1))
    except NotAPaper:
        return not_done(
            request,
            _("Not taken: only pictures up to 8 MB, and PDF, Word or Excel files without macros up to 20 MB."),
            url,
        )
    stored_as = kept.keep(FOLDER, seen.data, seen.form.value)
    paper = PaperInput(
        name=upload.name[:NAME_CHARACTERS] or seen.form.value,
        form=seen.form.value,
        size=len(seen.data),
        sha256=seen.sha256,
        stored_as=stored_as,
    )
    try:
        operations.attach_paper(origin_id=row.origin_id, paper=paper, at=request.at, desk=request.desk)
    except RecordRefused as refused:
        kept.drop(FOLDER, stored_as)
        return not_done(request, refusal_words(refused), url)
    except Exception:
        kept.drop(FOLDER, stored_as)
        raise
    return done(request, _("The file is attached."), url)


@require_GET
@staff_page(Act.KEEP_DAYBOOK, Act.APPROVE_DAYBOOK, Act.SEE_FIGURES, any_branch=True)
def paper(request: StaffRequest, origin_id: int, paper_id: int) -> HttpResponseBase:
    """The file, as a download; a picture is shown. Its ending says what its bytes are, whatever it was called."""
    seen_record(request.operator, origin_id)
    found = next((one for one in papers_of(origin_id) if one.id == paper_id and one.removed_at is None), None)
    path = kept.path_of(FOLDER, found.stored_as) if found else None
    if found is None or path is None:
        raise Http404
    form = PaperForm(found.form)
    response = FileResponse(
        path.open("rb"),
        content_type=MEDIA_TYPES[form],
        as_attachment=form is not PaperForm.PICTURE,
        filename=f"{PurePath(found.name).stem}.{form.value}",
    )
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@staff_page(Act.KEEP_DAYBOOK, any_branch=True)
def remove(request: StaffRequest, origin_id: int, paper_id: int) -> HttpResponse:
    """Take a file away that should not be there: the row stays, the file goes."""
    url = reverse("workbench:daybook-record", args=[origin_id])
    form = forms.ReasonForm(request.POST)
    if paper_id not in {one.id for one in papers_of(origin_id)}:
        raise Http404
    if not form.is_valid():
        return not_done(request, _("Say why the file is taken away."), url)
    try:
        stored_as = operations.remove_paper(
            paper_id=paper_id, reason=form.cleaned_data["reason"], at=request.at, desk=request.desk
        )
    except RecordRefused as refused:
        return not_done(request, refusal_words(refused), url)
    kept.drop(FOLDER, stored_as)
    return done(request, _("The file is taken away."), url)
