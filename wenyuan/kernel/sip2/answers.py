"""What we answer a machine, typed.

Money is in fen, times are naive in the library's own zone, counts are plain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from wenyuan.kernel.sip2.codes import AlertType, CirculationStatus, FeeType, SecurityMarker, SummaryList
from wenyuan.kernel.values import light_value


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAnswer:
    """94."""

    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsStatusAnswer:
    """98: what this server allows."""

    at: datetime
    institution: str
    supported: frozenset[str]
    """Codes of the requests served, told in BX."""
    online: bool = True
    checkin_ok: bool = True
    checkout_ok: bool = True
    renewal_ok: bool = True
    status_update_ok: bool = False
    offline_ok: bool = True
    timeout: int = 100
    """Tenths of a second, 0 to 999."""
    retries: int = 3
    library: str | None = None
    terminal: str | None = None
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronStatusFlags:
    """The fourteen flags of 24 and 64, in their order; true is sent as `Y`, false as a blank."""

    charge_denied: bool = False
    renewal_denied: bool = False
    recall_denied: bool = False
    hold_denied: bool = False
    card_reported_lost: bool = False
    too_many_charged: bool = False
    too_many_overdue: bool = False
    too_many_renewals: bool = False
    too_many_claims_returned: bool = False
    too_many_lost: bool = False
    excessive_fines: bool = False
    excessive_fees: bool = False
    recall_overdue: bool = False
    too_many_billed: bool = False

    def __str__(self) -> str:
        return "".join("Y" if getattr(self, name) else " " for name in _FLAG_NAMES)


_FLAG_NAMES = tuple(flag.name for flag in fields(PatronStatusFlags))


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronStatusAnswer:
    """24."""

    at: datetime
    flags: PatronStatusFlags
    institution: str
    patron: str
    name: str
    language: str = "000"
    """As the request gave it: 019 Chinese, 001 English, 000 unknown."""
    is_valid: bool | None = None
    is_password_right: bool | None = None
    """None when no password came: CQ is then not sent."""
    fee_fen: int | None = None
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronEnableAnswer(PatronStatusAnswer):
    """26, alike in all but its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronInformationAnswer:
    """64: as 24, with counts and at most one list."""

    at: datetime
    flags: PatronStatusFlags
    institution: str
    patron: str
    name: str
    language: str = "000"
    holds: int = 0
    overdue: int = 0
    charged: int = 0
    fines: int = 0
    recalls: int = 0
    unavailable_holds: int = 0
    hold_limit: int | None = None
    overdue_limit: int | None = None
    charged_limit: int | None = None
    is_valid: bool | None = None
    is_password_right: bool | None = None
    fee_fen: int | None = None
    fee_limit_fen: int | None = None
    listed: SummaryList | None = None
    """The list the request asked for."""
    entries: Sequence[str] = ()
    """That list, whole; the answer holds its part from `first` to `last`."""
    first: str = ""
    last: str = ""
    """BP and BQ as they came: numbers from 1, both ends included; what is no number asks for no limit."""
    address: str | None = None
    mail: str | None = None
    phone: str | None = None
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInformationAnswer:
    """18."""

    at: datetime
    status: CirculationStatus
    item: str
    title: str
    security: SecurityMarker = SecurityMarker.OTHER
    fee_type: FeeType = FeeType.OTHER
    hold_queue: int | None = None
    due: datetime | None = None
    recall_at: datetime | None = None
    hold_until: datetime | None = None
    owner: str | None = None
    fee_fen: int | None = None
    media_type: str | None = None
    permanent_location: str | None = None
    current_location: str | None = None
    item_properties: str | None = None
    sort_bin: str | None = None
    call_number: str | None = None
    """KC, which dp2's and 金磐 machines show."""
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@light_value(kw_only=True)
class CheckoutAnswer:
    """12."""

    at: datetime
    ok: bool
    institution: str
    patron: str
    item: str
    title: str
    due: datetime | None
    is_renewal: bool = False
    magnetic: bool | None = None
    """None when it is not known: `U`."""
    desensitise: bool = False
    """Whether the machine shall release the item's security."""
    fee_type: FeeType | None = None
    security_inhibit: bool | None = None
    fee_fen: int | None = None
    media_type: str | None = None
    item_properties: str | None = None
    transaction: str | None = None
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@light_value(kw_only=True)
class RenewAnswer(CheckoutAnswer):
    """30, alike in all but its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAnswer:
    """16."""

    at: datetime
    ok: bool
    institution: str
    patron: str
    item: str | None = None
    is_available: bool = False
    """Whether an item of the title stands on a shelf now."""
    not_after: datetime | None = None
    """BW: until when it waits, at most."""
    place: int | None = None
    """BR: the place in the queue."""
    pickup: str | None = None
    title: str | None = None
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewAllAnswer:
    """66: which items were renewed and which were not (BM, BN)."""

    at: datetime
    ok: bool
    institution: str
    renewed: Sequence[str] = ()
    unrenewed: Sequence[str] = ()
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@light_value(kw_only=True)
class CheckinAnswer:
    """10; the alert flag follows from `alert`."""

    at: datetime
    ok: bool
    institution: str
    item: str
    permanent_location: str = ""
    resensitise: bool = False
    """Whether the machine shall secure the item again."""
    magnetic: bool | None = None
    alert: AlertType | None = None
    title: str | None = None
    sort_bin: str | None = None
    patron: str | None = None
    media_type: str | None = None
    item_properties: str | None = None
    collection: str | None = None
    call_number: str | None = None
    destination: str | None = None
    """CT: the branch the item is sent to."""
    hold_patron: str | None = None
    hold_patron_name: str | None = None
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionAnswer:
    """36."""

    at: datetime
    institution: str
    patron: str
    ok: bool = True
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePaidAnswer:
    """38."""

    at: datetime
    ok: bool
    institution: str
    patron: str
    transaction: str | None = None
    messages: Sequence[str] = ()
    print_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ResendAnswer:
    """96: the last line was not understood, send it again. Carries a checksum and never a sequence."""


Answer = (
    LoginAnswer
    | AcsStatusAnswer
    | PatronStatusAnswer
    | PatronEnableAnswer
    | PatronInformationAnswer
    | ItemInformationAnswer
    | CheckoutAnswer
    | RenewAnswer
    | HoldAnswer
    | RenewAllAnswer
    | CheckinAnswer
    | EndSessionAnswer
    | FeePaidAnswer
    | ResendAnswer
)
