"""Pages of record templates: what new records begin with, as a library says it."""

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.items.words import DIALECTS
from wenyuan.doors.workbench.records.editing import kind_or_404, kinds_with_templates
from wenyuan.doors.workbench.records.editing_words import KINDS, TEXT_REASONS
from wenyuan.doors.workbench.records.frame import GET_POST
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import CatalogueRefused, RecordKind, Refusal, TemplateView
from wenyuan.holdings.catalogue.operations import drop_template, keep_template
from wenyuan.holdings.catalogue.queries import get_template, shipped_text
from wenyuan.kernel.marc import BadText, Dialect
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may, require

MOST_CHARACTERS = 20_000
FEW = 5
"""Wrong lines that are named."""


class TemplateForm(forms.Form):
    name = forms.CharField(label=_("What it is called"), max_length=60)
    text = forms.CharField(
        label=_("Lines of the record"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "mono"}),
        help_text=_(
            "As in the MARC editor; an empty subfield is left to fill in. {date}, {date6} and {year} become the day."
        ),
    )
    is_first = forms.BooleanField(label=_("New records of this kind begin with it"), required=False)
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)


@require_GET
@staff_page(Act.EDIT_RECORDS)
def templates(request: StaffRequest) -> HttpResponse:
    title = gettext("Record templates")
    context = {
        "title": title,
        "line": gettext("What new records begin with"),
        "crumbs": _crumbs(),
        "choices": kinds_with_templates(),
        "may_keep": may(request.operator, Act.EDIT_RECORDS, None),
    }
    return page(request, "workbench/records/templates.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_RECORDS)
def new_template(request: StaffRequest, dialect: str, kind: str) -> HttpResponse:
    """A new template, from what every library begins with."""
    require(request.operator, Act.EDIT_RECORDS, None)
    form_dialect, what = kind_or_404(dialect, kind)
    form = TemplateForm(
        request.POST or None, initial={"text": shipped_text(dialect=form_dialect, kind=what), "is_first": True}
    )
    return _keep(request, form, form_dialect, what, None)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_RECORDS)
def template(request: StaffRequest, template_id: int) -> HttpResponse:
    """Change a template."""
    require(request.operator, Act.EDIT_RECORDS, None)
    found = get_template(template_id)
    if found is None:
        raise Http404
    initial = {"name": found.name, "text": found.text, "is_first": found.is_first, "seen": found.mark}
    return _keep(request, TemplateForm(request.POST or None, initial=initial), found.dialect, found.kind, template_id)


@require_POST
@staff_page(Act.EDIT_RECORDS)
def drop(request: StaffRequest, template_id: int) -> HttpResponse:
    drop_template(template_id=template_id, at=request.at, desk=request.desk)
    return done(request, _("The template is gone."), reverse("workbench:templates"))


def _keep(
    request: StaffRequest, form: TemplateForm, dialect: Dialect, kind: RecordKind, template_id: int | None
) -> HttpResponse:
    back = reverse("workbench:templates")
    theirs: TemplateView | None = None
    if form.is_valid():
        values = form.cleaned_data
        try:
            keep_template(
                dialect=dialect,
                kind=kind,
                name=values["name"],
                text=values["text"],
                is_first=values["is_first"],
                template_id=template_id,
                seen=values["seen"],
                at=request.at,
                desk=request.desk,
            )
        except BadText as bad:
            for fault in bad.faults[:FEW]:
                line = gettext("Line %(line)s") % {"line": fault.line} if fault.line else ""
                refuse(form, f"{line} {TEXT_REASONS[fault.reason]}".strip(), "text")
        except CatalogueRefused as refused:
            if refused.refusal is Refusal.TEMPLATE_CHANGED_MEANWHILE and template_id is not None:
                theirs = get_template(template_id)
                refuse(
                    form, _("Somebody else has saved this template meanwhile. Sent once more, yours takes its place.")
                )
                form.data = form.data.copy()  # type: ignore[attr-defined] # the query of a POST
                form.data["seen"] = theirs.mark if theirs is not None else ""  # type: ignore[index] # likewise
            else:
                refuse(form, _("Another template of this kind is called so, or there are too many of them."), "name")
        else:
            return done(request, _("The template is kept and offered for new records."), back)
    title = f"{KINDS[kind]} · {DIALECTS[dialect.value]}"
    sheet = Sheet(title=title, act=_("Keep"), crumbs=_crumbs(Crumb(title)), back=back)
    return form_page(
        request,
        form,
        sheet,
        template="workbench/records/template.html",
        template_id=template_id,
        theirs=theirs,
    )


def _crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    first = Crumb(gettext("New record"), reverse("workbench:record-new"))
    here = Crumb(gettext("Record templates"), reverse("workbench:templates") if after else "")
    return record_crumbs(first, here, *after)
