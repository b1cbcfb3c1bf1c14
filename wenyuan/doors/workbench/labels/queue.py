"""What waits to be printed: seen, previewed, printed, marked; and prints of before, once more."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.printing import labels_pdf, without_bars
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.labels.forms import PrintForm
from wenyuan.doors.workbench.labels.printing import (
    labels_of,
    picture,
    print_of,
    sheet_choices,
    sheet_named,
    start_in,
)
from wenyuan.doors.workbench.labels.words import KINDS, OF_ITEMS, refusal_words
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue import operations
from wenyuan.holdings.catalogue.data import LabelFacts, LabelRefused, LabelRunView, LabelSheetView
from wenyuan.holdings.catalogue.queries import (
    count_labels,
    get_label_run,
    labels_of_run,
    labels_waiting,
    list_label_runs,
)
from wenyuan.organisation.rights.data import Act

SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the address asks for: a kind of what waits, or a run; the sheet, and the label to begin at."""

    kind: str
    run: LabelRunView | None
    sheet: LabelSheetView | None
    start: int
    facts: tuple[LabelFacts, ...]

    @property
    def address(self) -> str:
        """The same choice as the words of an address."""
        chosen: dict[str, str | int] = {"kind": self.kind, "start": self.start}
        if self.sheet:
            chosen["sheet"] = self.sheet.id
        if self.run:
            chosen["run"] = self.run.id
        return urlencode(chosen)


@require_GET
@staff_page(Act.EDIT_ITEM)
def labels(request: StaffRequest) -> HttpResponse:
    chosen = _chosen(request)
    counts = count_labels(request.desk.branch_id)
    title = gettext("Labels")
    context = {
        "title": title,
        "line": gettext("What waits to be printed here"),
        "crumbs": record_crumbs(Crumb(title)),
        "kinds": [(kind, KINDS[kind], counts.get(kind, 0), kind == chosen.kind) for kind in OF_ITEMS],
        "kind_words": KINDS[chosen.kind],
        "chosen": chosen,
        "waiting": counts.get(chosen.kind, 0),
        "form": PrintForm(
            sheets=sheet_choices(chosen.kind),
            initial={"sheet": chosen.sheet.id if chosen.sheet else None, "start": chosen.start},
        ),
        "facts": chosen.facts[:SHOWN],
        "entries": ",".join(str(one.entry_id) for one in chosen.facts),
        "bare": without_bars(print_of(chosen.sheet, labels_of(chosen.facts))) if chosen.sheet else 0,
        "runs": [(run, KINDS[run.kind]) for run in list_label_runs(request.desk.branch_id)],
    }
    return page(request, "workbench/labels/labels.html", context)


@require_GET
@staff_page(Act.EDIT_ITEM)
def print_labels(request: StaffRequest) -> HttpResponse:
    """The PDF; nothing is marked by looking at it."""
    chosen = _chosen(request)
    sheet = chosen.sheet
    if sheet is None or not chosen.facts:
        raise Http404
    made = print_of(sheet, labels_of(chosen.facts), start=chosen.start)
    return printed(request, lambda: labels_pdf(made), "labels")


@require_GET
@staff_page(Act.EDIT_ITEM)
def preview(request: StaffRequest) -> HttpResponse:
    """The first sheet as a picture."""
    chosen = _chosen(request)
    sheet = chosen.sheet
    if sheet is None:
        raise Http404
    return picture(lambda: print_of(sheet, labels_of(chosen.facts), start=chosen.start))


@require_POST
@staff_page(Act.EDIT_ITEM)
def printed_labels(request: StaffRequest) -> HttpResponse:
    """They came out of the printer as they should."""
    sheet = request.POST.get("sheet", "")
    entries = _ids(request)
    try:
        operations.mark_labels_printed(
            entry_ids=entries,
            sheet_id=int(sheet) if sheet.isdecimal() and len(sheet) < 19 else 0,
            at=request.at,
            desk=request.desk,
        )
    except LabelRefused as refused:
        return not_done(request, refusal_words(refused), _url(request))
    return done(request, _("Marked as printed. They can be printed once more from the list below."), _url(request))


@require_POST
@staff_page(Act.EDIT_ITEM)
def drop(request: StaffRequest) -> HttpResponse:
    """Labels that are not wanted after all."""
    gone = operations.drop_labels(entry_ids=_ids(request), at=request.at, desk=request.desk)
    return done(request, gettext("%(count)s labels taken out.") % {"count": gone}, _url(request))


def _chosen(request: StaffRequest) -> _Chosen:
    text = request.GET.get("run", "")
    run = get_label_run(int(text)) if text.isdecimal() and len(text) < 19 else None
    if run is not None and run.branch_id != request.desk.branch_id:
        run = None
    counts = count_labels(request.desk.branch_id)
    usual = next((kind for kind in OF_ITEMS if counts.get(kind)), OF_ITEMS[0])
    asked = request.GET.get("kind", "")
    kind = run.kind if run else asked if asked in OF_ITEMS else usual
    facts = labels_of_run(run.id) if run else labels_waiting(request.desk.branch_id, kind)
    return _Chosen(kind, run, sheet_named(request, kind), start_in(request), facts)


def _ids(request: StaffRequest) -> list[int]:
    texts = request.POST.get("entries", "").split(",") + request.POST.getlist("entry")
    return [int(one) for one in texts if one.isdecimal() and len(one) < 19]


def _url(request: StaffRequest) -> str:
    kind = request.POST.get("kind", "")
    return (
        f"{reverse('workbench:labels')}?{urlencode({'kind': kind})}"
        if kind in OF_ITEMS
        else reverse("workbench:labels")
    )
