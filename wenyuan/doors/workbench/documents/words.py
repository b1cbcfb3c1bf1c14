"""What the pages of kept summaries call things."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import figure_name
from wenyuan.doors.workbench.daybook.words import KINDS
from wenyuan.office.daybook.data import RecordKind
from wenyuan.office.documents.data import DocumentReason, DocumentRefused, Source, SourceKind
from wenyuan.office.documents.queries import figure_code, mark
from wenyuan.office.figures.data import Said

SAID: Final[Mapping[Said, StrOrPromise]] = {
    Said.TOLD: _("rounded as documents write it"),
    Said.FULL: _("exactly"),
    Said.COMPARED: _("beside the year before"),
    Said.BEFORE: _("what the year before had"),
    Said.DAILY: _("a day, on average"),
    Said.DAILY_BEFORE: _("a day in the year before, on average"),
    Said.UP_TO: _("the last day counted"),
}

REASONS: Final[Mapping[DocumentReason, StrOrPromise]] = {
    DocumentReason.UNKNOWN_DOCUMENT: _("There is no such document any more."),
    DocumentReason.SUPERSEDED: _(
        "Somebody has changed the document meanwhile. Copy what you typed, open the document anew and put it in."
    ),
    DocumentReason.TITLE_MISSING: _("Give it a title."),
    DocumentReason.HEADING_MISSING: _("Every part but the first needs a heading."),
    DocumentReason.TEXT_MISSING: _("No part has any text."),
    DocumentReason.TEXT_TOO_LONG: _("One of the texts is too long."),
    DocumentReason.TOO_MANY: _("These are too many parts or figures for one document."),
    DocumentReason.UNKNOWN_MARK: _("These marks name no figure of the document:"),
    DocumentReason.DOUBLED_MARK: _("These marks stand twice; a figure is put in once more under Add a figure:"),
    DocumentReason.LOST_MARK: _("These marks are gone. Put them back, or tick that their figures may be left out:"),
    DocumentReason.NOTHING_TOLD: _("Nothing was recorded that this figure could tell of these days."),
    DocumentReason.NO_SUCH_PART: _("There is no such part."),
    DocumentReason.FIGURES_MOVED: _(
        "Figures have moved since the text was read. Read them anew first, perhaps only up to a day that is over."
    ),
    DocumentReason.OTHER_OUTCOME: _("Figures have moved since these changes were shown. Look at them once more."),
    DocumentReason.KEY_REUSED: _("This form was sent before with other words. Begin anew."),
}


def refusal_words(refused: DocumentRefused) -> list[str]:
    """Every reason, with the marks it is about."""
    return [
        f"{REASONS[reason]} {''.join(mark(one) for one in refused.marks_of(reason))}".strip()
        for reason in refused.reasons
    ]


def source_words(source: Source) -> str:
    """What a chip tells, in words."""
    match source.kind:
        case SourceKind.UP_TO:
            return str(SAID[Said.UP_TO])
        case SourceKind.POINT:
            return gettext("visits at a service point")
        case SourceKind.LISTED:
            return f"{KINDS[RecordKind(source.code)]}: {source.value}"
        case SourceKind.GOAL:
            return str(pgettext_lazy("goal", "target"))
        case SourceKind.SO_FAR:
            return gettext("how far a goal is")
        case SourceKind.FIGURE:
            code = figure_code(source.code)
            return f"{figure_name(code)}, {SAID[source.said]}" if code else source.code
