"""The MARC editor: a record as lines of text, its coded fields as lists, help beside it. Works as a plain form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done
from wenyuan.doors.workbench.items.words import DIALECTS
from wenyuan.doors.workbench.records.editing_words import (
    DUPLICATES,
    KINDS,
    REFUSALS,
    TEXT_REASONS,
    fault_place,
    fault_words,
    language,
)
from wenyuan.doors.workbench.records.redirects import led_away
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import (
    CatalogueRefused,
    Duplicate,
    Pick,
    RecordFault,
    RecordKind,
    RecordSaved,
    Refusal,
    TemplateView,
    VersionView,
)
from wenyuan.holdings.catalogue.operations import (
    DuplicatesFound,
    RecordRefused,
    add_bib,
    edit_bib,
    leave_record,
    open_record,
)
from wenyuan.holdings.catalogue.queries import (
    begin_record,
    check_record,
    format_of,
    get_bib,
    get_record,
    get_version,
    list_templates,
    picks_of,
    who_has_open,
    with_picks,
    with_pinyin,
    without_empty,
)
from wenyuan.kernel.marc import BadText, Dialect, Difference, Record, TextFault, differences, from_text, to_text
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ShownFault:
    """A fault in words: where it is, and what."""

    place: str
    words: StrOrPromise
    warning: bool = False


@dataclass(slots=True)
class Sheet:
    """The editor as it stands on the page."""

    dialect: Dialect
    text: str
    version: int
    record: Record | None = None
    faults: list[ShownFault] = field(default_factory=list)
    refused: StrOrPromise = ""
    told: StrOrPromise = ""
    is_sent: bool = False  # typed, and not saved yet
    differences: tuple[Difference, ...] = ()
    duplicates: list[tuple[Duplicate, StrOrPromise]] = field(default_factory=list)

    @property
    def despite(self) -> str:
        """The bibs that are shown as possible duplicates, as the page sends them back."""
        return " ".join(str(one.bib_id) for one, _words in self.duplicates)

    @property
    def has_errors(self) -> bool:
        return bool(self.refused)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def edit_marc(request: StaffRequest, bib_id: int) -> HttpResponse:
    """Change the record of a bib."""
    if (led := led_away(request, bib_id)) is not None:
        return led
    present = record_or_404(bib_id)
    if request.method == "POST":
        sheet = _sent(request, present.dialect, before=present.record)
        if sheet.record is not None and request.POST.get("act") == "save":
            saved = _saved(request, sheet, bib_id, present)
            if saved is not None:
                return saved_page(request, saved)
    else:
        open_record(bib_id=bib_id, at=request.at, desk=request.desk)
        sheet = Sheet(present.dialect, to_text(present.record), present.number, present.record)
        sheet.faults = shown_faults(check_record(present.record, dialect=present.dialect, before=present.record), sheet)
    bib = get_bib(bib_id)
    title = bib.title if bib else ""
    context = {
        "title": gettext("Edit %(title)s") % {"title": title},
        "crumbs": record_crumbs(Crumb(title, reverse("workbench:record", args=[bib_id])), Crumb("MARC")),
        "bib_id": bib_id,
        "others": others_at(request, bib_id),
        "back": reverse("workbench:record", args=[bib_id]),
        "form_url": reverse("workbench:record-edit-form", args=[bib_id]),
    }
    return _page(request, sheet, context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def new_marc(request: StaffRequest, dialect: str, kind: str) -> HttpResponse:
    """A new record, from the draft of its kind."""
    form, what = kind_or_404(dialect, kind)
    begun = begin_record(dialect=form, kind=what, on=local_date(request.at), template_id=template_of(request))
    if request.method == "POST":
        sheet = _sent(request, form, before=None, template=begun)
        if sheet.record is not None and request.POST.get("act") == "save":
            try:
                saved = add_bib(
                    record=without_empty(sheet.record, template=begun),
                    dialect=form,
                    at=request.at,
                    desk=request.desk,
                    despite=despite(request),
                    key=key_of(request),
                )
            except CatalogueRefused as refused:
                refuse_sheet(sheet, refused)
            else:
                return saved_page(request, saved)
    else:
        sheet = Sheet(form, to_text(begun), 0, begun)
    title = gettext("New record: %(kind)s") % {"kind": KINDS[what]}
    context = {"title": title, "crumbs": record_crumbs(Crumb(title)), "back": reverse("workbench:records")}
    return _page(request, sheet, context)


@require_GET
@staff_page(Act.EDIT_RECORDS)
def new(request: StaffRequest) -> HttpResponse:
    """What is to be catalogued, and in which format."""
    title = gettext("New record")
    context = {
        "title": title,
        "line": gettext("What is to be catalogued?"),
        "crumbs": record_crumbs(Crumb(title)),
        "choices": kinds_with_templates(),
    }
    return page(request, "workbench/records/new_record.html", context)


@require_POST
@staff_page(Act.EDIT_RECORDS)
def keep_open(request: StaffRequest, bib_id: int) -> HttpResponse:
    """The page says that it is still there, and is told who else has the record open."""
    record_or_404(bib_id)
    open_record(bib_id=bib_id, at=request.at, desk=request.desk)
    context = {"bib_id": bib_id, "others": others_at(request, bib_id)}
    return render(request, "workbench/records/others.html", context)


@require_GET
@staff_page(Act.EDIT_RECORDS)
def fields(request: StaffRequest, dialect: str) -> HttpResponse:
    """Every field of a format with its subfields, as help; with ``?tag=`` one of them, as a part of a page."""
    form = dialect_or_404(dialect)
    rules = format_of(form).fields
    tag = request.GET.get("tag")
    if tag is not None:
        return render(request, "workbench/records/field_help.html", {"rule": rules.get(tag), "tag": tag[:3]})
    title = gettext("Fields of %(format)s") % {"format": DIALECTS[form.value]}
    context = {"title": title, "crumbs": record_crumbs(Crumb(title)), "rules": rules.values()}
    return page(request, "workbench/records/fields.html", context)


def dialect_or_404(text: str) -> Dialect:
    """The dialect that an address names."""
    try:
        return Dialect(text)
    except ValueError as error:
        raise Http404 from error


def kind_or_404(dialect: str, kind: str) -> tuple[Dialect, RecordKind]:
    """The dialect and kind of record that an address names."""
    try:
        return dialect_or_404(dialect), RecordKind(kind)
    except ValueError as error:
        raise Http404 from error


Kinds = list[tuple[StrOrPromise, str, str, list[TemplateView]]]


def kinds_with_templates() -> list[tuple[str, Kinds]]:
    """For each format the kinds of record in words, with their codes and the library's own templates."""
    own = list_templates()
    found = []
    for dialect in Dialect:
        kinds: Kinds = []
        for kind, words in KINDS.items():
            of_kind = [one for one in own if (one.dialect, one.kind) == (dialect, kind)]
            kinds.append((words, dialect.value, kind.value, of_kind))
        found.append((DIALECTS[dialect.value], kinds))
    return found


