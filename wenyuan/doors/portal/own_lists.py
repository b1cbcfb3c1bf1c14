"""A reader's own lists of works: what they want to read, or read already. Whoever has the
account open sees them, and nobody else."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal.access import ReaderRequest, reader_act, reader_page
from wenyuan.doors.portal.availability import rows_of
from wenyuan.doors.portal.card import crumbs
from wenyuan.doors.portal.sessions import keep_word, word_of
from wenyuan.doors.portal.shell import page
from wenyuan.holdings.catalogue.queries import get_bib, titles_of
from wenyuan.organisation.network.queries import network_map
from wenyuan.services.reading.data import OwnListFacts, OwnListReason, OwnListReceipt, OwnListRefused
from wenyuan.services.reading.operations import (
    add_to_own_list,
    delete_own_list,
    remove_from_own_list,
    rename_own_list,
)
from wenyuan.services.reading.queries import get_own_list, own_works
from wenyuan.services.reading.queries import own_lists as lists_of

NAME: Final = 40
WORKS_A_PAGE: Final = 20

REASONS: Final[Mapping[OwnListReason, StrOrPromise]] = {
    OwnListReason.UNKNOWN_READER: _("There is no such reader any more."),
    OwnListReason.UNKNOWN_LIST: _("The list is not there any more."),
    OwnListReason.UNKNOWN_WORK: _("There is no such record."),
    OwnListReason.NAME_MISSING: _("The list needs a name."),
    OwnListReason.NAME_TOO_LONG: _("The words are too long."),
    OwnListReason.NAME_TAKEN: _("Another list of yours is called so."),
    OwnListReason.TOO_MANY_LISTS: _("You have 20 lists already. Delete one first."),
    OwnListReason.TOO_MANY_WORKS: _("A list has at most 200 works."),
}


class NameForm(forms.Form):
    """What a list is called."""

    name = forms.CharField(label=_("Name of the list"), max_length=NAME)


class ListingForm(forms.Form):
    """On which list a work is put: one that is there, or a new one."""

    chosen = forms.ChoiceField(label=_("Which list"), widget=forms.RadioSelect, required=False)
    name = forms.CharField(
        label=_("Name of a new list"),
        max_length=NAME,
        required=False,
        help_text=_("Only where it is to be a new one."),
    )

    def __init__(self, *args: object, lists: Sequence[OwnListFacts], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        if lists:
            named = [(str(one.id), one.name) for one in lists]
            self.fields["chosen"].choices = [*named, ("", gettext("A new list"))]  # type: ignore[attr-defined]
        else:
            del self.fields["chosen"]
            self.fields["name"].help_text = ""


@reader_page
def own_lists(request: ReaderRequest) -> HttpResponse:
    """Every list of the reader's."""
    context = {
        "word": word_of(request.reader),
        "lists": lists_of(request.reader.patron.id),
        "crumbs": crumbs(gettext("My lists")),
    }
    return page(request, "portal/own_lists.html", context, at="account")


@reader_act(with_page=True)
def own_list(request: ReaderRequest, list_id: int) -> HttpResponse:
    """One list with its works, what was added last first; a form calls it otherwise."""
    found = _own(request, list_id)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if form.is_valid():
        try:
            rename_own_list(
                patron_id=request.reader.patron.id,
                list_id=list_id,
                name=form.cleaned_data["name"],
                at=request.at,
                desk=request.desk,
            )
        except OwnListRefused as refused:
            _note(form, refused, "name")
        else:
            return _told(request, "fine", gettext("The list has its new name."), list_id)
    shown = Paginator(range(found.works), WORKS_A_PAGE).get_page(request.GET.get("page"))
    works = own_works(list_id, start=max(shown.start_index() - 1, 0), size=WORKS_A_PAGE)
    known = titles_of(work.bib_id for work in works)
    there = [work for work in works if work.bib_id in known]
    bibs = [known[work.bib_id] for work in there]
    rows = rows_of(bibs, network=network_map(), language=request.language, at=request.at)
    trail = crumbs(found.name)
    trail.insert(1, Crumb(label=gettext("My lists"), url=reverse("portal:own-lists")))
    context = {
        "word": word_of(request.reader),
        "own_list": found,
        "form": form,
        "rows": list(zip(there, rows, strict=True)),
        "page": shown,
        "crumbs": trail,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "portal/own_list.html", context, at="account", status=status)


