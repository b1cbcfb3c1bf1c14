"""Reads of kept documents."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from wenyuan.office.documents import anew
from wenyuan.office.documents.anew import CHOOSABLE as CHOOSABLE
from wenyuan.office.documents.anew import figure_code as figure_code
from wenyuan.office.documents.anew import listed_of as listed_of
from wenyuan.office.documents.data import DocumentFacts, DocumentLine, ReadAnew
from wenyuan.office.documents.models import Document
from wenyuan.office.documents.rules import draft_of as draft_of
from wenyuan.office.documents.rules import in_order as in_order
from wenyuan.office.documents.rules import mark as mark
from wenyuan.office.documents.storing import annexes_read, chips_read, parts_read
from wenyuan.office.figures.data import WorkSummary
from wenyuan.office.figures.queries import may_see, parse_period
from wenyuan.office.workplans.queries import planned_summary
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Operator


def get_document(document_id: int) -> DocumentFacts | None:
    """One document, or nothing."""
    row = Document.objects.filter(id=document_id).first()
    return facts_of(row) if row else None


def list_documents(operator: Operator) -> Sequence[DocumentLine]:
    """The documents of the places whose figures the operator may see, the last changed first."""
    places = Document.objects.order_by().values_list("branch_id", flat=True).distinct()
    seen = [one for one in places if may_see(operator, one)]
    wanted = Q(branch_id__in=[one for one in seen if one is not None])
    if None in seen:
        wanted |= Q(branch_id=None)
    rows = Document.objects.filter(wanted).order_by("-changed_at", "-id")
    return [
        DocumentLine(number, branch_id, title, parse_period(period), parse_period(counted), changed_at)
        for number, branch_id, title, period, counted, changed_at in rows.values_list(
            "id", "branch_id", "title", "period", "counted", "changed_at"
        )
    ]


def summary_for(document: DocumentFacts, *, at: datetime, figures_to: date | None) -> WorkSummary:
    """The work summary of the document's period and place as it would be written at ``at``.

    :raises BadPeriod: nothing of the period lies before ``figures_to``.
    """
    return planned_summary(period=document.period, branch=document.branch, at=at, figures_to=figures_to).summary


def read_anew(document: DocumentFacts, *, at: datetime, figures_to: date | None = None) -> ReadAnew:
    """What reading all figures anew, up to ``figures_to`` or as far as the period goes, would change.

    :raises BadPeriod: nothing of the period lies before ``figures_to``.
    """
    return anew.read_anew(document, summary_for(document, at=at, figures_to=figures_to))


def has_moved(document: DocumentFacts, *, at: datetime) -> bool:
    """Whether figures or tables of the days that the document tells of come to something else by now."""
    return anew.has_moved(document, summary_for(document, at=at, figures_to=document.counted.last_date))


def facts_of(row: Document) -> DocumentFacts:
    """A row as a value."""
    branch = network_map().branches.get(row.branch_id) if row.branch_id else None
    return DocumentFacts(
        id=row.id,
        branch_id=row.branch_id,
        branch=branch.code if branch else None,
        period=parse_period(row.period),
        counted=parse_period(row.counted),
        earlier=parse_period(row.earlier) if row.earlier else None,
        seat=row.seat or None,
        name=row.name,
        title=row.title,
        parts=parts_read(row.parts),
        chips=chips_read(row.chips),
        annexes=annexes_read(row.annexes),
        read_at=row.read_at,
        version=row.version,
        made_by=row.made_by_id,
        changed_by=row.changed_by_id,
        changed_at=row.changed_at,
    )
