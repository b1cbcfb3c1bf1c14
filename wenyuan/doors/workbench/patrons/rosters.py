"""Class lists: children enrolled together by their school."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.desk.slips import library_name
from wenyuan.doors.workbench.patrons.forms import ClassListForm
from wenyuan.doors.workbench.patrons.shown import shown_patrons
from wenyuan.doors.workbench.patrons.views import standing_branches
from wenyuan.doors.workbench.patrons.words import COLUMN_WORDS, problem_words
from wenyuan.doors.workbench.shell import branch_names, page
from wenyuan.lending.circulation.queries import loans_of_readers
from wenyuan.lending.patrons.data import NOTICE_VERSION, ConsentInput, GivenBy, RosterReceipt, RosterRefused, RowProblem
from wenyuan.lending.patrons.operations import enrol_roster, read_sheet
from wenyuan.lending.patrons.queries import categories, get_patron, list_roster, rosters
from wenyuan.organisation.rights.data import Act

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row of the file, in words; row 0 is the file."""

    row: int
    column: str
    words: str


@staff_page(Act.SEE_PATRON)
@require_GET
def class_lists(request: StaffRequest) -> HttpResponse:
    """Every class list."""
    names = branch_names()
    context = {
        "rosters": [(roster, names(roster.home_branch_id)) for roster in rosters()],
        "crumbs": (*_crumbs(), Crumb(label=gettext("Class lists"))),
    }
    return page(request, "workbench/patrons/class_lists.html", context)


@staff_page(Act.SEE_PATRON)
@require_GET
def class_list(request: StaffRequest, roster_id: int) -> HttpResponse:
    """The children of one class list."""
    roster = next((one for one in rosters() if one.id == roster_id), None)
    if roster is None:
        raise Http404
    context = {
        "roster": roster,
        "found": shown_patrons(list_roster(roster_id)),
        "crumbs": (
            *_crumbs(),
            Crumb(label=gettext("Class lists"), url=reverse("workbench:class-lists")),
            Crumb(label=roster.name),
        ),
    }
    return page(request, "workbench/patrons/class_list.html", context)


@staff_page(Act.SEE_PATRON)
@require_GET
def class_loans(request: StaffRequest, roster_id: int) -> HttpResponse:
    """班级借阅清单 on paper, for the class teacher: what each child of a class list has, with when it is due."""
    roster = next((one for one in rosters() if one.id == roster_id), None)
    if roster is None:
        raise Http404
    children = list_roster(roster_id)
    loans = loans_of_readers(patron_ids=[one.id for one in children], at=request.at)
    rows = [(child, loans.get(child.id, ())) for child in children]
    context = {
        **_paper(request),
        "roster": roster,
        "rows": rows,
        "count": sum(len(mine) for _child, mine in rows),
        "overdue": sum(loan.overdue for _child, mine in rows for loan in mine),
        "back": reverse("workbench:class-list", args=[roster_id]),
    }
    return page(request, "workbench/patrons/class_loans.html", context)


@staff_page(Act.SEE_PATRON)
@require_GET
def card_loans(request: StaffRequest, patron_id: int) -> HttpResponse:
    """What is lent to a class's or an institution's card (集体证), on paper, with a place beside each item for who of
    them has it: the list that the teacher keeps."""
    view = get_patron(patron_id)
    if view is None:
        raise Http404
    context = {
        **_paper(request),
        "patron": view,
        "loans": loans_of_readers(patron_ids=[patron_id], at=request.at).get(patron_id, ()),
        "back": reverse("workbench:patron", args=[patron_id]),
    }
    return page(request, "workbench/patrons/card_loans.html", context)


def _paper(request: StaffRequest) -> dict[str, object]:
    """What stands on every such list: whose library, which branch, and as of when."""
    return {
        "library": library_name(),
        "branch": branch_name(request.desk.branch_id),
        "at": request.at,
    }


@staff_page(Act.EDIT_PATRON)
@require_http_methods(["GET", "POST"])
def enrol(request: StaffRequest) -> HttpResponse:
    """Enrol the children of a list, all or none; every fault of every row is told."""
    kinds = categories()
    child = next((kind.code for kind in kinds if kind.guardian_required), "")
    form = ClassListForm(
        request.POST or None,
        request.FILES or None,
        categories=kinds,
        branches=standing_branches(request),
        initial={"home_branch": str(request.desk.branch_id), "category": child},
    )
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        try:
            receipt = _enrol(form, request)
        except RosterRefused as refused:
            faults = [_fault(one) for one in refused.problems]
        else:
            words = gettext("Enrolled: %(new)s new readers of %(all)s rows.")
            messages.success(request, words % {"new": receipt.count_new, "all": len(receipt.children)})
            return HttpResponseRedirect(reverse("workbench:class-list", args=[receipt.roster_id]))
    context = {
        "form": form,
        "faults": faults[:MOST_SHOWN],
        "count_faults": len(faults),
        "notice_version": NOTICE_VERSION,
        "crumbs": (
            *_crumbs(),
            Crumb(label=gettext("Class lists"), url=reverse("workbench:class-lists")),
            Crumb(label=gettext("New class list")),
        ),
    }
    is_wrong = bool(form.errors or faults)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return page(request, "workbench/patrons/enrol.html", context, status=status)


def _enrol(form: ClassListForm, request: StaffRequest) -> RosterReceipt:
    values = form.cleaned_data
    return enrol_roster(
        school=values["school"],
        name=values["class_name"],
        rows=read_sheet(values["sheet"].read()),
        category=values["category"],
        home_branch_id=int(values["home_branch"]),
        consent=ConsentInput(notice_version=NOTICE_VERSION, given_by=GivenBy.GUARDIAN),
        at=request.at,
        desk=request.desk,
    )


def _fault(row: RowProblem) -> Fault:
    return Fault(row.line, str(COLUMN_WORDS.get(row.column, "")), problem_words(row.problem))


def _crumbs() -> tuple[Crumb, ...]:
    return (Crumb(label=gettext("Readers"), url=reverse("workbench:patrons")),)