@reader_act(with_page=True)
def listing(request: ReaderRequest, bib_id: int) -> HttpResponse:
    """A work is put on a list that is there, or on a new one."""
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    if bib.merged_into_id is not None:
        return HttpResponseRedirect(reverse("portal:listing", args=[bib.merged_into_id]))
    lists = lists_of(request.reader.patron.id)
    initial = {"chosen": str(lists[-1].id) if lists else "", "name": "" if lists else gettext("Want to read")}
    form = ListingForm(request.POST if request.method == "POST" else None, lists=lists, initial=initial)
    if form.is_valid():
        try:
            receipt = _put(request, bib.id, form)
        except OwnListRefused as refused:
            _note(form, refused, "name")
        else:
            name = {"title": bib.title, "list": receipt.own_list.name}
            heading = (
                gettext("%(title)s stands on “%(list)s” already.")
                if receipt.repeated
                else gettext("%(title)s is on “%(list)s”.")
            )
            return _told(request, "fine", heading % name, receipt.own_list.id)
    context = {
        "bib": bib,
        "form": form,
        "crumbs": [
            Crumb(label=bib.title, url=reverse("portal:record", args=[bib.id])),
            Crumb(label=gettext("Add to my list")),
        ],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "portal/listing.html", context, at="find", status=status)


@reader_act(with_page=True)
def delete(request: ReaderRequest, list_id: int) -> HttpResponse:
    """Ask whether a list is to be deleted with all that stands on it, and delete it."""
    found = _own(request, list_id)
    if request.method != "POST":
        trail = crumbs(gettext("Delete the list"))
        trail.insert(1, Crumb(label=gettext("My lists"), url=reverse("portal:own-lists")))
        trail.insert(2, Crumb(label=found.name, url=reverse("portal:own-list", args=[list_id])))
        return page(request, "portal/own_list_deletion.html", {"own_list": found, "crumbs": trail}, at="account")
    try:
        gone = delete_own_list(patron_id=request.reader.patron.id, list_id=list_id, at=request.at, desk=request.desk)
    except OwnListRefused:  # in another tab just now
        raise Http404 from None
    return _told(request, "fine", gettext("“%(title)s” is deleted.") % {"title": gone.name})


@reader_act()
def take_off(request: ReaderRequest, list_id: int, bib_id: int) -> HttpResponse:
    """Take a work off a list."""
    _own(request, list_id)
    try:
        remove_from_own_list(
            patron_id=request.reader.patron.id, list_id=list_id, bib_id=bib_id, at=request.at, desk=request.desk
        )
    except OwnListRefused:
        raise Http404 from None
    return _told(request, "fine", gettext("The work is off the list."), list_id)


def _own(request: ReaderRequest, list_id: int) -> OwnListFacts:
    """The list, if it is of the reader whose account is open; another's is answered as what does not exist."""
    found = get_own_list(list_id, patron_id=request.reader.patron.id)
    if found is None:
        raise Http404
    return found


def _put(request: ReaderRequest, bib_id: int, form: ListingForm) -> OwnListReceipt:
    name = form.cleaned_data["name"]
    chosen = "" if name else form.cleaned_data.get("chosen")  # whoever types a name means a new one
    return add_to_own_list(
        patron_id=request.reader.patron.id,
        bib_id=bib_id,
        list_id=int(chosen) if chosen else None,
        name=name,
        at=request.at,
        desk=request.desk,
    )


def _note(form: forms.Form, refused: OwnListRefused, field: str) -> None:
    for reason in refused.reasons:
        form.add_error(field, str(REASONS[reason]))


def _told(request: ReaderRequest, kind: str, heading: str, list_id: int | None = None) -> HttpResponse:
    """Back to the list, or to all of them, which tell what was done."""
    keep_word(request.reader, {"kind": kind, "heading": heading, "lines": []})
    path = reverse("portal:own-list", args=[list_id]) if list_id else reverse("portal:own-lists")
    return HttpResponseRedirect(path)
