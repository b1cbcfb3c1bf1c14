"""Readers: found, shown, registered, changed. Numbers and phones are masked; a reveal asks why and is audited."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.words import words_for_block
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.patrons.acting import who_acts
from wenyuan.doors.workbench.patrons.forms import (
    EditForm,
    GuardianForm,
    ProxyForm,
    ReasonForm,
    RegistrationForm,
    SearchForm,
    TokenForm,
    VerificationForm,
    edit_initial,
)
from wenyuan.doors.workbench.patrons.shown import patron_context, shown_acting, shown_found, shown_held
from wenyuan.doors.workbench.patrons.words import add_problems, refused_words
from wenyuan.doors.workbench.shell import branch_names, page
from wenyuan.lending.circulation.operations import Contended, KeyReused, Refused, renew
from wenyuan.lending.circulation.queries import loans_history
from wenyuan.lending.patrons.data import (
    NOTICE_VERSION,
    PatronRefused,
    PatronUnknown,
    PatronView,
    PersonalField,
    ProblemCode,
    RegistrationRefused,
)
from wenyuan.lending.patrons.operations import (
    change_patron,
    open_pre_registration,
    register_patron,
    reveal,
    reveal_guardian_phone,
    reveal_proxy,
)
from wenyuan.lending.patrons.queries import (
    categories,
    find_patrons,
    get_patron,
    leads_to,
    list_guardians,
    list_proxies,
    list_restrictions,
)
from wenyuan.organisation.network.data import BranchFacts
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import key_ring

SEARCH = "patron_search"
PAGE = 20
HISTORY_PAGE = 50


@staff_page(Act.SEE_PATRON)
@require_http_methods(["GET", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """Look readers up. What is typed is posted and kept sealed in the session, so that no address holds it; one
    reader found by a card or number is shown at once."""
    if request.method == "POST":
        return _look_up(request)
    kept = request.session.get(SEARCH, "") if "page" in request.GET or "found" in request.GET else ""
    wanted = key_ring().decrypt(kept) if kept else ""
    number = request.GET.get("page", "1")
    position = int(number) if number.isdecimal() and 0 < int(number) < 1000 else 1
    found = find_patrons(text=wanted, limit=PAGE, offset=(position - 1) * PAGE) if wanted else None
    context = {
        "form": SearchForm(),
        "may_edit_kinds": may(request.operator, Act.EDIT_POLICIES, None),
        "may_edit": may(request.operator, Act.EDIT_PATRON, request.desk.branch_id),
        "found": shown_found(found.found) if found else None,
        "position": position,
        "more": found.more if found else False,
    }
    return page(request, "workbench/patrons/search.html", context)


def _look_up(request: StaffRequest) -> HttpResponse:
    form = SearchForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "found": None}
        return page(request, "workbench/patrons/search.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = form.cleaned_data["text"]
    found = find_patrons(text=wanted, limit=2)
    if len(found.found) == 1:
        return HttpResponseRedirect(reverse("workbench:patron", args=[found.found[0].patron.id]))
    request.session[SEARCH] = key_ring().encrypt(wanted)
    return HttpResponseRedirect(reverse("workbench:patrons") + "?found")


@staff_page(Act.SEE_PATRON)
@require_GET
def patron(request: StaffRequest, patron_id: int) -> HttpResponse:
    """One reader: what is known, what is on loan, cards, consents, and what can be done. A record that was merged
    leads to the one that stayed."""
    view = _patron_or_404(patron_id)
    if view.merged_into_id is not None:
        messages.info(request, gettext("This record was merged into the one shown here."))
        return HttpResponseRedirect(_url(leads_to(patron_id)))
    return show_patron(request, view)


@staff_page(Act.SEE_PATRON)
@require_GET
def restrictions(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Every restriction the reader ever had, those that are open first."""
    view = _patron_or_404(patron_id)
    number = request.GET.get("page", "1")
    position = int(number) if number.isdecimal() and 0 < int(number) < 1000 else 1
    found = list_restrictions(patron_id, limit=PAGE, offset=(position - 1) * PAGE)
    context = {
        "patron": view,
        "held": shown_held(found, desk=request.desk, at=request.at),
        "position": position,
        "more": found.more,
        "crumbs": _crumbs(Crumb(label=view.name, url=_url(patron_id)), Crumb(label=gettext("Restrictions"))),
    }
    return page(request, "workbench/patrons/restrictions.html", context)


