"""Fetching a record from the catalogues of others: ask, look, take it as a new one or over one of ours.

Nothing is kept between the pages: the record that was looked at goes along in the form, and what is stored is that.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.copying.forms import SearchForm
from wenyuan.doors.workbench.copying.words import TROUBLES
from wenyuan.doors.workbench.form_pages import done
from wenyuan.doors.workbench.items.words import DIALECTS
from wenyuan.doors.workbench.records.editing import Sheet, despite, key_of, refuse_sheet
from wenyuan.doors.workbench.records.editing_words import REFUSALS, fault_place, fault_words
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import (
    CatalogueRefused,
    CopyIndex,
    FoundCopy,
    MarcRow,
    TargetAnswer,
    TargetsBusy,
)
from wenyuan.holdings.catalogue.operations import DuplicatesFound, RecordRefused, add_bib, edit_bib
from wenyuan.holdings.catalogue.queries import (
    format_of,
    get_record,
    list_copy_targets,
    matches_of,
    overlaid,
    search_targets,
    taken,
    titles_of,
)
from wenyuan.kernel.marc import (
    ControlField,
    Description,
    Dialect,
    MarcError,
    Record,
    describe,
    differences,
    from_storage,
    to_storage,
    to_text,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

MOST_CHARACTERS = 200_000
"""Of a record in a form; what is longer is shown and cannot be taken this way."""
MOST_TARGETS = 12
NEW = "new"
"""Into the catalogue as a record of its own."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A record as a list or a page shows it."""

    described: Description
    dialect: StrOrPromise
    dialect_code: str
    rows: tuple[MarcRow, ...]
    sent: str
    text: str = ""


@require_GET
@staff_page(Act.EDIT_RECORDS)
def search(request: StaffRequest) -> HttpResponse:
    targets = list_copy_targets()
    form = SearchForm(request.GET if "q" in request.GET else None, initial={"by": CopyIndex.ISBN.value})
    chosen = {number for text in request.GET.getlist("target")[:MOST_TARGETS] if (number := _number(text))}
    context: dict[str, Any] = {
        "title": gettext("Fetch a record"),
        "line": gettext("Ask the catalogues of others, all at once, and take over what they have"),
        "crumbs": record_crumbs(Crumb(gettext("Fetch a record"))),
        "form": form,
        "targets": [(target, target.id in chosen if chosen else target.is_asked) for target in targets],
        "may_edit_targets": may(request.operator, Act.IMPORT_RECORDS, None),
        "asked": False,
    }
    if targets and form.is_valid():
        context |= _answers(request, form, chosen)
    if context.get("first_found") is None:  # else what was found comes first
        form.fields["q"].widget.attrs["autofocus"] = True
    return page(request, "workbench/copying/search.html", context)


def _answers(request: StaffRequest, form: SearchForm, chosen: set[int]) -> dict[str, Any]:
    try:
        answers = search_targets(
            index=CopyIndex(form.cleaned_data["by"]),
            term=form.cleaned_data["q"],
            desk=request.desk,
            target_ids=sorted(chosen) or None,
        )
    except TargetsBusy:
        return {"busy": True, "asked": True}
    shown = [(answer, _trouble(answer), [_shown(one) for one in answer.found]) for answer in answers]
    return {
        "asked": True,
        "answers": shown,
        "first_found": next((one for _answer, _words, found in shown for one in found if one.sent), None),
    }


def _trouble(answer: TargetAnswer) -> StrOrPromise:
    return TROUBLES[answer.trouble] if answer.trouble is not None else ""


@require_POST
@staff_page(Act.EDIT_RECORDS)
def review(request: StaffRequest) -> HttpResponse:
    """The record whole, and which of ours it may be."""
    return _review(request, _sent(request))


