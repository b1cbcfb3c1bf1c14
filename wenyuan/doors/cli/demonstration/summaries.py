"""The work summary of the year in which the demo ends, kept, with a problem that a person wrote."""

from dataclasses import replace
from datetime import datetime

from wenyuan.office.documents.data import PartDraft
from wenyuan.office.documents.operations import keep_summary, rewrite_document
from wenyuan.office.documents.queries import draft_of
from wenyuan.office.figures.data import SummaryPart
from wenyuan.office.figures.queries import HEADINGS, parse_period
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date


def keep_a_summary(*, at: datetime, desk: Desk) -> None:
    """Keep the summary of the whole network, and put a part into it."""
    made = keep_summary(period=parse_period(str(local_date(at).year)), branch=None, figures_to=None, at=at, desk=desk)
    draft = draft_of(made.title, made.parts)
    part = SummaryPart.PROBLEMS
    problems = PartDraft(part, HEADINGS[part], "乡镇分馆开放时间偏短，流动图书车老旧，服务农村读者的能力有待加强。")
    parts = [one for one in draft.parts if one.part is not SummaryPart.NEXT]
    behind = [one for one in draft.parts if one.part is SummaryPart.NEXT]
    rewrite_document(
        document_id=made.id,
        version=made.version,
        draft=replace(draft, parts=[*parts, problems, *behind]),
        at=at,
        desk=desk,
    )
