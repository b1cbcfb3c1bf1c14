"""What goes wrong, as RFC 9457 problem details: a stable code for programs, words for people in the language asked for.

A refusal of a verb carries every block at once. Nothing that was sent is ever repeated in an answer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.api.language import language_of
from wenyuan.doors.furniture.counter_words import READING_REASONS
from wenyuan.doors.furniture.fee_words import fee_words
from wenyuan.doors.furniture.words import branch_names, words_for_block, words_for_waiver
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.fees.data import FeesRefused
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.services.visits.data import ReadingReason

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "/api/v1/docs#"
"""A problem's type is a place on the page that explains it."""
MOST_ERRORS: Final = 20


class ProblemCode(StrEnum):
    """What goes wrong at this door itself. A verb's refusal has the code of its first block (``BlockCode``)."""

    BAD_JSON = "bad_json"
    TOKEN_MISSING = "token_missing"  # noqa: S105 - a code, no secret
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - a code, no secret
    TOKEN_ENDED = "token_ended"  # noqa: S105 - a code, no secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code, no secret
    TOKEN_DISABLED = "token_disabled"  # noqa: S105 - a code, no secret
    TOKEN_WRONG_ADDRESS = "token_wrong_address"  # noqa: S105 - a code, no secret
    WRONG_KIND_OF_TOKEN = "wrong_kind_of_token"  # noqa: S105 - a code, no secret
    NOT_ALLOWED = "not_allowed"
    SIGN_IN_REFUSED = "sign_in_refused"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    KEY_REUSED = "key_reused"
    CONTENDED = "contended"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    INVALID = "invalid"
    BRANCH_UNKNOWN = "branch_unknown"
    CURSOR_INVALID = "cursor_invalid"
    TOO_MANY = "too_many"
    PIN_LOCKED = "pin_locked"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


STATUS: Final[Mapping[ProblemCode, HTTPStatus]] = {
    ProblemCode.BAD_JSON: HTTPStatus.BAD_REQUEST,
    ProblemCode.TOKEN_MISSING: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_UNKNOWN: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_ENDED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_EXPIRED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_DISABLED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_WRONG_ADDRESS: HTTPStatus.UNAUTHORIZED,
    ProblemCode.WRONG_KIND_OF_TOKEN: HTTPStatus.FORBIDDEN,
    ProblemCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ProblemCode.SIGN_IN_REFUSED: HTTPStatus.FORBIDDEN,
    ProblemCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ProblemCode.KEY_REUSED: HTTPStatus.CONFLICT,
    ProblemCode.CONTENDED: HTTPStatus.CONFLICT,
    ProblemCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemCode.NOT_JSON: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.BRANCH_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.CURSOR_INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.PIN_LOCKED: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    ProblemCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}

TITLES: Final[Mapping[ProblemCode, StrOrPromise]] = {
    ProblemCode.BAD_JSON: _("The body is no JSON."),
    ProblemCode.TOKEN_MISSING: _("A token is needed: Authorization: Bearer …"),
    ProblemCode.TOKEN_UNKNOWN: _("This token opens nothing."),
    ProblemCode.TOKEN_ENDED: _("This token has been ended."),
    ProblemCode.TOKEN_EXPIRED: _("This token is out of date."),
    ProblemCode.TOKEN_DISABLED: _("The account of this token is disabled."),
    ProblemCode.TOKEN_WRONG_ADDRESS: _("This token may not be used from this address."),
    ProblemCode.WRONG_KIND_OF_TOKEN: _("A token of the other kind is needed here."),
    ProblemCode.NOT_ALLOWED: _("This token does not allow that at this branch."),
    ProblemCode.SIGN_IN_REFUSED: _("Card and PIN do not fit together."),
    ProblemCode.NOT_FOUND: _("There is nothing at this address."),
    ProblemCode.METHOD_NOT_ALLOWED: _("This address does not take this method."),
    ProblemCode.KEY_REUSED: _("This Idempotency-Key stands for another act."),
    ProblemCode.CONTENDED: _("Others kept changing the same item. Please try again."),
    ProblemCode.TOO_LARGE: _("The body is too large."),
    ProblemCode.NOT_JSON: _("The body must be application/json in UTF-8."),
    ProblemCode.INVALID: _("Some of the values cannot be used."),
    ProblemCode.BRANCH_UNKNOWN: _("There is no branch with this code."),
    ProblemCode.CURSOR_INVALID: _("This cursor leads nowhere. Begin at the first page."),
    ProblemCode.TOO_MANY: _("Too many requests. Please slow down."),
    ProblemCode.PIN_LOCKED: _("The PIN was wrong too often and is locked for a while."),
    ProblemCode.FAILED: _("Something went wrong on our side."),
    ProblemCode.UNAVAILABLE: _("The library's database does not answer. Please try again."),
}

REFUSED: Final = _("The library refuses this.")

