"""From what the catalogue knows to labels that are printed."""

from collections.abc import Callable, Iterable
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import get_language

from wenyuan.doors.furniture.printing import Label, LabelPrint, Sheet, labels_picture
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.branches import Choices
from wenyuan.holdings.catalogue.data import LabelFacts, LabelSheetView
from wenyuan.holdings.catalogue.queries import list_label_sheets
from wenyuan.organisation.network.queries import get_library
from wenyuan.plumbing.printing import NotPrinted

_MEASURES = tuple(Sheet.__dataclass_fields__)


def print_of(sheet: LabelSheetView, labels: Iterable[Label], *, start: int = 1, frames: bool = False) -> LabelPrint:
    """Labels on a sheet, under the library's name."""
    library = get_library()
    return LabelPrint(
        kind=sheet.kind,
        sheet=Sheet(**{name: getattr(sheet, name) for name in _MEASURES}),
        labels=tuple(labels),
        library=library.name(get_language() or "zh-hans") if library else "",
        start=min(start, sheet.labels),
        frames=frames,
    )


def labels_of(facts: Iterable[LabelFacts]) -> list[Label]:
    """The labels of items."""
    return [
        Label(
            barcode=one.barcode,
            call_no=one.call_no,
            title=one.title,
            accession_no=one.accession_no,
            breaks=one.breaks,
        )
        for one in facts
    ]


def sheet_choices(kind: str) -> Choices:
    """The sheets of a kind, as the choices of a form."""
    language = get_language() or "zh-hans"
    return [(str(sheet.id), sheet.name(language)) for sheet in list_label_sheets(kind)]


def picture(make: Callable[[], LabelPrint]) -> HttpResponse:
    """The first sheet as a picture; an empty answer (503) where nothing can be printed now."""
    try:
        drawn = labels_picture(make())
    except NotPrinted:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(drawn, content_type="image/png", headers={"Cache-Control": "no-store, private"})


def sheet_named(request: StaffRequest, kind: str) -> LabelSheetView | None:
    """The sheet that ``?sheet=`` names, else the first of the kind."""
    sheets = list_label_sheets(kind)
    wanted = request.GET.get("sheet", "")
    return next((one for one in sheets if str(one.id) == wanted), sheets[0] if sheets else None)


def start_in(request: StaffRequest) -> int:
    """The label that ``?start=`` says to begin at; 1 for anything else."""
    text = request.GET.get("start", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 4 else 1
