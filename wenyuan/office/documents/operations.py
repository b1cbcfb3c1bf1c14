"""Verbs of kept documents: making one, writing it, putting a figure in, and taking new figures over."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError

from wenyuan.office.documents import anew, rules
from wenyuan.office.documents.data import (
    Chip,
    DocumentFacts,
    DocumentReason,
    DocumentRefused,
    Part,
    Source,
    SourceKind,
    TextDraft,
)
from wenyuan.office.documents.models import Document
from wenyuan.office.documents.queries import facts_of, summary_for
from wenyuan.office.documents.storing import annexes_stored, chips_stored, parts_stored
from wenyuan.office.figures.data import FigureCode, Period, Said, WorkSummary
from wenyuan.office.figures.queries import annexes
from wenyuan.office.workplans.queries import planned_summary
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

SUBJECT = "document"


@needs(Act.WRITE_DOCUMENTS)
def keep_summary(
    *, period: Period, branch: str | None, figures_to: date | None, at: datetime, desk: Desk, key: str | None = None
) -> DocumentFacts:
    """Keep the work summary of a period and place as it is written now, to be edited. A request that is repeated with
    its key gives the document that it made.

    :raises NotAllowed: without the right at that branch, or over the whole network where none is named.
    :raises UnknownBranch: no branch has the code.
    :raises BadPeriod: nothing of the period lies before ``figures_to`` and today.
    :raises DocumentRefused: the key made a document of another period or place.
    """
    return _twice(lambda: _keep(period, branch, figures_to, at, desk, key))


@needs(Act.WRITE_DOCUMENTS)
def rewrite_document(*, document_id: int, version: int, draft: TextDraft, at: datetime, desk: Desk) -> DocumentFacts:
    """Put a new text into a document that is as ``version`` says. Chips whose mark is gone leave it where the draft
    says that they may.

    :raises NotAllowed: without the right where it stands.
    :raises DocumentRefused: with every reason; ``superseded`` when somebody changed it meanwhile.
    """
    return _rewrite(document_id, version, draft, at, desk)


@needs(Act.WRITE_DOCUMENTS)
def put_figure(
    *, document_id: int, version: int, figure: FigureCode, said: Said, place: int, at: datetime, desk: Desk
) -> DocumentFacts:
    """Put a figure, of the days of the others, at the end of its part number ``place`` (from 0).

    :raises NotAllowed: without the right where it stands.
    :raises DocumentRefused: nothing tells it of these days, there is no such part, figures moved since the document was
        read (one text would tell two moments), or somebody changed it meanwhile.
    """
    return _put(document_id, version, figure, said, place, at, desk)


@needs(Act.WRITE_DOCUMENTS)
def take_over_figures(
    *, document_id: int, version: int, figures_to: date | None, digest: str, at: datetime, desk: Desk
) -> DocumentFacts:
    """Read all figures and tables anew, and take them over where they come to what was shown (``digest``).

    :raises NotAllowed: without the right where it stands.
    :raises BadPeriod: nothing of the period lies before ``figures_to``.
    :raises DocumentRefused: figures moved since, or somebody changed the document meanwhile.
    """
    return _take_over(document_id, version, figures_to, digest, at, desk)


def _twice(attempt: Callable[[], DocumentFacts]) -> DocumentFacts:
    """Who loses a race for a key looks again, and then sees what the winner made."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@verb
def _keep(
    period: Period, branch: str | None, figures_to: date | None, at: datetime, desk: Desk, key: str | None
) -> DocumentFacts:
    place = network_map().by_code(branch) if branch else None
    require(desk.operator, Act.WRITE_DOCUMENTS, place.id if place else None)
    if key and (done := Document.objects.filter(key=key).first()):
        made = facts_of(done)
        if (made.period, made.branch) != (period, branch):
            raise DocumentRefused(DocumentReason.KEY_REUSED)
        return made
    summary = planned_summary(period=period, branch=branch, at=at, figures_to=figures_to).summary
    parts, chips = anew.kept_text(summary)
    row = Document.objects.create(
        branch_id=place.id if place else None,
        period=period.text,
        name=summary.facts.name,
        title=summary.title[: rules.TITLE_CHARACTERS],
        parts=parts_stored(parts),
        chips=chips_stored(chips),
        made_by_id=desk.operator.account_id,
        made_at=at,
        changed_by_id=desk.operator.account_id,
        changed_at=at,
        key=key,
        **_frame(summary),
    )
    made = facts_of(Document.objects.get(id=row.id))
    _audit("keep_summary", made, None, at, desk)
    return made


