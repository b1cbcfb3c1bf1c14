"""The operations of this door put together, what becomes of their exceptions, and their description (OpenAPI 3.1)."""

import traceback
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import psycopg
import structlog
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from wenyuan.doors.api import catalogue, circulation, counters, holds, house, money, patrons, readers
from wenyuan.doors.api.access import BRANCH_HEADER, ApplicationToken
from wenyuan.doors.api.counters import ReadingsRefused
from wenyuan.doors.api.keys import HEADER, REPLAYED
from wenyuan.doors.api.problems import (
    MEDIA_TYPE,
    NotThere,
    ProblemCode,
    Trouble,
    money_refusal_of,
    problem_of,
    readings_refusal_of,
    refusal_of,
    why_wrong,
)
from wenyuan.doors.api.schemas import ProblemTold
from wenyuan.lending.circulation.operations import Contended, KeyReused, Refused
from wenyuan.lending.fees.data import FeeReason, FeesRefused
from wenyuan.organisation.rights.queries import NotAllowed

VERSION: Final = "1"
TITLE: Final = "Wenyuan"
PROBLEM_REF: Final = {"$ref": "#/components/schemas/ProblemTold"}
OF_BODIES: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
OF_ALL: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


class _Renderer(JSONRenderer):
    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


class Door(NinjaAPI):
    """The operations, described with the problems that each may answer."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema.add_schema_definitions(_problem_schemas())
        for details in _operations_of(schema):
            _describe(details)
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """By which programs made from the description name it: it may not change when a module moves."""
        return operation.view_func.__name__


def _problem_schemas() -> dict[str, Any]:
    schema = ProblemTold.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**schema.pop("$defs"), "ProblemTold": schema}


def _operations_of(schema: OpenAPISchema) -> Iterator[dict[str, Any]]:
    for methods in schema["paths"].values():
        yield from methods.values()


def _describe(details: dict[str, Any]) -> None:
    """Add what every operation answers, and the headers that are read before it."""
    own = details.pop("x-problems", ())
    for status in (*OF_ALL, *(OF_BODIES if "requestBody" in details else ()), *own):
        details["responses"].setdefault(status.value, _problem_response(status))
    if any(ApplicationToken.__name__ in way for way in details.get("security", ())):
        details["parameters"].append(_BRANCH)
    if details.pop("x-keyed", False):
        for status, response in details["responses"].items():
            if status < HTTPStatus.MULTIPLE_CHOICES:
                response["headers"] = {REPLAYED: _REPLAYED}


def _problem_response(status: HTTPStatus) -> dict[str, Any]:
    response: dict[str, Any] = {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": PROBLEM_REF}}}
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        response["headers"] = {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}}
    return response


_BRANCH: Final = {
    "in": "header",
    "name": BRANCH_HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 16},
    "description": "The code of the branch at which the act is done, if it is not where the machine stands.",
}
_REPLAYED: Final = {
    "description": f"`true` when the act had been done before, by its {HEADER} or moments ago: its first receipt.",
    "required": False,
    "schema": {"type": "string", "enum": ["true"]},
}

api = Door(
    title=TITLE,
    version=VERSION,
    description="Circulation, readers and holdings of a library. Problems are application/problem+json (RFC 9457).",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    renderer=_Renderer(),
)
for part in (house, circulation, holds, money, patrons, readers, catalogue, counters):
    api.add_router("", part.router)


# Exceptions ----------------------------------------------------------------------------------------------------------


@api.exception_handler(Trouble)
def _trouble(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, error)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal_of(request, error.blocks)


@api.exception_handler(FeesRefused)
def _money_refused(request: HttpRequest, error: Any) -> HttpResponse:
    if FeeReason.KEY_REUSED in error.reasons:
        return problem_of(request, Trouble(ProblemCode.KEY_REUSED))
    return money_refusal_of(request, error)


@api.exception_handler(ReadingsRefused)
def _readings_refused(request: HttpRequest, error: Any) -> HttpResponse:
    return readings_refusal_of(request, error.reasons)


@api.exception_handler(NotThere)
def _not_there(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal_of(request, [error.block], status=HTTPStatus.NOT_FOUND)


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.TOKEN_MISSING))


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.NOT_ALLOWED))


@api.exception_handler(KeyReused)
def _key_reused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.KEY_REUSED))


@api.exception_handler(Contended)
def _contended(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.CONTENDED, retry_after=1))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.INVALID, errors=why_wrong(error.errors)))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    """Raised by ninja for whatever its JSON reader stumbles over: bytes, depth, numbers of thousands of digits."""
    return problem_of(request, Trouble(ProblemCode.BAD_JSON))


@api.exception_handler(Http404)
def _no_such_thing(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.NOT_FOUND))


@api.exception_handler(SuspiciousOperation)
def _suspicious(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.TOO_LARGE))


@api.exception_handler(UnreadablePostError)
def _cut_off(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(request, Trouble(ProblemCode.BAD_JSON))


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Any) -> HttpResponse:
    """A fault of ours, or of the database's: the log gets the place and never what was in hand."""
    is_database = isinstance(error, DatabaseError | InterfaceError | psycopg.Error)
    structlog.get_logger("wenyuan.api").error(
        "request failed",
        error_id=uuid4().hex[:8],
        error=type(error).__name__,
        where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)],
    )
    code = ProblemCode.UNAVAILABLE if is_database else ProblemCode.FAILED
    return problem_of(request, Trouble(code, retry_after=5 if is_database else None))


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation with its path below the door, for the page of operations and the house's tests."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield path, operation
