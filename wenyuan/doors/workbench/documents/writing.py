"""Writing a kept summary: making it, its text, one more figure, and reading its figures anew."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.documents.forms import AnewForm, FigureForm, TextForm
from wenyuan.doors.workbench.documents.views import crumbs, list_crumb, seen_document, source_url
from wenyuan.doors.workbench.documents.words import refusal_words, source_words
from wenyuan.doors.workbench.figures.places import allowed
from wenyuan.doors.workbench.figures.words import period_words, reason_words
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.shell import page
from wenyuan.office.documents import operations, queries
from wenyuan.office.documents.data import DocumentFacts, DocumentRefused
from wenyuan.office.documents.queries import mark
from wenyuan.office.figures.data import BadPeriod
from wenyuan.office.figures.queries import EVERYTHING, parse_period
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

LONGEST_KEY = 64
MOST_LINES = 200
"""Of tables that are shown to change; a year of activities may be thousands."""


@require_POST
@staff_page(Act.WRITE_DOCUMENTS, any_branch=True)
def keep(request: StaffRequest) -> HttpResponse:
    """Keep the summary that a page showed, as it is written now."""
    branch = allowed(request.operator, request.POST.get("branch") or EVERYTHING, network_map())
    try:
        made = operations.keep_summary(
            period=parse_period(request.POST.get("period", "")),
            branch=branch,
            figures_to=_day(request.POST.get("to", "")),
            at=request.at,
            desk=request.desk,
            key=request.POST.get("key", "")[:LONGEST_KEY] or None,
        )
    except BadPeriod as bad:
        return not_done(request, str(reason_words(bad.reason)), reverse("workbench:summary"))
    except DocumentRefused as refused:
        return not_done(request, " ".join(refusal_words(refused)), reverse("workbench:summary"))
    return done(request, _("The summary is kept. Its text may be edited now."), _url(made))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.WRITE_DOCUMENTS, any_branch=True)
def edit(request: StaffRequest, document_id: int) -> HttpResponse:
    """The text of the document, its figures as marks."""
    document = _own_document(request, document_id)
    form = TextForm(request.POST or None, document=document)
    if form.is_valid():
        try:
            operations.rewrite_document(
                document_id=document_id,
                version=form.cleaned_data["version"],
                draft=form.draft(),
                at=request.at,
                desk=request.desk,
            )
        except DocumentRefused as refused:
            for words in refusal_words(refused):
                refuse(form, words)
        else:
            return done(request, _("The text is saved."), _url(document))
    sheet = Sheet(
        title=_("Edit the text"),
        act=_("Save the text"),
        line=document.title,
        words=_("A line is a paragraph. A mark like 【3】 is a figure, in its own words: move it, or leave it out."),
        crumbs=(*crumbs(), list_crumb(), _crumb(document), Crumb(gettext("Edit the text"))),
        back=_url(document),
    )
    chips = [
        (mark(chip.number), chip.text, source_words(chip.source), source_url(chip.source, document))
        for chip in document.chips
    ]
    return form_page(request, form, sheet, template="workbench/documents/edit.html", chips=chips)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.WRITE_DOCUMENTS, any_branch=True)
def figure(request: StaffRequest, document_id: int) -> HttpResponse:
    """Put one more figure at the end of a part; its mark may then be moved."""
    document = _own_document(request, document_id)
    form = FigureForm(request.POST or None, parts=document.parts, initial={"version": document.version})
    if form.is_valid():
        code, said = form.chosen()
        try:
            operations.put_figure(
                document_id=document_id,
                version=form.cleaned_data["version"],
                figure=code,
                said=said,
                place=form.cleaned_data["place"],
                at=request.at,
                desk=request.desk,
            )
        except DocumentRefused as refused:
            for words in refusal_words(refused):
                refuse(form, words, "figure")
        else:
            told = _("The figure stands at the end of that part. Move its mark to where it belongs.")
            return done(request, told, reverse("workbench:document-edit", args=[document_id]))
    sheet = Sheet(
        title=_("Add a figure"),
        act=_("Put it in"),
        line=document.title,
        words=_("It is read for the same days and place as the others."),
        crumbs=(*crumbs(), list_crumb(), _crumb(document), Crumb(gettext("Add a figure"))),
        back=_url(document),
    )
    return form_page(request, form, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.WRITE_DOCUMENTS, any_branch=True)
def read_anew(request: StaffRequest, document_id: int) -> HttpResponse:
    """What reading all figures anew would change, sentence by sentence; sent back, it is taken over."""
    document = _own_document(request, document_id)
    to = request.POST.get("to", "") if request.method == "POST" else request.GET.get("to", "")
    form = AnewForm({"to": to}, auto_id="id_anew_%s")
    if not form.is_valid():
        return _anew_page(request, document, form)
    day = form.cleaned_data["to"]
    if request.method == "POST":
        return _taken_over(request, document, day)
    try:
        outcome = queries.read_anew(document, at=request.at, figures_to=day)
    except BadPeriod as bad:
        form.add_error("to", str(reason_words(bad.reason)))
        return _anew_page(request, document, form)
    more: dict[str, object] = {
        "outcome": outcome,
        "counted": period_words(outcome.counted),
        "lines": outcome.lines[:MOST_LINES],
        "more_lines": max(len(outcome.lines) - MOST_LINES, 0),
    }
    return _anew_page(request, document, form, **more)


def _taken_over(request: StaffRequest, document: DocumentFacts, day: date | None) -> HttpResponse:
    version = request.POST.get("version", "")
    try:
        operations.take_over_figures(
            document_id=document.id,
            version=int(version) if version.isascii() and version.isdecimal() else 0,
            figures_to=day,
            digest=request.POST.get("digest", ""),
            at=request.at,
            desk=request.desk,
        )
    except BadPeriod as bad:
        return not_done(request, str(reason_words(bad.reason)), _url(document))
    except DocumentRefused as refused:
        return not_done(request, " ".join(refusal_words(refused)), _url(document))
    return done(request, _("The new figures are taken over."), _url(document))


def _anew_page(request: StaffRequest, document: DocumentFacts, form: AnewForm, **more: object) -> HttpResponse:
    context = {
        "title": gettext("Read the figures anew"),
        "line": document.title,
        "crumbs": (*crumbs(), list_crumb(), _crumb(document), Crumb(gettext("Read the figures anew"))),
        "document": document,
        "told": period_words(document.counted),
        "form": form,
        "back": _url(document),
        **more,
    }
    return page(request, "workbench/documents/anew.html", context, status=422 if form.errors else 200)


def _own_document(request: StaffRequest, document_id: int) -> DocumentFacts:
    document = seen_document(request.operator, document_id)
    if not may(request.operator, Act.WRITE_DOCUMENTS, document.branch_id):
        raise PermissionDenied
    return document


def _crumb(document: DocumentFacts) -> Crumb:
    return Crumb(document.title, _url(document))


def _url(document: DocumentFacts) -> str:
    return reverse("workbench:document", args=[document.id])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None