@verb
def _rewrite(document_id: int, version: int, draft: TextDraft, at: datetime, desk: Desk) -> DocumentFacts:
    before = _locked(document_id, version, desk)
    if faults := rules.faults_of(draft, before.chips):
        raise DocumentRefused(*faults, marks=faults)
    parts = rules.parts_of(draft)
    stands = set(rules.marks_in(parts))
    chips = [one for one in before.chips if one.number in stands]
    return _changed("rewrite_document", before, parts, chips, at, desk, title=draft.title.strip())


@verb
def _put(
    document_id: int, version: int, figure: FigureCode, said: Said, place: int, at: datetime, desk: Desk
) -> DocumentFacts:
    before = _locked(document_id, version, desk)
    if not 0 <= place < len(before.parts):
        raise DocumentRefused(DocumentReason.NO_SUCH_PART)
    if len(before.chips) >= rules.MOST_CHIPS:
        raise DocumentRefused(DocumentReason.TOO_MANY)
    source = Source(kind=SourceKind.FIGURE, code=figure.value, said=said)
    summary = summary_for(before, at=at, figures_to=before.counted.last_date)
    if anew.has_moved(before, summary):
        raise DocumentRefused(DocumentReason.FIGURES_MOVED)
    words = anew.Reading(summary).words(source)
    if not words:
        raise DocumentRefused(DocumentReason.NOTHING_TOLD)
    number = max((one.number for one in before.chips), default=0) + 1
    parts = list(before.parts)
    chosen = parts[place]
    last = chosen.paragraphs[-1]
    parts[place] = Part(chosen.part, chosen.heading, (*chosen.paragraphs[:-1], (*last, number)))
    return _changed("put_figure", before, parts, [*before.chips, Chip(number, source, words)], at, desk)


@verb
def _take_over(
    document_id: int, version: int, figures_to: date | None, digest: str, at: datetime, desk: Desk
) -> DocumentFacts:
    before = _locked(document_id, version, desk)
    summary = summary_for(before, at=at, figures_to=figures_to)
    if anew.read_anew(before, summary).digest != digest:
        raise DocumentRefused(DocumentReason.OTHER_OUTCOME)
    chips = anew.with_new_words(before.chips, anew.Reading(summary))
    return _changed("take_over_figures", before, before.parts, chips, at, desk, **_frame(summary))


def _locked(document_id: int, version: int, desk: Desk) -> DocumentFacts:
    """The document, held until the end. :raises NotAllowed: it is not the operator's to write."""
    row = Document.objects.select_for_update().filter(id=document_id).first()
    if row is None:
        raise DocumentRefused(DocumentReason.UNKNOWN_DOCUMENT)
    require(desk.operator, Act.WRITE_DOCUMENTS, row.branch_id)
    if row.version != version:
        raise DocumentRefused(DocumentReason.SUPERSEDED)
    return facts_of(row)


def _frame(summary: WorkSummary) -> dict[str, Any]:
    """How far the figures go and what they are compared with, the tables, and when all was read."""
    facts = summary.facts
    return {
        "counted": facts.counted.text,
        "earlier": facts.earlier.text if facts.earlier else "",
        "seat": facts.seat or "",
        "annexes": annexes_stored(annexes(summary)),
        "read_at": facts.as_of,
    }


def _changed(
    act: str,
    before: DocumentFacts,
    parts: Sequence[Part],
    chips: Sequence[Chip],
    at: datetime,
    desk: Desk,
    **columns: Any,
) -> DocumentFacts:
    Document.objects.filter(id=before.id).update(
        parts=parts_stored(parts),
        chips=chips_stored(chips),
        version=before.version + 1,
        changed_by_id=desk.operator.account_id,
        changed_at=at,
        **columns,
    )
    made = facts_of(Document.objects.get(id=before.id))
    _audit(act, made, before, at, desk)
    return made


def _audit(act: str, document: DocumentFacts, before: DocumentFacts | None, at: datetime, desk: Desk) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind=SUBJECT,
        subject_id=document.id,
        branch_id=document.branch_id,
        before=_shown(before) if before else None,
        after=_shown(document),
    )


def _shown(document: DocumentFacts) -> dict[str, object]:
    """Codes, days and counts; texts stay with the document."""
    return {
        "period": document.period.text,
        "counted": document.counted.text,
        "version": document.version,
        "parts": len(document.parts),
        "figures": len(document.chips),
    }
