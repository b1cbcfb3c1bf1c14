"""The versions of a record: who saved which, what differs, and back to a former one."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.journal.words import DOORS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.records.editing import record_or_404
from wenyuan.doors.workbench.records.editing_words import REFUSALS
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import CatalogueRefused, VersionView
from wenyuan.holdings.catalogue.operations import restore_version
from wenyuan.holdings.catalogue.queries import get_bib, get_version, import_result, list_versions, updates_of_versions
from wenyuan.kernel.marc import differences
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

VERSIONS = 50


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_RECORDS, Act.IMPORT_RECORDS)
def history(request: StaffRequest, bib_id: int) -> HttpResponse:
    """Every version, the one in force first."""
    found = list_versions(bib_id, before=number_from(request), size=VERSIONS + 1)
    if not found:
        record_or_404(bib_id)
    title = gettext("History of the record")
    context = {
        "title": title,
        "line": _title_of(bib_id),
        "crumbs": record_crumbs(_crumb(bib_id), Crumb(title)),
        "bib_id": bib_id,
        "rows": _rows(bib_id, found[:VERSIONS]),
        "onward": onward(request, found[VERSIONS - 1].number if len(found) > VERSIONS else None),
    }
    return page(request, "workbench/records/history.html", context)


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_RECORDS, Act.IMPORT_RECORDS)
def version(request: StaffRequest, bib_id: int, number: int) -> HttpResponse:
    """One version: what was changed by it, and what differs from the one in force."""
    present, shown = record_or_404(bib_id), get_version(bib_id, number)
    if shown is None:
        raise Http404
    former = get_version(bib_id, number - 1)
    title = gettext("Version %(number)s") % {"number": number}
    context = {
        "title": title,
        "line": _title_of(bib_id),
        "crumbs": record_crumbs(
            _crumb(bib_id),
            Crumb(gettext("History of the record"), reverse("workbench:record-history", args=[bib_id])),
            Crumb(title),
        ),
        "bib_id": bib_id,
        "row": _rows(bib_id, (shown,))[0],
        "present": present,
        "by_it": differences(former.record, shown.record) if former else differences(shown.record, shown.record),
        "is_first": former is None,
        "since": differences(shown.record, present.record) if number != present.number else (),
        "may_restore": number != present.number and may(request.operator, Act.EDIT_RECORDS, request.desk.branch_id),
    }
    return page(request, "workbench/records/version.html", context)


@require_POST
@staff_page(Act.EDIT_RECORDS)
def restore(request: StaffRequest, bib_id: int, number: int) -> HttpResponse:
    try:
        seen = int(request.POST.get("version", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        saved = restore_version(bib_id=bib_id, number=number, version=seen, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        url = reverse("workbench:record-history", args=[bib_id])
        return not_done(request, REFUSALS[refused.refusal], url)
    url = reverse("workbench:record", args=[saved.id])
    words = gettext("Version %(number)s is in force again.") if saved.changed else gettext("Nothing was changed.")
    return done(request, words % {"number": number}, url)


def _rows(bib_id: int, found: tuple[VersionView, ...]) -> list[dict[str, object]]:
    """The versions with who saved them, by which door, and from which file or for which authority."""
    authorities = updates_of_versions(bib_id, [one.number for one in found])
    names: dict[int, str] = {}
    files: dict[int, str] = {}
    for one in found:
        if one.account_id is not None and one.account_id not in names:
            account = get_account(one.account_id)
            names[one.account_id] = account.name if account else ""
        if one.batch_id is not None and one.batch_id not in files:
            result = import_result(one.batch_id)
            files[one.batch_id] = result.file_name if result else ""
    return [
        {
            "version": one,
            "by": names.get(one.account_id or 0, ""),
            "door": DOORS.get(one.door, one.door),
            "file": files.get(one.batch_id or 0, ""),
            "authority": authorities.get(one.number),
        }
        for one in found
    ]


def _title_of(bib_id: int) -> str:
    bib = get_bib(bib_id)
    return bib.title if bib else ""


def _crumb(bib_id: int) -> Crumb:
    return Crumb(_title_of(bib_id), reverse("workbench:record", args=[bib_id]))
