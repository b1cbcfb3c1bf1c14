"""The texts of notices and the hours in which they go out."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.notices import forms
from wenyuan.doors.workbench.notices.frame import notice_crumbs, tabs
from wenyuan.doors.workbench.notices.words import (
    CHANNELS,
    KINDS,
    LANGUAGES,
    PLACEHOLDERS,
    REASONS,
    fault_words,
)
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.notices.data import (
    Channel,
    Language,
    NoticeKind,
    NoticeRefused,
    TemplateFacts,
    TemplateRefused,
)
from wenyuan.organisation.notices.operations import change_notice_hours, edit_template
from wenyuan.organisation.notices.queries import get_settings, get_template, list_templates, placeholders, preview
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may


@require_GET
@staff_page(Act.EDIT_NOTICES, any_branch=True)
def texts(request: StaffRequest) -> HttpResponse:
    """Every text: kinds down, channels and languages across."""
    by_kind: dict[NoticeKind, list[TemplateFacts]] = {}
    for template in list_templates():
        by_kind.setdefault(template.kind, []).append(template)
    context = {
        "title": gettext("Texts of notices"),
        "line": gettext("What readers are told, by channel and language"),
        "tabs": tabs(request),
        "channels": CHANNELS.values(),
        "rows": [
            (
                KINDS[kind],
                [[(one, LANGUAGES[one.language]) for one in found if one.channel is channel] for channel in Channel],
            )
            for kind, found in by_kind.items()
        ],
    }
    return page(request, "workbench/notices/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_NOTICES, any_branch=True)
def text(request: StaffRequest, kind: str, channel: str, language: str) -> HttpResponse:
    """One text: edit it, look at it with sample values first, keep it."""
    template = _template_or_404(kind, channel, language)
    form = forms.TextForm(request.POST or None, channel=template.channel, initial=_initial(template))
    shown = template
    if form.is_valid():
        shown = _asked(template, form)
        if request.POST.get("step") != "look":
            try:
                _keep(request, shown)
            except TemplateRefused as refused:
                for fault in refused.faults:
                    refuse(form, fault_words(fault), "body")
            else:
                return done(request, _("The text is saved."), reverse("workbench:notice-texts"))
    looked_at = preview(shown, branch_id=request.desk.branch_id, signature=settings.WENYUAN_SMS_SIGNATURE)
    title = str(KINDS[template.kind])
    sheet = Sheet(
        title=title,
        act=_("Save the text"),
        line=f"{CHANNELS[template.channel]} · {LANGUAGES[template.language]}",
        crumbs=notice_crumbs(Crumb(gettext("Texts"), reverse("workbench:notice-texts")), Crumb(title)),
        back=reverse("workbench:notice-texts"),
    )
    return form_page(
        request,
        form,
        sheet,
        template="workbench/notices/text.html",
        preview=looked_at,
        faults=[fault_words(fault) for fault in looked_at.faults] if not form.errors else [],
        placeholders=[(name, PLACEHOLDERS.get(name, name)) for name in placeholders(template.kind)],
        may_keep=may(request.operator, Act.EDIT_NOTICES, None),
        is_wechat=template.channel is Channel.WECHAT,
        is_coded=template.channel in {Channel.SMS, Channel.WECHAT},
    )


def _template_or_404(kind: str, channel: str, language: str) -> TemplateFacts:
    try:
        template = get_template(NoticeKind(kind), Channel(channel), Language(language))
    except ValueError:
        template = None
    if template is None:
        raise Http404
    return template


def _initial(template: TemplateFacts) -> dict[str, object]:
    return {
        "subject": template.subject,
        "body": template.body,
        "code": template.code,
        "needs_grant": template.needs_grant,
        "is_on": template.is_on,
    }


def _asked(template: TemplateFacts, form: forms.TextForm) -> TemplateFacts:
    values = form.cleaned_data
    return TemplateFacts(
        kind=template.kind,
        channel=template.channel,
        language=template.language,
        subject=values.get("subject", ""),
        body=values["body"].replace("\r\n", "\n").strip(),
        code=values.get("code", "").strip(),
        needs_grant=values.get("needs_grant", False),
        is_on=values["is_on"],
        edited_at=template.edited_at,
    )


def _keep(request: StaffRequest, asked: TemplateFacts) -> None:
    edit_template(
        kind=asked.kind,
        channel=asked.channel,
        language=asked.language,
        subject=asked.subject,
        body=asked.body,
        code=asked.code,
        needs_grant=asked.needs_grant,
        is_on=asked.is_on,
        at=request.at,
        desk=request.desk,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_NOTICES, any_branch=True)
def hours(request: StaffRequest) -> HttpResponse:
    """When messages go out, and how long their texts are kept."""
    now = get_settings()
    form = forms.HoursForm(
        request.POST or None,
        initial={
            "quiet_from": now.quiet_from,
            "quiet_until": now.quiet_until,
            "digest_time": now.digest_time,
            "keep_text_days": now.keep_text_days,
        },
    )
    if form.is_valid():
        try:
            change_notice_hours(at=request.at, desk=request.desk, **form.cleaned_data)
        except NoticeRefused as refused:
            refuse(form, REASONS[refused.reason])
        else:
            return done(request, _("The hours are saved."), reverse("workbench:notice-hours"))
    sheet = Sheet(
        title=gettext("Hours of sending"),
        act=_("Save the hours"),
        line=gettext("Nothing goes out in the quiet hours; equal times mean that there are none"),
        words=gettext("What says that a hold is ready also waits until its branch is open."),
    )
    return form_page(request, form, sheet, template="workbench/notices/hours.html", tabs=tabs(request))
