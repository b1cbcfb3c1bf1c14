"""The door's own addresses: where to go from here, the description for programs, and a page of it for people.

The page is drawn here, of our own files: no viewer from another host, no script.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise
from ninja.responses import NinjaJSONEncoder

from wenyuan.doors.api.access import ApplicationToken, Bearer, ReaderToken
from wenyuan.doors.api.api import TITLE, VERSION, api, operations
from wenyuan.doors.api.counters import CounterKey
from wenyuan.doors.api.language import DJANGO_NAME
from wenyuan.doors.api.problems import STATUS, TITLES, ProblemCode
from wenyuan.doors.furniture.counter_words import READING_REASONS
from wenyuan.doors.furniture.fee_words import REASONS
from wenyuan.doors.furniture.words import BLOCK_WORDS, Language
from wenyuan.lending.fees.data import FeeReason
from wenyuan.organisation.network.queries import get_library
from wenyuan.services.visits.data import ReadingReason

OF_PAYMENTS: Final = (
    FeeReason.NOTHING_OPEN,
    FeeReason.TOO_MUCH,
    FeeReason.CHARGE_UNKNOWN,
    FeeReason.REASON_MISSING,
    FeeReason.TEXT_HOLDS_NUMBER,
)
"""Why a payment is refused, beside a reader whom nobody knows."""


WHOSE: Final[Mapping[type[Bearer], StrOrPromise]] = {
    ApplicationToken: _("application's"),
    ReaderToken: _("reader's"),
    CounterKey: _("gate counter's"),
}


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Where to go from here."""
    return JsonResponse(
        {"name": TITLE, "version": VERSION, "openapi": reverse("api:openapi-json"), "docs": reverse("api:docs")}
    )


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs, in English."""
    with translation.override(DJANGO_NAME["en"]):
        response = JsonResponse(api.get_openapi_schema(), encoder=NinjaJSONEncoder)
    response["Cache-Control"] = "public, max-age=300"
    return response


@dataclass(frozen=True, slots=True)
class Row:
    """An operation as the page tells it."""

    method: str
    path: str
    summary: str
    token: StrOrPromise
    acts: tuple[str, ...]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """What there is, what a token must allow, and what can go wrong."""
    library = get_library()
    language: Language = "en" if (get_language() or "").startswith("en") else "zh"
    context = {
        "library_name": library.name(get_language() or "zh-hans") if library else "",
        "rows": list(_rows()),
        "problems": [(code.value, STATUS[code].value, TITLES[code]) for code in ProblemCode],
        "blocks": [
            (code.value, (words.en if language == "en" else words.zh)[-1]) for code, words in BLOCK_WORDS.items()
        ]
        + [(reason.value, str(REASONS[reason]) % {"open": "…", "ties": "…"}) for reason in OF_PAYMENTS]
        + [(reason.value, READING_REASONS[reason]) for reason in ReadingReason],
        "refused_status": HTTPStatus.CONFLICT.value,
    }
    return render(request, "api/docs.html", context)


def _rows() -> Iterator[Row]:
    root_path = reverse("api:api-root").rstrip("/")
    for path, operation in operations():
        (token,) = operation.auth_callbacks
        assert isinstance(token, Bearer)
        yield Row(
            method=operation.methods[0],
            path=root_path + path,
            summary=str(operation.summary),
            token=WHOSE[type(token)],
            acts=tuple(sorted(act.value for act in token.acts)),
        )


vars(docs)["needs"] = frozenset()
vars(docs)["is_open"] = True
