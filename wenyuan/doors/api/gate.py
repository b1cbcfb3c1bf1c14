"""What stands before every operation: how often an address may ask, how large and of what kind a body may be, and that
whatever is answered is JSON in the language asked for."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from time import monotonic
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from wenyuan.doors.api import limits
from wenyuan.doors.api.api import api
from wenyuan.doors.api.language import DJANGO_NAME, HTTP_NAME, language_of
from wenyuan.doors.api.problems import ProblemCode, Trouble, problem_of
from wenyuan.doors.furniture.addresses import caller_address
from wenyuan.organisation.rights.data import Act

BODY_BYTES: Final = 16_384
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})

View = Callable[..., HttpResponse]


def gate(view: View, *, needs: frozenset[Act], is_open: bool = False) -> View:
    """Put the gate before a view and declare its acts; ``is_open`` where nobody needs a token."""

    @csrf_exempt  # only Authorization counts here, which no other site's page can send
    @wraps(view)
    def serve(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        language = language_of(request)
        with translation.override(DJANGO_NAME[language]):
            try:
                _refuse_early(request)
                response = view(request, *args, **kwargs)
            except Exception as error:
                response = api.on_exception(request, error)
            if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                response = _method_not_allowed(request, response)
        response.setdefault("Cache-Control", "no-store")
        response["Content-Language"] = HTTP_NAME[language]
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        return response

    vars(serve)["needs"] = needs
    vars(serve)["is_open"] = is_open
    return serve


def _refuse_early(request: HttpRequest) -> None:
    """:raises Trouble: before anything is read or looked up."""
    if wait := limits.ADDRESSES.take(caller_address(request), now=monotonic()):
        raise Trouble(ProblemCode.TOO_MANY, retry_after=wait)
    if request.method not in WITH_BODY:
        return
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > BODY_BYTES:
        raise Trouble(ProblemCode.TOO_LARGE)
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if request.content_type != "application/json" or charset.lower() not in ("utf-8", "utf8"):
        raise Trouble(ProblemCode.NOT_JSON)


def _method_not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    problem = problem_of(request, Trouble(ProblemCode.METHOD_NOT_ALLOWED))
    problem["Allow"] = response["Allow"]
    return problem


def nothing_here(request: HttpRequest) -> HttpResponse:
    """An address of this door at which there is nothing."""
    raise Trouble(ProblemCode.NOT_FOUND)
