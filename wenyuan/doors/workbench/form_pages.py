"""A page that is one form: what it is for, its fields, its one act."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.shell import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The words around a form. ``grave`` acts are outlined red and, with ``confirm``, asked about once more."""

    title: StrOrPromise
    act: StrOrPromise
    line: StrOrPromise = ""
    words: StrOrPromise = ""
    crumbs: tuple[Crumb, ...] = ()
    back: str = ""
    grave: bool = False
    confirm: StrOrPromise = ""


def form_page(
    request: HttpRequest,
    form: forms.Form,
    sheet: Sheet,
    *,
    template: str = "workbench/form_page.html",
    **more: Any,
) -> HttpResponse:
    """Draw the form; one that was sent and refused is answered with 422."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    context = {
        "form": form,
        "sheet": sheet,
        "title": sheet.title,
        "line": sheet.line,
        "crumbs": sheet.crumbs,
        **more,
    }
    return page(request, template, context, status=status)


def refuse(form: forms.Form, message: StrOrPromise, field: str = "") -> None:
    """Show a verb's refusal at the field it is about, or above the form."""
    form.add_error(field if field in form.fields else None, str(message))


def done(request: HttpRequest, message: StrOrPromise, url: str) -> HttpResponseRedirect:
    """Say what was done on the page that ``url`` leads to."""
    messages.success(request, str(message))
    return HttpResponseRedirect(url)


def not_done(request: HttpRequest, message: StrOrPromise, url: str) -> HttpResponseRedirect:
    """Say why nothing was done on the page that ``url`` leads to."""
    messages.error(request, str(message))
    return HttpResponseRedirect(url)