@require_POST
@staff_page(Act.EDIT_RECORDS)
def take(request: StaffRequest) -> HttpResponse:
    """Store the record: as a new one, or over the one of ours that was chosen, in the version that was seen."""
    copy = _sent(request)
    chosen = request.POST.get("into", "")
    bib_id, version = _pair(chosen)
    if chosen != NEW and not bib_id:
        return _review(request, copy, refusal=_("Say whether it is a new record or goes over one of ours."))
    try:
        if chosen == NEW:
            saved = add_bib(
                record=taken(copy.record, copy.dialect),
                dialect=copy.dialect,
                at=request.at,
                desk=request.desk,
                despite=despite(request),
                key=key_of(request),
            )
            words = _("The record is in the catalogue.")
        else:
            ours = get_record(bib_id)
            if ours is None or ours.dialect is not copy.dialect:
                raise SuspiciousOperation("not one of the records offered")
            merged = overlaid(ours.record, copy.record, copy.dialect)
            saved = edit_bib(
                bib_id=bib_id,
                version=version,
                record=merged,
                at=request.at,
                desk=request.desk,
                despite=despite(request),
            )
            words = _("The record is laid over ours; the version before is kept.")
    except RecordRefused as refused:
        rules = format_of(copy.dialect)
        faults = [(fault_place(one, rules), fault_words(one)) for one in refused.faults if not one.warning]
        return _review(request, copy, refusal=REFUSALS[refused.refusal], faults=faults, chosen=chosen)
    except DuplicatesFound as refused:
        sheet = Sheet(copy.dialect, "", version)
        refuse_sheet(sheet, refused)
        return _review(request, copy, refusal=sheet.refused, chosen=chosen, sheet=sheet)
    except CatalogueRefused as refused:
        return _review(request, copy, refusal=REFUSALS[refused.refusal], chosen=chosen)
    return done(request, words, reverse("workbench:record", args=[saved.id]))


def _review(request: StaffRequest, copy: FoundCopy, *, chosen: str = "", **trouble: object) -> HttpResponse:
    shown = replace(_shown(copy), text=to_text(taken(copy.record, copy.dialect)))
    context = {
        "title": shown.described.title or gettext("A record without a title"),
        "line": " · ".join(part for part in (shown.described.statement, shown.described.publisher) if part),
        "crumbs": record_crumbs(
            Crumb(gettext("Fetch a record"), reverse("workbench:copy")), Crumb(shown.described.title)
        ),
        "shown": shown,
        "matches": list(_matches(copy)),
        "chosen": chosen,
        "key": key_of(request) or uuid4().hex,
        **trouble,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK
    return page(request, "workbench/copying/review.html", context, status=status)


def _matches(copy: FoundCopy) -> Any:
    """Our records that it may be, each with what would change in it."""
    ids = matches_of(copy.record, dialect=copy.dialect)
    titles = titles_of(ids)
    for bib_id in ids:
        ours = get_record(bib_id)
        if ours is not None and bib_id in titles:
            merged = overlaid(ours.record, copy.record, copy.dialect)
            lines = tuple(line for line in differences(ours.record, merged) if line.sign.strip())
            yield titles[bib_id], f"{bib_id}-{ours.number}", lines


def _shown(copy: FoundCopy) -> _Shown:
    record = taken(copy.record, copy.dialect)
    sent = base64.b64encode(to_storage(copy.record)).decode() if _is_storable(copy.record) else ""
    return _Shown(
        described=describe(record, dialect=copy.dialect),
        dialect=DIALECTS[copy.dialect.value],
        dialect_code=copy.dialect.value,
        rows=_rows(record),
        sent=sent if len(sent) <= MOST_CHARACTERS else "",
    )


def _is_storable(record: Record) -> bool:
    try:
        to_storage(record)
    except MarcError:
        return False
    return True


def _rows(record: Record) -> tuple[MarcRow, ...]:
    rows = [MarcRow("LDR", "", (("", record.leader),))]
    for field in record.fields[:500]:
        if isinstance(field, ControlField):
            rows.append(MarcRow(field.tag, "", (("", field.data),)))
        else:
            rows.append(MarcRow(field.tag, field.ind1 + field.ind2, field.subfields))
    return tuple(rows)


def _sent(request: StaffRequest) -> FoundCopy:
    """The record that went along in the form. :raises SuspiciousOperation: it is none."""
    text = request.POST.get("record", "")
    try:
        if not text or len(text) > MOST_CHARACTERS:
            raise ValueError
        return FoundCopy(from_storage(base64.b64decode(text, validate=True)), Dialect(request.POST.get("dialect", "")))
    except (ValueError, binascii.Error) as error:  # MarcError is a ValueError
        raise SuspiciousOperation("no record") from error


def _pair(text: str) -> tuple[int, int]:
    bib_id, _, version = text.partition("-")
    return _number(bib_id), _number(version)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