def template_of(request: StaffRequest) -> int | None:
    """The template that an address names: 0 for what every library begins with; none unless one is named."""
    text = request.GET.get("template", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def record_or_404(bib_id: int) -> VersionView:
    """The record in force of the bib that an address names."""
    found = get_record(bib_id)
    if found is None:
        raise Http404
    return found


def others_at(request: StaffRequest, bib_id: int) -> list[tuple[str, object]]:
    """Name and since when, of who else has the record open."""
    found = who_has_open(bib_id, at=request.at, besides=request.operator.account_id)
    named = ((get_account(one.account_id), one.since) for one in found)
    return [(account.name, since) for account, since in named if account is not None]


def shown_faults(found: tuple[RecordFault, ...], sheet: Sheet) -> list[ShownFault]:
    """The faults in words, errors first."""
    rules = format_of(sheet.dialect)
    told = [ShownFault(fault_place(fault, rules), fault_words(fault), fault.warning) for fault in found]
    return sorted(told, key=lambda fault: fault.warning)


def saved_page(request: StaffRequest, saved: RecordSaved) -> HttpResponse:
    """To the record, with what was done; whoever saved it no longer has it open."""
    leave_record(bib_id=saved.id, at=request.at, desk=request.desk)
    url = reverse("workbench:record", args=[saved.id])
    if not saved.changed:
        return done(request, _("Nothing was changed."), url)
    if saved.warnings:
        words = gettext("The record is saved. There are %(count)s notes on it in the editor.")
        return done(request, words % {"count": len(saved.warnings)}, url)
    return done(request, _("The record is saved."), url)


def refusal_differences(bib_id: int, seen: int, present: VersionView) -> tuple[Difference, ...]:
    """What others have changed since the version that was seen."""
    base = get_version(bib_id, seen)
    return differences(base.record, present.record) if base is not None else ()


def _sent(request: StaffRequest, dialect: Dialect, *, before: Record | None, template: Record | None = None) -> Sheet:
    """What came from the page: the lines, with the codes that were picked put into them, and checked."""
    text = request.POST.get("text", "")
    try:
        version = int(request.POST.get("version", "0"))
    except ValueError:
        version = 0
    sheet = Sheet(dialect, text, version, is_sent=True)
    try:
        record = from_text(text)
    except BadText as bad:
        sheet.refused = _("Some lines cannot be read. Nothing was saved.")
        sheet.faults = [ShownFault(_line(fault), TEXT_REASONS[fault.reason]) for fault in bad.faults]
        return sheet
    record = with_picks(record, _picked(request), dialect=dialect)
    if request.POST.get("act") == "pinyin":
        record, bare = with_pinyin(record, dialect=dialect), record
        sheet.told = _("Pinyin is added where there was none.") if record != bare else _("No pinyin is missing.")
    sheet.record, sheet.text = record, to_text(record)
    checked = record if before is not None else without_empty(record, template=template)
    sheet.faults = shown_faults(check_record(checked, dialect=dialect, before=before), sheet)
    if request.POST.get("act") == "check" and not sheet.faults:
        sheet.told = _("No fault was found.")
    return sheet


def key_of(request: StaffRequest) -> str | None:
    """The key of the page that a new record came from; sent twice, it makes one record."""
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else None


def despite(request: StaffRequest) -> frozenset[int]:
    """The possible duplicates that somebody has looked at and found to be others."""
    return frozenset(int(text) for text in request.POST.get("despite", "").split() if text.isascii() and text.isdigit())


def _line(fault: TextFault) -> str:
    return gettext("Line %(line)s") % {"line": fault.line} if fault.line else ""


def _picked(request: StaffRequest) -> dict[str, str]:
    """The codes that were changed on the page; those that were not are left to the text."""
    picked = {}
    for key, was in request.POST.items():
        if key.startswith("was-") and isinstance(was, str):
            now = request.POST.get(f"pick-{key[4:]}", was)
            if now != was:
                picked[key[4:]] = now.replace("#", " ")
    return picked


def _saved(request: StaffRequest, sheet: Sheet, bib_id: int, present: VersionView) -> RecordSaved | None:
    assert sheet.record is not None
    try:
        return edit_bib(
            bib_id=bib_id,
            version=sheet.version,
            record=sheet.record,
            at=request.at,
            desk=request.desk,
            despite=despite(request),
        )
    except CatalogueRefused as refused:
        refuse_sheet(sheet, refused)
        if refused.refusal is Refusal.RECORD_CHANGED_MEANWHILE:
            now = record_or_404(bib_id)
            sheet.differences = refusal_differences(bib_id, sheet.version, now)
            sheet.version = now.number
        return None


def refuse_sheet(sheet: Sheet, refused: CatalogueRefused) -> None:
    """Say on the page why the record was not saved."""
    sheet.refused = REFUSALS[refused.refusal]
    if isinstance(refused, DuplicatesFound):
        sheet.duplicates = [(one, DUPLICATES[one.reason]) for one in refused.candidates]
    if isinstance(refused, RecordRefused):
        sheet.faults = shown_faults(refused.faults, sheet)


@dataclass(frozen=True, slots=True)
class ShownPick:
    """A code with its list: (value, words, whether it stands there); without a list it is typed."""

    name: str
    label: str
    value: str
    length: int
    options: tuple[tuple[str, str, bool], ...]


def _shown_picks(sheet: Sheet) -> list[tuple[str, str, list[ShownPick]]]:
    """The coded fields: tag, name, and their codes."""
    if sheet.record is None:
        return []
    rules = format_of(sheet.dialect)
    found: dict[str, list[ShownPick]] = {}
    for pick in picks_of(sheet.record, dialect=sheet.dialect):
        if pick.position.rule != "@any":
            found.setdefault(pick.tag, []).append(_shown_pick(pick))
    names = {tag: rules.fields[tag].name(language()) if tag in rules.fields else gettext("Leader") for tag in found}
    return [(tag, names[tag], picks) for tag, picks in found.items()]


def _shown_pick(pick: Pick) -> ShownPick:
    value = pick.value.replace(" ", "#")
    label = pick.position.name(language())
    if pick.number:
        label = f"{label} {pick.number}"
    options = [(code.value.replace(" ", "#"), code.name(language())) for code in pick.position.codes]
    if options and value not in dict(options):
        options.insert(0, (value, ""))
    shown = tuple((code, words, code == value) for code, words in options)
    return ShownPick(pick.name, label, value, len(pick.value), shown)


def _page(request: StaffRequest, sheet: Sheet, context: Mapping[str, object]) -> HttpResponse:
    more = {
        "sheet": sheet,
        "key": key_of(request) or uuid4().hex,
        "line": DIALECTS[sheet.dialect.value],
        "picks": _shown_picks(sheet),
        "rows": min(max(sheet.text.count("\n") + 4, 16), 40),
        "has_pinyin": sheet.dialect is Dialect.CNMARC,
        "help_url": reverse("workbench:record-fields", args=[sheet.dialect.value]),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if sheet.has_errors else HTTPStatus.OK
    return page(request, "workbench/records/edit_marc.html", {**context, **more}, status=status)