VALUE_WORDS: Final[Mapping[str, StrOrPromise]] = {
    "missing": _("It is missing."),
    "extra_forbidden": _("There is no such field."),
    "string_too_short": _("It is too short."),
    "string_too_long": _("It is too long."),
    "too_long": _("It holds too much."),
    "string_pattern_mismatch": _("It holds characters that it may not hold."),
    "string_unicode": _("It holds characters that it may not hold."),
    "greater_than_equal": _("It is out of range."),
    "less_than_equal": _("It is out of range."),
    "enum": _("It is none of the values that are possible."),
    "nothing_asked": _("Say at least one thing to look for."),
    "bib_or_item": _("Name either a record or one of its items."),
}
"""Why a value cannot be used, by the validator's type of error."""
OTHER_VALUE: Final = _("It is of the wrong kind.")


class Trouble(Exception):
    """Nothing was done; the answer is a problem. ``retry_after`` in seconds; ``errors`` name fields and why."""

    def __init__(
        self,
        code: ProblemCode,
        *,
        retry_after: int | None = None,
        errors: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.retry_after = retry_after
        self.errors = errors


class NotThere(Exception):
    """404: what was asked for is unknown, in a block's code and words."""

    def __init__(self, code: BlockCode) -> None:
        super().__init__(code.value)
        self.block = Block(code)


def problem_of(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """The answer for a trouble, in the language of the request; translations are switched to it already."""
    title = str(TITLES[trouble.code])
    response = _problem(
        STATUS[trouble.code],
        {
            "type": TYPES + trouble.code.value,
            "title": title,
            "code": trouble.code.value,
            "detail": title,
            "errors": [
                {"field": field, "code": why, "message": str(VALUE_WORDS.get(why, OTHER_VALUE))}
                for field, why in trouble.errors
            ],
        },
    )
    if trouble.retry_after is not None:
        response["Retry-After"] = str(max(1, trouble.retry_after))
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="wenyuan"'
    return response


def refusal_of(
    request: HttpRequest,
    blocks: Iterable[Block],
    *,
    status: HTTPStatus = HTTPStatus.CONFLICT,
    network: NetworkMap | None = None,
) -> HttpResponse:
    """The answer for a verb's refusal: every block at once, the first one's code in front."""
    return _refusal(request, blocks_shown(request, blocks, network=network or network_map()), status)


def money_refusal_of(request: HttpRequest, refused: FeesRefused) -> HttpResponse:
    """The same for money, which nobody lifts anything of; translations are switched to the request's language."""
    shown = [_not_lifted(why.value, fee_words(why, refused.facts), refused.facts) for why in refused.reasons]
    return _refusal(request, shown, HTTPStatus.CONFLICT)


def readings_refusal_of(request: HttpRequest, reasons: Iterable[ReadingReason]) -> HttpResponse:
    """The same for readings of a gate counter of which none can be believed."""
    shown = [_not_lifted(why.value, str(READING_REASONS[why]), {}) for why in reasons]
    return _refusal(request, shown, HTTPStatus.CONFLICT)


def _not_lifted(code: str, message: str, facts: Mapping[str, object]) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "waivable": False,
        "waiver": None,
        "waiver_message": "",
        "facts": dict(facts),
    }


def _refusal(request: HttpRequest, shown: Sequence[Mapping[str, Any]], status: HTTPStatus) -> HttpResponse:
    separator = "; " if language_of(request) == "en" else "；"
    return _problem(
        status,
        {
            "type": f"{TYPES}refused",
            "title": str(REFUSED),
            "code": shown[0]["code"],
            "detail": separator.join(block["message"] for block in shown),
            "blocks": shown,
        },
    )


def blocks_shown(request: HttpRequest, blocks: Iterable[Block], *, network: NetworkMap) -> list[dict[str, Any]]:
    """Blocks as they are told: code, words, whether somebody may lift it and who, and the facts behind the words."""
    language = language_of(request)
    names = branch_names(network, language)
    return [
        {
            "code": block.code.value,
            "message": words_for_block(block, language, names),
            "waivable": block.waiver is not None,
            "waiver": block.waiver.value if block.waiver else None,
            "waiver_message": words_for_waiver(block.waiver, language) if block.waiver else "",
            "facts": {name: _fact(name, value, network) for name, value in block.facts.items()},
        }
        for block in blocks
    ]


def _fact(name: str, value: int | str, network: NetworkMap) -> int | str:
    """A fact as others may know it: branches by their code."""
    if name in ("home", "branch") and isinstance(value, int):
        branch = network.branches.get(value)
        return branch.code if branch else ""
    return value


def _problem(status: HTTPStatus, members: Mapping[str, Any]) -> HttpResponse:
    body = {
        "type": members["type"],
        "title": members["title"],
        "status": status.value,
        "detail": members["detail"],
        "code": members["code"],
        "blocks": members.get("blocks", []),
        "errors": members.get("errors", []),
    }
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)


def why_wrong(errors: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Fields and why, from what the validator found. Its own texts are left out: they may quote what was sent."""
    return [(_where(error), str(error["type"])) for error in errors][:MOST_ERRORS]


def _where(error: Mapping[str, Any]) -> str:
    """``body.item``; of a field that there is not, where it stood: its name may be anything."""
    steps = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return ".".join(map(str, steps))
