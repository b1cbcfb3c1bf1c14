"""Who calls: an application by its token, a reader by the pass that an application got for them, or a gate counter
(``counters``) by its key.

Default deny: an operation stands behind one of these kinds of token, and names its acts there. Only
``Authorization: Bearer`` counts; there is no cookie and no session, so there is nothing to forge across sites.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, Protocol

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from wenyuan.doors.api import limits
from wenyuan.doors.api.language import DJANGO_NAME, language_of
from wenyuan.doors.api.passes import PREFIX as PASS_PREFIX
from wenyuan.doors.api.passes import Pass, read_pass, reader_of
from wenyuan.doors.api.problems import ProblemCode, Trouble
from wenyuan.doors.furniture.addresses import caller_address
from wenyuan.doors.furniture.words import Language
from wenyuan.lending.patrons.data import PatronView
from wenyuan.organisation.accounts.data import ApiCaller, ApiTokenOutcome, ApiTokenRefused
from wenyuan.organisation.accounts.operations import admit_api_token, readmit_api_token
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk, Door
from wenyuan.organisation.rights.queries import require

BRANCH_HEADER: Final = "Wenyuan-Branch"
"""The code of the branch at which an act is done, where it is not the one at which the machine stands."""

_TOLD: Final[Mapping[ApiTokenOutcome, ProblemCode]] = {
    ApiTokenOutcome.UNKNOWN: ProblemCode.TOKEN_UNKNOWN,
    ApiTokenOutcome.ENDED: ProblemCode.TOKEN_ENDED,
    ApiTokenOutcome.EXPIRED: ProblemCode.TOKEN_EXPIRED,
    ApiTokenOutcome.DISABLED: ProblemCode.TOKEN_DISABLED,
    ApiTokenOutcome.WRONG_ADDRESS: ProblemCode.TOKEN_WRONG_ADDRESS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A reader who has signed in, and by what."""

    patron: PatronView
    signed_in: Pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request behind a token: all that an operation hands to a verb. ``reader`` is there behind a pass."""

    at: datetime
    language: Language
    caller: ApiCaller
    desk: Desk
    network: NetworkMap
    reader: Reader | None = None

    @property
    def django_language(self) -> str:
        """The language of the answer, as names of branches and categories are asked for it."""
        return DJANGO_NAME[self.language]

    @property
    def signed_in_reader(self) -> Reader:
        """The reader; only behind a pass."""
        assert self.reader is not None, "the operation stands behind a pass"
        return self.reader


def call_of(request: HttpRequest) -> Call:
    """The call of a request that has passed its token."""
    call = request.auth  # type: ignore[attr-defined] # set by ninja from what the token's check gave
    assert isinstance(call, Call)
    return call


class AtDesk(Protocol):
    """Whatever a token opens acts at a desk."""

    @property
    def desk(self) -> Desk:
        """Who acts, and where."""


class Bearer(HttpBearer):
    """A token in the Authorization header. ``acts`` are all needed at the branch of the call."""

    def __init__(self, *acts: Act) -> None:
        super().__init__()
        self.acts = frozenset(acts)

    def authenticate(self, request: HttpRequest, token: str) -> AtDesk:
        """:raises Trouble: no token at all. :raises NotAllowed: an act that it does not allow."""
        if not token.strip():
            raise Trouble(ProblemCode.TOKEN_MISSING)
        call = self.call(request, token)
        for act in self.acts:
            require(call.desk.operator, act, call.desk.branch_id)
        return call

    @abstractmethod
    def call(self, request: HttpRequest, token: str) -> AtDesk:
        """Whose token this is. :raises Trouble: nobody's who may come in here."""


class ApplicationToken(Bearer):
    """A machine's token, made by staff in the workbench."""

    openapi_description = "A machine's token (wya_…), made by staff in the workbench: Accounts, Machines, Tokens."

    def call(self, request: HttpRequest, token: str) -> Call:
        if token.startswith(PASS_PREFIX):
            raise Trouble(ProblemCode.WRONG_KIND_OF_TOKEN)
        at, address = timezone.now(), caller_address(request)
        try:
            caller = admit_api_token(secret=token, address=address, at=at)
        except ApiTokenRefused as refused:
            raise not_let_in(address, _TOLD[refused.reason]) from None
        slow_down(limits.TOKENS.take(caller.token_id, now=monotonic()))
        network = network_map(caller.edition)
        return Call(
            at=at,
            language=language_of(request),
            caller=caller,
            desk=_desk(caller, _branch_asked(request, caller, network)),
            network=network,
        )


class ReaderToken(Bearer):
    """A reader's pass, got by an application with card and PIN. It opens the reader's own affairs and nothing else."""

    openapi_description = "A reader's pass (wyr_…), got by POST /session with card and PIN; good for half an hour."

    def call(self, request: HttpRequest, token: str) -> Call:
        at, address = timezone.now(), caller_address(request)
        signed_in = read_pass(token, at=at)
        if signed_in is None:
            if not token.startswith(PASS_PREFIX):
                self._refuse_application(token, address, at)
            raise not_let_in(address, ProblemCode.TOKEN_UNKNOWN)
        slow_down(limits.READERS.take(signed_in.patron_id, now=monotonic()))
        try:
            caller = readmit_api_token(token_id=signed_in.api_token_id, at=at)
        except ApiTokenRefused as refused:
            raise not_let_in(address, _TOLD[refused.reason]) from None
        patron = reader_of(signed_in)
        if patron is None:
            raise not_let_in(address, ProblemCode.TOKEN_ENDED)
        return Call(
            at=at,
            language=language_of(request),
            caller=caller,
            desk=_desk(caller, caller.branch_id),
            network=network_map(caller.edition),
            reader=Reader(patron=patron, signed_in=signed_in),
        )

    def _refuse_application(self, token: str, address: str, at: datetime) -> None:
        """:raises Trouble: 403 to an application's own token, which is good elsewhere."""
        try:
            admit_api_token(secret=token, address=address, at=at)
        except ApiTokenRefused as refused:
            raise not_let_in(address, _TOLD[refused.reason]) from None
        raise Trouble(ProblemCode.WRONG_KIND_OF_TOKEN)


def not_let_in(address: str, code: ProblemCode) -> Trouble:
    """401; and 429 instead to who goes on trying."""
    wait = limits.BAD_TOKENS.take(address, now=monotonic())
    return Trouble(ProblemCode.TOO_MANY, retry_after=wait) if wait else Trouble(code)


def slow_down(wait: int) -> None:
    """:raises Trouble: 429, if there is something to wait for."""
    if wait:
        raise Trouble(ProblemCode.TOO_MANY, retry_after=wait)


def _branch_asked(request: HttpRequest, caller: ApiCaller, network: NetworkMap) -> int:
    """:raises Trouble: the header names no branch."""
    code = request.headers.get(BRANCH_HEADER)
    if code is None:
        return caller.branch_id
    branch = network.by_code(code.strip())
    if branch is None:
        raise Trouble(ProblemCode.BRANCH_UNKNOWN)
    return branch.id


def _desk(caller: ApiCaller, branch_id: int) -> Desk:
    return Desk(
        operator=caller.operator,
        branch_id=branch_id,
        door=Door.API,
        code=caller.username,
        service_point_id=caller.service_point_id if branch_id == caller.branch_id else None,
    )
