"""The answer to each request when nothing was done: the flags that say no, and the reason on the screen."""

from collections.abc import Sequence
from datetime import datetime

from wenyuan.kernel.sip2.answers import (
    AcsStatusAnswer,
    Answer,
    CheckinAnswer,
    CheckoutAnswer,
    EndSessionAnswer,
    FeePaidAnswer,
    HoldAnswer,
    ItemInformationAnswer,
    LoginAnswer,
    PatronEnableAnswer,
    PatronInformationAnswer,
    PatronStatusAnswer,
    PatronStatusFlags,
    RenewAllAnswer,
    RenewAnswer,
    ResendAnswer,
)
from wenyuan.kernel.sip2.codes import AlertType, CirculationStatus
from wenyuan.kernel.sip2.parse import Request
from wenyuan.kernel.sip2.requests import (
    BlockPatronRequest,
    CheckinRequest,
    CheckoutRequest,
    EndSessionRequest,
    FeePaidRequest,
    HoldRequest,
    ItemInformationRequest,
    LoginRequest,
    PatronEnableRequest,
    PatronInformationRequest,
    PatronStatusRequest,
    RenewAllRequest,
    RenewRequest,
    ResendRequest,
    ScStatusRequest,
)

ALL_DENIED = PatronStatusFlags(charge_denied=True, renewal_denied=True, recall_denied=True, hold_denied=True)


def language_of(request: Request) -> str:
    """The language that the request names; 000 (unknown) where it has no place for one."""
    return str(getattr(request.fixed, "language", "000"))


def negative(request: Request, *, at: datetime, institution: str, messages: Sequence[str], title: str = "") -> Answer:
    """The answer of the request's own kind that nothing was done or is known.

    :param at: naive, in the library's zone.
    :param title: the item's, where it is known.
    """
    patron, item = request.value("AA"), request.value("AB")
    match request.fixed:
        case LoginRequest():
            return LoginAnswer(ok=False)
        case ScStatusRequest():
            return AcsStatusAnswer(
                at=at,
                institution=institution,
                supported=frozenset(),
                online=False,
                checkin_ok=False,
                checkout_ok=False,
                renewal_ok=False,
                offline_ok=False,
                messages=messages,
            )
        case PatronStatusRequest() | BlockPatronRequest() | PatronEnableRequest():
            kind = PatronEnableAnswer if isinstance(request.fixed, PatronEnableRequest) else PatronStatusAnswer
            return kind(
                at=at,
                flags=ALL_DENIED,
                institution=institution,
                patron=patron,
                name="",
                language=language_of(request),
                messages=messages,
            )
        case PatronInformationRequest(language=language):
            return PatronInformationAnswer(
                at=at,
                flags=ALL_DENIED,
                institution=institution,
                patron=patron,
                name="",
                language=language,
                messages=messages,
            )
        case ItemInformationRequest():
            return ItemInformationAnswer(
                at=at, status=CirculationStatus.OTHER, item=item, title=title, messages=messages
            )
        case CheckoutRequest() | RenewRequest():
            answer = RenewAnswer if isinstance(request.fixed, RenewRequest) else CheckoutAnswer
            return answer(
                at=at,
                ok=False,
                institution=institution,
                patron=patron,
                item=item,
                title=title,
                due=None,
                magnetic=False,
                messages=messages,
            )
        case CheckinRequest():
            # A sorter must not send what was not taken back to the shelf.
            return CheckinAnswer(
                at=at,
                ok=False,
                institution=institution,
                item=item,
                title=title,
                magnetic=False,
                alert=AlertType.OTHER,
                messages=messages,
            )
        case HoldRequest():
            return HoldAnswer(
                at=at,
                ok=False,
                institution=institution,
                patron=patron,
                item=item or None,
                title=title or None,
                messages=messages,
            )
        case RenewAllRequest():
            return RenewAllAnswer(at=at, ok=False, institution=institution, messages=messages)
        case EndSessionRequest():
            return EndSessionAnswer(at=at, institution=institution, patron=patron, ok=False, messages=messages)
        case FeePaidRequest():
            return FeePaidAnswer(
                at=at,
                ok=False,
                institution=institution,
                patron=patron,
                transaction=request.value("BK") or None,
                messages=messages,
            )
        case ResendRequest():
            return ResendAnswer()
