"""The form of a record, for people who read no MARC: it writes into the same record, and touches nothing else."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.items.words import DIALECTS
from wenyuan.doors.workbench.records.editing import (
    Sheet,
    despite,
    key_of,
    kind_or_404,
    others_at,
    record_or_404,
    refusal_differences,
    refuse_sheet,
    saved_page,
    template_of,
)
from wenyuan.doors.workbench.records.editing_words import KINDS, language
from wenyuan.doors.workbench.records.form_words import GROUPS, HELP, LABELS
from wenyuan.doors.workbench.records.redirects import led_away
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import CatalogueRefused, FormField, RecordKind, RecordSaved, Refusal
from wenyuan.holdings.catalogue.operations import add_bib, edit_bib, open_record
from wenyuan.holdings.catalogue.queries import (
    begin_record,
    changed_values,
    get_bib,
    get_version,
    kind_of,
    read_form,
    with_form,
    with_pinyin,
    without_empty,
)
from wenyuan.kernel.marc import Dialect, Record
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

MOST_CHARACTERS = 20_000
_SHORT = 1000


class RecordForm(forms.Form):
    """The fields that a record's kind and format have, in groups; filled with what the record says."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        record: Record,
        dialect: Dialect,
        kind: RecordKind,
        version: int,
    ) -> None:
        super().__init__(data, initial={"version": version})
        self.groups: list[tuple[object, list[str]]] = []
        for group, shown in read_form(record, dialect=dialect, kind=kind):
            for one in shown:
                self.fields[one.name] = _field_of(one)
                self.initial[one.name] = one.value
            self.groups.append((GROUPS[group], [one.name for one in shown]))

    def grouped(self) -> list[tuple[object, list[forms.BoundField]]]:
        """The groups with their fields, for the page."""
        return [(words, [self[name] for name in names]) for words, names in self.groups]

    def values(self) -> dict[str, str]:
        """What was answered, by the names of the form's fields; a field that was not sent is no answer."""
        return {
            name: str(value) for name, value in self.cleaned_data.items() if name != "version" and name in self.data
        }


def _field_of(one: FormField) -> forms.Field:
    label, help_text = LABELS[one.name], HELP.get(one.name, "")
    if one.codes:
        choices = [(code.value.replace(" ", "#"), code.name(language())) for code in one.codes]
        if one.value not in dict(choices):
            choices.insert(0, (one.value, one.value))
        return forms.ChoiceField(label=label, choices=choices, required=False)
    long = one.lines or one.is_long
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=one.name == "title",
        max_length=max(MOST_CHARACTERS if long else _SHORT, len(one.value)),
        widget=forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput(attrs={"autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def edit_form(request: StaffRequest, bib_id: int) -> HttpResponse:
    """Change the record of a bib by its form."""
    if (led := led_away(request, bib_id)) is not None:
        return led
    present = record_or_404(bib_id)
    kind = kind_of(present.record, dialect=present.dialect)
    sheet = Sheet(present.dialect, "", present.number)
    form: RecordForm | None = None
    if request.method == "POST":
        seen = get_version(bib_id, _number(request)) or present
        form = RecordForm(request.POST, record=seen.record, dialect=seen.dialect, kind=kind, version=seen.number)
        if form.is_valid():
            saved = _saved(request, sheet, form, bib_id, seen.record, seen.number)
            if saved is not None:
                return saved_page(request, saved)
            if sheet.differences:
                # What was answered goes onto the record that stands there now; the rest is as others left it.
                answered = changed_values(seen.record, form.values(), dialect=seen.dialect)
                now = record_or_404(bib_id)
                merged = with_form(now.record, answered, dialect=now.dialect)
                form = RecordForm(None, record=merged, dialect=now.dialect, kind=kind, version=now.number)
    else:
        open_record(bib_id=bib_id, at=request.at, desk=request.desk)
    if form is None:
        form = RecordForm(None, record=present.record, dialect=present.dialect, kind=kind, version=present.number)
    bib = get_bib(bib_id)
    title = bib.title if bib else ""
    url = reverse("workbench:record", args=[bib_id])
    context = {
        "title": gettext("Edit %(title)s") % {"title": title},
        "line": f"{KINDS[kind]} · {DIALECTS[present.dialect.value]}",
        "crumbs": record_crumbs(Crumb(title, url), Crumb(gettext("Form"))),
        "bib_id": bib_id,
        "others": others_at(request, bib_id),
        "back": url,
        "marc_url": reverse("workbench:record-edit-marc", args=[bib_id]),
    }
    return _page(request, form, sheet, context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def new_form(request: StaffRequest, dialect: str, kind: str) -> HttpResponse:
    """A new record, by the form of its kind."""
    form_dialect, what = kind_or_404(dialect, kind)
    template_id = template_of(request)
    begun = begin_record(dialect=form_dialect, kind=what, on=local_date(request.at), template_id=template_id)
    sheet = Sheet(form_dialect, "", 0)
    form = RecordForm(request.POST or None, record=begun, dialect=form_dialect, kind=what, version=0)
    if form.is_valid():
        filled = without_empty(with_form(begun, form.values(), dialect=form_dialect), template=begun)
        record = with_pinyin(filled, dialect=form_dialect)
        try:
            saved = add_bib(
                record=record,
                dialect=form_dialect,
                at=request.at,
                desk=request.desk,
                despite=despite(request),
                key=key_of(request),
            )
        except CatalogueRefused as refused:
            refuse_sheet(sheet, refused)
        else:
            return saved_page(request, saved)
    title = gettext("New record: %(kind)s") % {"kind": KINDS[what]}
    context = {
        "title": title,
        "line": DIALECTS[form_dialect.value],
        "crumbs": record_crumbs(Crumb(gettext("New record"), reverse("workbench:record-new")), Crumb(title)),
        "back": reverse("workbench:records"),
        "marc_url": reverse("workbench:record-new-marc", args=[form_dialect.value, what.value])
        + (f"?template={template_id}" if template_id is not None else ""),
    }
    return _page(request, form, sheet, context)


def _number(request: StaffRequest) -> int:
    """The version that the page was made of; none for what is no number."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _saved(
    request: StaffRequest, sheet: Sheet, form: RecordForm, bib_id: int, seen: Record, version: int
) -> RecordSaved | None:
    changed = with_form(seen, form.values(), dialect=sheet.dialect)
    record = with_pinyin(changed, dialect=sheet.dialect, before=seen)
    try:
        return edit_bib(
            bib_id=bib_id,
            version=version,
            record=record,
            at=request.at,
            desk=request.desk,
            despite=despite(request),
        )
    except CatalogueRefused as refused:
        refuse_sheet(sheet, refused)
        if refused.refusal is Refusal.RECORD_CHANGED_MEANWHILE:
            sheet.differences = refusal_differences(bib_id, version, record_or_404(bib_id))
        return None


def _page(request: StaffRequest, form: RecordForm, sheet: Sheet, context: Mapping[str, object]) -> HttpResponse:
    is_refused = sheet.has_errors or (form.is_bound and not form.is_valid())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    is_sent = request.method == "POST"  # and not saved
    more = {"form": form, "sheet": sheet, "is_sent": is_sent, "key": key_of(request) or uuid4().hex}
    return page(request, "workbench/records/edit_form.html", {**context, **more}, status=status)
