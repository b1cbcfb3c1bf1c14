"""What a machine asks: the fixed part of each request, typed, and the layouts they are read by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from wenyuan.kernel.sip2.codes import SummaryList
from wenyuan.kernel.sip2.dates import SipTime
from wenyuan.kernel.values import light_value


@dataclass(frozen=True, slots=True)
class PatronStatusRequest:
    """23: may this reader borrow?"""

    language: str
    sent_at: SipTime | None


@light_value()
class CheckoutRequest:
    """11: lend an item."""

    may_renew: bool
    """Whether an item this reader already has may be renewed instead."""
    no_block: bool
    """The act has happened already, offline."""
    sent_at: SipTime | None
    no_block_due: SipTime | None
    """The due date the machine promised while offline."""


@light_value()
class CheckinRequest:
    """09: take an item back."""

    no_block: bool
    """The act has happened already, offline."""
    sent_at: SipTime | None
    returned_at: SipTime | None


@dataclass(frozen=True, slots=True)
class RenewRequest:
    """29: renew a loan. Machines that send no fixed part give all its defaults."""

    third_party_allowed: bool = False
    no_block: bool = False
    sent_at: SipTime | None = None
    no_block_due: SipTime | None = None


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """15: place (`+`), cancel (`-`) or change (`*`) a hold; BS is the pickup branch, BW the last day, BY what is
    wanted."""

    mode: str
    sent_at: SipTime | None


@dataclass(frozen=True, slots=True)
class RenewAllRequest:
    """65: renew everything that the reader has."""

    sent_at: SipTime | None


@dataclass(frozen=True, slots=True)
class EndSessionRequest:
    """35: the reader has left."""

    sent_at: SipTime | None


@dataclass(frozen=True, slots=True)
class FeePaidRequest:
    """37: the machine has taken money (field BV)."""

    sent_at: SipTime | None
    fee_type: str
    payment_type: str
    """00 cash, 01 and 02 cards; others by agreement."""
    currency: str


@dataclass(frozen=True, slots=True)
class BlockPatronRequest:
    """01: the machine wants the card blocked, and may have kept it; why stands in AL."""

    card_retained: bool
    sent_at: SipTime | None


@dataclass(frozen=True, slots=True)
class PatronEnableRequest:
    """25: what 01 blocked shall be free again."""

    sent_at: SipTime | None


@dataclass(frozen=True, slots=True)
class ItemInformationRequest:
    """17: what is this item?"""

    sent_at: SipTime | None


@dataclass(frozen=True, slots=True)
class PatronInformationRequest:
    """63: all about this reader, and perhaps one list."""

    language: str
    sent_at: SipTime | None
    summary: str
    """Up to ten characters, one of them `Y`."""

    @property
    def wanted(self) -> SummaryList | None:
        """The list asked for; the standard allows one, of several the first counts."""
        for wanted in SummaryList:
            if self.summary[wanted.place : wanted.place + 1] == "Y":
                return wanted
        return None


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """93: the machine's own login (fields CN, CO, CP)."""

    user_algorithm: str
    password_algorithm: str
    """`0`, or blank from some machines, is clear text; others are not understood."""

    @property
    def is_clear_text(self) -> bool:
        """Whether user and password came unencrypted, the only way we can read them."""
        return {self.user_algorithm, self.password_algorithm} <= {"0", " "}


@dataclass(frozen=True, slots=True)
class ScStatusRequest:
    """99: the machine greets."""

    status: str
    """0 well, 1 out of paper, 2 about to shut down."""
    print_width: str
    version: str


@dataclass(frozen=True, slots=True)
class ResendRequest:
    """97, and 96 from the few machines that mistake one for the other: send the last answer again."""


Fixed = (
    PatronStatusRequest
    | CheckoutRequest
    | CheckinRequest
    | RenewRequest
    | HoldRequest
    | RenewAllRequest
    | EndSessionRequest
    | FeePaidRequest
    | BlockPatronRequest
    | PatronEnableRequest
    | ItemInformationRequest
    | PatronInformationRequest
    | LoginRequest
    | ScStatusRequest
    | ResendRequest
)


class Kind(Enum):
    """How a part of the fixed part is read."""

    FLAG = "flag"
    DIGITS = "digits"
    TEXT = "text"
    TIME = "time"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class RequestLayout:
    """One request: the parts of its fixed part, in order, with widths, and the fields it may carry."""

    fixed: Callable[..., "Fixed"]
    parts: tuple[tuple[Kind, int], ...]
    tags: frozenset[str]
    fixed_is_optional: bool = False
    """Some machines leave the fixed part out altogether."""


_FLAG = (Kind.FLAG, 1)
_TIME = (Kind.TIME, 18)
_LANGUAGE = (Kind.TEXT, 3)


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


REQUESTS: Final[Mapping[str, RequestLayout]] = MappingProxyType(
    {
        "23": RequestLayout(PatronStatusRequest, (_LANGUAGE, _TIME), _tags("AO AA AC AD")),
        # CN, the operator, stands in 11, 09 and 29 of Chinese machines
        "11": RequestLayout(CheckoutRequest, (_FLAG, _FLAG, _TIME, _TIME), _tags("AO AA AB AC CH AD BO BI CN CP")),
        "09": RequestLayout(CheckinRequest, (_FLAG, _TIME, _TIME), _tags("AP AO AB AC CH BI CN CP")),
        "29": RequestLayout(
            RenewRequest,
            (_FLAG, _FLAG, _TIME, _TIME),
            _tags("AO AA AD AB AJ AC CH BO CN CP"),
            fixed_is_optional=True,
        ),
        "15": RequestLayout(HoldRequest, ((Kind.TEXT, 1), _TIME), _tags("BW BS BY AO AA AD AB AJ AC BO CN CP")),
        "65": RequestLayout(RenewAllRequest, (_TIME,), _tags("AO AA AD AC BO CN CP")),
        "35": RequestLayout(EndSessionRequest, (_TIME,), _tags("AO AA AC AD")),
        "37": RequestLayout(
            FeePaidRequest,
            (_TIME, (Kind.DIGITS, 2), (Kind.DIGITS, 2), (Kind.TEXT, 3)),
            _tags("BV AO AA AC AD CG BK"),
        ),
        "01": RequestLayout(BlockPatronRequest, (_FLAG, _TIME), _tags("AO AL AA AC CN CP")),
        "25": RequestLayout(PatronEnableRequest, (_TIME,), _tags("AO AA AC AD CN CP")),
        "17": RequestLayout(ItemInformationRequest, (_TIME,), _tags("AO AB AC")),
        "63": RequestLayout(
            PatronInformationRequest, (_LANGUAGE, _TIME, (Kind.SUMMARY, 10)), _tags("AO AA AC AD BP BQ")
        ),
        "93": RequestLayout(LoginRequest, ((Kind.DIGITS, 1), (Kind.DIGITS, 1)), _tags("CN CO CP")),
        "99": RequestLayout(ScStatusRequest, ((Kind.DIGITS, 1), (Kind.DIGITS, 3), (Kind.TEXT, 4)), _tags("")),
        "97": RequestLayout(ResendRequest, (), _tags("")),
        "96": RequestLayout(ResendRequest, (), _tags("")),
    }
)
"""The requests we understand, by code (3M SIP2 2.00, "Message types")."""

SECRET_TAGS: Final = frozenset({"AD", "CO", "AN", "KD"})
"""Passwords, old and new: never trimmed, never shown."""
