"""Authorities added, changed, merged, and written into the records that use them."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.authorities.forms import AuthorityFilter, AuthorityForm, initial_of, kind_from
from wenyuan.doors.workbench.authorities.lists import authority_crumbs, authority_or_404, authority_url
from wenyuan.doors.workbench.authorities.running import hand_over_update
from wenyuan.doors.workbench.authorities.words import KINDS, REFUSALS
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.paging import onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import AuthorityRefused, AuthoritySaved, AuthorityView
from wenyuan.holdings.catalogue.operations import bring_to_heading, keep_authority, merge_authorities
from wenyuan.holdings.catalogue.queries import get_authority, list_authorities
from wenyuan.organisation.rights.data import Act


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def new(request: StaffRequest) -> HttpResponse:
    """A new authority; the address may bring kind, heading and years along."""
    return _authority_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def edit(request: StaffRequest, authority_id: int) -> HttpResponse:
    return _authority_page(request, authority_or_404(authority_id))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def merge(request: StaffRequest, authority_id: int) -> HttpResponse:
    """Choose the authority that becomes part of this one; posted, it does."""
    kept = authority_or_404(authority_id)
    if request.method == "POST":
        return _merged(request, kept)
    form = AuthorityFilter({"q": request.GET.get("q", ""), "kind": ""})
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = list_authorities(text=text, kind=kept.kind, after=pair_from(request)) if text else None
    title = gettext("Merge another authority into this one")
    context = {
        "title": title,
        "line": kept.label,
        "crumbs": authority_crumbs(Crumb(kept.label, authority_url(kept.id)), Crumb(title)),
        "kept": kept,
        "form": form,
        "rows": [one for one in found.rows if one.id != kept.id] if found else [],
        "onward": onward(request, found.after if found else None),
        "is_asked": bool(text),
        "kind": KINDS[kept.kind],
    }
    return page(request, "workbench/authorities/merge.html", context)


@require_POST
@staff_page(Act.EDIT_RECORDS)
def bring(request: StaffRequest, authority_id: int) -> HttpResponse:
    """Bring the records with another form to the heading; an update that stands still goes on."""
    found = authority_or_404(authority_id)
    if found.update is not None and found.update.is_running:
        hand_over_update(update_id=found.update.id, desk=request.desk)
        return done(request, _("It goes on from where it stood."), authority_url(authority_id))
    try:
        saved = bring_to_heading(authority_id=authority_id, version=found.version, at=request.at, desk=request.desk)
    except AuthorityRefused as refused:
        return not_done(request, REFUSALS[refused.refusal], authority_url(authority_id))
    return _handed_over(request, saved, _("No record uses it."))


def _authority_page(request: StaffRequest, found: AuthorityView | None) -> HttpResponse:
    form = AuthorityForm(request.POST or None, of=found, initial=initial_of(found) if found else _proposed(request))
    if form.is_valid():
        try:
            saved = keep_authority(
                authority_id=found.id if found else None,
                version=(form.cleaned_data["version"] or 0) if found else None,
                authority=form.authority(),
                at=request.at,
                desk=request.desk,
            )
        except AuthorityRefused as refused:
            refuse(form, REFUSALS[refused.refusal], refused.field)
        else:
            return _handed_over(request, saved, _("The authority is saved."))
    title = gettext("Edit the authority") if found else gettext("New authority")
    here = [Crumb(found.label, authority_url(found.id))] if found else []
    sheet = Sheet(
        title=title,
        line=found.label if found else "",
        act=_("Save"),
        words=_("Another heading or other years go into the records that use it, one by one, as edits in your name."),
        crumbs=authority_crumbs(*here, Crumb(title)),
        back=authority_url(found.id) if found else reverse("workbench:authorities"),
    )
    return form_page(request, form, sheet)


def _proposed(request: StaffRequest) -> dict[str, object]:
    kind = kind_from(request.GET.get("kind"))
    return {
        "kind": kind.value if kind else "person",
        "name": request.GET.get("name", "")[:200],
        "dates": request.GET.get("dates", "")[:40],
    }


def _merged(request: StaffRequest, kept: AuthorityView) -> HttpResponse:
    gone = get_authority(_number(request.POST.get("other")))
    if gone is None:
        raise Http404
    try:
        saved = merge_authorities(
            kept_id=kept.id,
            kept_version=_number(request.POST.get("version")),
            gone_id=gone.id,
            gone_version=gone.version,
            at=request.at,
            desk=request.desk,
        )
    except AuthorityRefused as refused:
        return not_done(request, REFUSALS[refused.refusal], reverse("workbench:authority-merge", args=[kept.id]))
    return _handed_over(request, saved, _("The two are one now."))


def _number(text: str | None) -> int:
    """:raises Http404: no number of a row."""
    if not text or not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _handed_over(request: StaffRequest, saved: AuthoritySaved, words: StrOrPromise) -> HttpResponse:
    if saved.update_id is not None:
        hand_over_update(update_id=saved.update_id, desk=request.desk)
        words = _("Saved. The records that use it follow in the background.")
    return done(request, words, authority_url(saved.id))
