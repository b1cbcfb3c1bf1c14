"""合并: two records side by side, one made of them, the merges there were, and two again."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.items.words import DIALECTS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.records.editing import others_at
from wenyuan.doors.workbench.records.editing_words import DUPLICATES, REFUSALS
from wenyuan.doors.workbench.records.merge_words import HANGING, MOVED, STAYS
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import BibMergeView, CatalogueRefused
from wenyuan.holdings.catalogue.operations import merge_bibs, undo_bib_merge
from wenyuan.holdings.catalogue.queries import (
    get_bib,
    get_bib_merge,
    get_item,
    get_record,
    is_kept_apart,
    likeness_of,
    list_bib_merges,
    list_stayed,
    lookup,
    proposed_to_stay,
    standing_bib,
    titles_of,
    weighed,
)
from wenyuan.kernel.marc import differences
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.rights.data import Act

MERGES = 20


@require_GET
@staff_page(Act.EDIT_RECORDS)
def beside(request: StaffRequest, bib_id: int) -> HttpResponse:
    """Ask for another record by one of its barcodes, an ISBN or its number here, and lay it beside this one."""
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    typed = request.GET.get("other", "").strip()
    other_id = _found(typed, besides=bib_id) if typed else None
    if other_id is not None:
        both = weighed((bib_id, other_id))
        kept_id = proposed_to_stay(both[bib_id], both[other_id])
        gone_id = other_id if kept_id == bib_id else bib_id
        return HttpResponseRedirect(reverse("workbench:records-merge", args=[kept_id, gone_id]))
    title = gettext("Merge with another record")
    context = {
        "title": title,
        "line": bib.title,
        "crumbs": record_crumbs(Crumb(bib.title, _record_url(bib_id)), Crumb(title)),
        "bib": bib,
        "typed": typed,
    }
    return page(request, "workbench/records/merge_with.html", context, status=404 if typed else 200)


def _found(typed: str, *, besides: int) -> int | None:
    """Another record with this barcode, number of a book, or number here; one that was merged stands for the other."""
    item = get_item(typed)
    found = [item.bib_id] if item is not None else []
    found += [bib.id for bib in lookup(isbn=typed).bibs]
    if typed.isascii() and typed.isdecimal() and len(typed) <= 18:
        found += [standing_bib(bib_id) for bib_id in titles_of([int(typed)])]
    return next((bib_id for bib_id in found if bib_id != besides), None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def merge(request: StaffRequest, bib_id: int, other_id: int) -> HttpResponse:
    """Two records side by side: the first stays, the second goes into it."""
    if request.method == "POST":
        return _merge(request, bib_id, other_id)
    kept, gone = get_bib(bib_id), get_bib(other_id)
    records = get_record(bib_id), get_record(other_id)
    both = weighed((bib_id, other_id))
    if kept is None or gone is None or records[0] is None or records[1] is None or kept.id == gone.id:
        raise Http404
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        led = kept.merged_into_id or gone.merged_into_id or kept.id
        return not_done(request, gettext("One of the two was merged already."), _record_url(led))
    reason = likeness_of(bib_id, other_id)
    title = gettext("Two records")
    context = {
        "title": title,
        "line": DUPLICATES[reason] if reason else gettext("Laid side by side by hand"),
        "crumbs": record_crumbs(Crumb(gettext("Catalogued twice?"), reverse("workbench:records-alike")), Crumb(title)),
        "sides": [
            {
                "bib": bib,
                "weight": both[bib.id],
                "dialect": DIALECTS.get(bib.dialect, bib.dialect),
                "hanging": [(HANGING.get(one.what, one.what), one.count) for one in both[bib.id].hanging],
                "others": others_at(request, bib.id),
            }
            for bib in (kept, gone)
        ],
        "kept": kept,
        "gone": gone,
        "is_proposed": proposed_to_stay(both[kept.id], both[gone.id]) == kept.id,
        "are_of_two_formats": kept.dialect != gone.dialect,
        "is_apart": is_kept_apart(bib_id, other_id),
        "lines": differences(records[1].record, records[0].record),
    }
    return page(request, "workbench/records/merge.html", context)


def _merge(request: StaffRequest, kept_id: int, gone_id: int) -> HttpResponse:
    here = reverse("workbench:records-merge", args=[kept_id, gone_id])
    try:
        versions = {name: int(request.POST.get(name, "")) for name in ("kept_version", "gone_version")}
    except ValueError as error:
        raise Http404 from error
    try:
        merge_id = merge_bibs(kept_id=kept_id, gone_id=gone_id, at=request.at, desk=request.desk, **versions)
    except CatalogueRefused as refused:
        return not_done(request, REFUSALS[refused.refusal], here)
    return done(request, gettext("One record now. It can be undone here."), _url(merge_id))


@require_GET
@staff_page(Act.EDIT_RECORDS)
def merges(request: StaffRequest) -> HttpResponse:
    """The merges there were, the last first."""
    found = list_bib_merges(before=number_from(request), size=MERGES + 1)
    title = gettext("Merged records")
    context = {
        "title": title,
        "crumbs": record_crumbs(Crumb(title)),
        "rows": _rows(found[:MERGES]),
        "onward": onward(request, found[MERGES - 1].id if len(found) > MERGES else None),
    }
    return page(request, "workbench/records/merges.html", context)


@require_GET
@staff_page(Act.EDIT_RECORDS)
def merged(request: StaffRequest, merge_id: int) -> HttpResponse:
    """One merge: what it moved, and after its undo what has stayed."""
    found = get_bib_merge(merge_id)
    if found is None:
        raise Http404
    [row] = _rows((found,))
    title = gettext("Merge of two records")
    context = {
        "title": title,
        "crumbs": record_crumbs(Crumb(gettext("Merged records"), reverse("workbench:records-merges")), Crumb(title)),
        "row": row,
        "moved": [(MOVED.get(what, what), count) for what, count in sorted(found.moved.items())],
        "stayed": [(one, MOVED.get(one.what, one.what), STAYS[one.reason]) for one in list_stayed(merge_id=merge_id)],
    }
    return page(request, "workbench/records/merged.html", context)


@require_POST
@staff_page(Act.EDIT_RECORDS)
def undo(request: StaffRequest, merge_id: int) -> HttpResponse:
    """Two records again."""
    if get_bib_merge(merge_id) is None:
        raise Http404
    try:
        stayed = undo_bib_merge(merge_id=merge_id, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, REFUSALS[refused.refusal], _url(merge_id))
    if stayed:
        return done(request, gettext("Two records again. What has stayed is listed here."), _url(merge_id))
    return done(request, gettext("Two records again, each with what was its own."), _url(merge_id))


def _rows(found: tuple[BibMergeView, ...]) -> list[dict[str, object]]:
    """Merges with the titles of both records and who did it."""
    titles = titles_of(one for merge in found for one in (merge.kept_id, merge.gone_id))
    accounts = {one for merge in found for one in (merge.merged_by_id, merge.undone_by_id) if one is not None}
    names = {one: account.name for one in accounts if (account := get_account(one)) is not None}
    return [
        {
            "merge": one,
            "kept": titles.get(one.kept_id),
            "gone": titles.get(one.gone_id),
            "by": names.get(one.merged_by_id, ""),
            "undone_by": names.get(one.undone_by_id or 0, ""),
        }
        for one in found
    ]


def _url(merge_id: int) -> str:
    return reverse("workbench:records-merged", args=[merge_id])


def _record_url(bib_id: int) -> str:
    return reverse("workbench:record", args=[bib_id])