def show_patron(
    request: StaffRequest, view: PatronView, *, status: int = HTTPStatus.OK, **more: object
) -> HttpResponse:
    """The reader's page, with what an act on it has to say."""
    context = {
        **patron_context(view, desk=request.desk, at=request.at),
        "crumbs": _crumbs(Crumb(label=view.name)),
        "key": uuid4().hex,
        "reason_form": ReasonForm(prefix="reveal"),
        "blank_guardian_form": GuardianForm(),
        "blank_token_form": TokenForm(),
        "blank_proxy_form": ProxyForm(auto_id="id_proxy_%s"),
        "blank_verification_form": VerificationForm(auto_id="id_verified_%s"),
        "acting": shown_acting(who_acts(request, view.id)),
        **more,
    }
    return page(request, "workbench/patrons/patron.html", context, status=status)


@staff_page(Act.REVEAL_PERSONAL)
@require_POST
def reveal_value(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Show one value in full, once, for a reason that the audit keeps."""
    view = _patron_or_404(patron_id)
    form = ReasonForm(request.POST, prefix="reveal")
    field, guardian = request.POST.get("field", ""), request.POST.get("guardian", "")
    proxy = request.POST.get("proxy", "")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if guardian.isdecimal():
                known = {one.id for one in list_guardians(patron_id)}
                if int(guardian) not in known:
                    raise Http404
                shown = reveal_guardian_phone(
                    guardian_id=int(guardian), reason=reason, at=request.at, desk=request.desk
                )
            elif proxy.isdecimal():
                if int(proxy) not in {one.id for one in list_proxies(patron_id, limit=200)}:
                    raise Http404
                shown = reveal_proxy(proxy_id=int(proxy), reason=reason, at=request.at, desk=request.desk)
            else:
                shown = reveal(
                    patron_id=patron_id, field=_personal_field(field), reason=reason, at=request.at, desk=request.desk
                )
        except PatronRefused as refused:
            form.add_error("reason", refused_words(refused))
        else:
            return show_patron(request, view, revealed={"field": field or f"guardian-{guardian}", "value": shown})
    return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, reason_form=form)


def _personal_field(text: str) -> PersonalField:
    try:
        return PersonalField(text)
    except ValueError:
        raise Http404 from None


@staff_page(Act.SEE_PATRON)
@require_GET
def history(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Returned items of a reader who asked the library to keep them."""
    view = _patron_or_404(patron_id)
    if not view.keep_history:
        raise Http404
    before = request.GET.get("before", "")
    loans = loans_history(
        patron_id=patron_id, before_id=int(before) if before.isdecimal() else None, size=HISTORY_PAGE + 1
    )
    context = {
        "patron": view,
        "loans": loans[:HISTORY_PAGE],
        "before": loans[HISTORY_PAGE - 1].id if len(loans) > HISTORY_PAGE else None,
        "crumbs": _crumbs(Crumb(label=view.name, url=_url(patron_id)), Crumb(label=gettext("Reading history"))),
    }
    return page(request, "workbench/patrons/history.html", context)


@staff_page(Act.RENEW)
@require_POST
def renewal(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Renew one of the reader's loans."""
    view = _patron_or_404(patron_id)
    try:
        receipt = renew(
            item=request.POST.get("item", ""),
            at=request.at,
            desk=request.desk,
            key=request.POST.get("key", "")[:60] or None,
        )
    except Refused as refused:
        language: Any = "en" if (get_language() or "").startswith("en") else "zh"
        names = branch_names()
        reasons = [words_for_block(block, language, names) for block in refused.blocks]
        return show_patron(request, view, status=HTTPStatus.UNPROCESSABLE_ENTITY, not_renewed=reasons)
    except (Contended, KeyReused):
        messages.error(request, gettext("Somebody else was working on this item. Try again."))
        return HttpResponseRedirect(_url(patron_id))
    words = gettext("Renewed until %(day)s: %(title)s")
    messages.success(request, words % {"day": receipt.due_date.isoformat(), "title": receipt.item.title})
    return HttpResponseRedirect(_url(patron_id))


@staff_page(Act.EDIT_PATRON)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def register(request: StaffRequest) -> HttpResponse:
    """办证: register a reader with all that is known; the first swipe at the desk needs less."""
    branches = standing_branches(request)
    initial = {"home_branch": str(request.desk.branch_id)}
    kinds = categories()
    form = RegistrationForm(request.POST or None, categories=kinds, branches=branches, initial=initial)
    known, is_alike = None, bool(form.data.get("somebody_else"))
    if request.method == "POST" and form.is_valid():
        try:
            done = register_patron(application=form.application(), at=request.at, desk=request.desk)
        except RegistrationRefused as refused:
            add_problems(form, refused.problems)
            known = next((one.existing_patron_id for one in refused.problems if one.existing_patron_id), None)
            is_alike = is_alike or ProblemCode.LOOKS_REGISTERED in refused.codes
        else:
            messages.success(request, gettext("Registered, card %(card)s.") % {"card": done.card_no})
            return HttpResponseRedirect(_url(done.patron_id))
    context = {
        "form": form,
        "known_patron_id": known,
        "is_alike": is_alike,
        "notice_version": NOTICE_VERSION,
        "crumbs": _crumbs(Crumb(label=gettext("New reader"))),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "workbench/patrons/register.html", context, status=status)


@staff_page(Act.EDIT_PATRON)
@sensitive_post_parameters()
@require_POST
def prefilled(request: StaffRequest) -> HttpResponse:
    """The form of a registration with what was told at the portal under this number; the document is looked at now."""
    number = request.POST.get("pre_registration", "").strip()
    try:
        told = open_pre_registration(number=number, at=request.at, desk=request.desk)
    except PatronUnknown:
        messages.error(
            request, gettext("Nothing is kept under this number: it is mistyped, done, or older than a week.")
        )
        return HttpResponseRedirect(reverse("workbench:patron-new"))
    initial = {
        "name": told.name,
        "birth_date": told.birth_date,
        "phone": told.phone,
        "email": told.email,
        "home_branch": str(told.home_branch_id),
        "pre_registration": number,
    }
    form = RegistrationForm(categories=categories(), branches=standing_branches(request), initial=initial)
    context = {
        "form": form,
        "notice_version": NOTICE_VERSION,
        "is_prefilled": True,
        "register_url": reverse("workbench:patron-new"),
        "crumbs": _crumbs(Crumb(label=gettext("New reader"))),
    }
    return page(request, "workbench/patrons/register.html", context)


@staff_page(Act.EDIT_PATRON)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Change what is known of a reader."""
    view = _patron_or_404(patron_id)
    initial = edit_initial(
        name=view.name,
        category=view.category,
        home_branch_id=view.home_branch_id,
        expires=view.expires_date,
        birth=view.birth_date,
        gender=view.gender,
        note=view.note,
    )
    form = EditForm(request.POST or None, categories=categories(), branches=standing_branches(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_patron(
                patron_id=patron_id,
                change=form.change(),
                at=request.at,
                desk=request.desk,
                behalf=who_acts(request, patron_id),
            )
        except PatronRefused as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(_url(patron_id))
    context = {
        "form": form,
        "patron": view,
        "crumbs": _crumbs(Crumb(label=view.name, url=_url(patron_id)), Crumb(label=gettext("Change"))),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "workbench/patrons/edit.html", context, status=status)


def standing_branches(request: StaffRequest) -> list[BranchFacts]:
    """Every branch that stands today, by code: any of them may be a reader's home."""
    today = local_date(request.at)
    branches = (branch for branch in network_map().branches.values() if branch.stands_on(today))
    return sorted(branches, key=lambda branch: branch.code)


def _patron_or_404(patron_id: int) -> PatronView:
    view = get_patron(patron_id)
    if view is None:
        raise Http404
    return view


def _url(patron_id: int) -> str:
    return reverse("workbench:patron", args=[patron_id])


def _crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    return (Crumb(label=gettext("Readers"), url=reverse("workbench:patrons")), *after)
