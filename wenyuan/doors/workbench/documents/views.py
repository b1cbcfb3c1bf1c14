"""Kept work summaries: the list, one of them with its figures as links, and its Word file."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.summary_file import text_docx, with_numbers
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.documents.words import source_words
from wenyuan.doors.workbench.figures.checks import Place, place_of
from wenyuan.doors.workbench.figures.places import place_words
from wenyuan.doors.workbench.figures.summaries import WORD, run_url
from wenyuan.doors.workbench.figures.words import period_words
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.shell import page
from wenyuan.office.documents.data import DocumentFacts, Paragraph, Source, SourceKind
from wenyuan.office.documents.queries import figure_code, get_document, has_moved, list_documents, listed_of
from wenyuan.office.figures.data import IndicatorCode, Run, Said
from wenyuan.office.figures.queries import findings_in, may_see
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Operator
from wenyuan.organisation.rights.queries import may

_OF_YEAR_BEFORE = (Said.COMPARED, Said.BEFORE)
_AVERAGES = (Said.DAILY, Said.DAILY_BEFORE)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def documents(request: StaffRequest) -> HttpResponse:
    """The kept summaries of the places whose figures one sees, the last changed first."""
    network = network_map()
    rows = page_of(request, list_documents(request.operator))
    context = {
        "title": gettext("Kept summaries"),
        "crumbs": (*crumbs(), Crumb(gettext("Kept summaries"))),
        "rows": [
            (one, place_words(network.branches[one.branch_id].code if one.branch_id else None, network)) for one in rows
        ],
        "page": rows,
        "summary_url": reverse("workbench:summary"),
    }
    return page(request, "workbench/documents/documents.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def one(request: StaffRequest, document_id: int) -> HttpResponse:
    """A kept summary: its text, each figure opening onto its rows, and what may be done with it."""
    document, network = seen_document(request.operator, document_id), network_map()
    account = get_account(document.changed_by)
    context = {
        "title": document.title,
        "line": " · ".join([place_words(document.branch, network), period_words(document.counted)]),
        "crumbs": (*crumbs(), list_crumb(), Crumb(document.title)),
        "document": document,
        "parts": [
            (part.heading, [shown_paragraph(line, document) for line in part.paragraphs]) for part in document.parts
        ],
        "places": places_to_look_at(document),
        "moved": has_moved(document, at=request.at),
        "gone": [(chip, source_words(chip.source)) for chip in document.chips if chip.gone],
        "changed_by": account.name if account else "",
        "writes": may(request.operator, Act.WRITE_DOCUMENTS, document.branch_id),
    }
    return page(request, "workbench/documents/document.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def file(request: StaffRequest, document_id: int) -> HttpResponse:
    """The Word file of a kept summary."""
    document = seen_document(request.operator, document_id)
    parts = sent_parts(document)
    name = f"summary-{document.period.text}-{document.id}-{document.version}.docx"
    return HttpResponse(
        text_docx(document.title, parts, document.annexes, author=document.name, at=document.changed_at),
        content_type=WORD,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


def sent_parts(document: DocumentFacts) -> list[tuple[str, list[str]]]:
    """Headings and paragraphs as they are sent, without numbers."""
    return [(part.heading, [words_of(line, document) for line in part.paragraphs]) for part in document.parts]


def places_to_look_at(document: DocumentFacts) -> list[Place]:
    """What a person should look at before the text is sent, in its order."""
    lines = [line for heading, lines in with_numbers(sent_parts(document)) for line in (heading, *lines) if line]
    text = "\n".join([document.title, *lines])
    return [place_of(one, text) for one in findings_in(text)]


def seen_document(operator: Operator, document_id: int) -> DocumentFacts:
    """The document, if it is there and the operator sees the figures of its place."""
    document = get_document(document_id)
    if document is None:
        raise Http404
    if not may_see(operator, document.branch_id):
        raise PermissionDenied
    return document


def crumbs() -> tuple[Crumb, ...]:
    return (
        Crumb(gettext("Figures"), reverse("workbench:figures")),
        Crumb(gettext("Work summary"), reverse("workbench:summary")),
    )


def list_crumb() -> Crumb:
    return Crumb(gettext("Kept summaries"), reverse("workbench:documents"))


def words_of(paragraph: Paragraph, document: DocumentFacts) -> str:
    """The paragraph with the words of its chips."""
    return "".join(one if isinstance(one, str) else document.chip(one).text for one in paragraph)


def shown_paragraph(paragraph: Paragraph, document: DocumentFacts) -> list[tuple[str, str]]:
    """Text and address of each piece; no address for prose."""
    found = []
    for one in paragraph:
        if isinstance(one, str):
            found.append((one, ""))
        else:
            chip = document.chip(one)
            found.append((chip.text, source_url(chip.source, document)))
    return found


def source_url(source: Source, document: DocumentFacts) -> str:
    """Where the rows are behind what a chip tells; nothing for an average or a day."""
    match source.kind:
        case SourceKind.GOAL | SourceKind.SO_FAR:
            return run_url(Run("", goal_id=source.number), document)
        case SourceKind.POINT:
            return run_url(Run("", IndicatorCode.VISITS, point_id=source.number), document)
        case SourceKind.LISTED:
            return run_url(Run("", listed=listed_of(source)), document)
        case SourceKind.FIGURE if source.said not in _AVERAGES:
            return run_url(Run("", figure_code(source.code), earlier=source.said in _OF_YEAR_BEFORE), document)
        case _:
            return ""
