"""What crosses the border of this room: kinds of notice, channels, states, what is posted, and refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType


class Channel(StrEnum):
    """A way to a person. Every message also stands in the message box, whichever way carried it."""

    WECHAT = "wechat"
    SMS = "sms"
    EMAIL = "email"
    IN_APP = "in_app"  # the message box of portal and desk alone


class Language(StrEnum):
    """What a template is written in."""

    ZH = "zh"
    EN = "en"


class NoticeKind(StrEnum):
    """What a notice is about. A kind is never renamed: a new one is added."""

    DUE_SOON = "due_soon"
    OVERDUE_1 = "overdue_1"
    OVERDUE_2 = "overdue_2"
    OVERDUE_3 = "overdue_3"
    HOLD_READY = "hold_ready"
    HOLD_EXPIRED = "hold_expired"
    HOLD_CANCELLED = "hold_cancelled"
    LOAN_RECALLED = "loan_recalled"
    LOAN_RENEWED = "loan_renewed"  # by itself
    RENEWAL_REFUSED = "renewal_refused"  # it did not renew itself
    CLOSURE_DECLARED = "closure_declared"
    CLOSURE_REOPENED = "closure_reopened"
    DUE_MOVED = "due_moved"
    CARD_EXPIRY = "card_expiry"
    ERASURE_REFUSED = "erasure_refused"  # the request to have one's data deleted
    SUGGESTION_ORDERED = "suggestion_ordered"
    SUGGESTION_REFUSED = "suggestion_refused"
    SUGGESTION_ARRIVED = "suggestion_arrived"
    LOAN_RECEIPT = "loan_receipt"
    RETURN_RECEIPT = "return_receipt"
    VERIFICATION_CODE = "verification_code"  # asked for at this very moment


class Gathering(StrEnum):
    """Whether notices of a kind for one person become one message."""

    NONE = "none"
    DAY = "day"  # all of a day go out together at the hour of the digest
    VISIT = "visit"  # what comes within some minutes at one branch goes out together


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """What a kind needs and how it goes out.

    ``values`` are the names that whoever posts must give; names ending in ``_date`` hold ISO dates. ``may_be_empty``
    are those of them that may be empty. ``when_open`` waits until the branch is open. ``channels`` is the order of
    preference of somebody who stated none. ``at_once``: somebody waits for it, so it goes out by SMS at this moment
    (``send_at_once``), whatever the hour; it is never posted, chosen about or kept.
    """

    values: frozenset[str]
    may_be_empty: frozenset[str] = frozenset()
    gathering: Gathering = Gathering.NONE
    when_open: bool = False
    channels: tuple[Channel, ...] = (Channel.WECHAT, Channel.SMS, Channel.EMAIL)
    at_once: bool = False


_RECEIPT_CHANNELS = (Channel.WECHAT, Channel.EMAIL)
"""Nobody pays an SMS for a receipt."""

KINDS: Mapping[NoticeKind, KindFacts] = MappingProxyType(
    {
        NoticeKind.DUE_SOON: KindFacts(values=frozenset({"title", "due_date"}), gathering=Gathering.DAY),
        NoticeKind.OVERDUE_1: KindFacts(values=frozenset({"title", "due_date", "days"}), gathering=Gathering.DAY),
        NoticeKind.OVERDUE_2: KindFacts(values=frozenset({"title", "due_date", "days"}), gathering=Gathering.DAY),
        NoticeKind.OVERDUE_3: KindFacts(values=frozenset({"title", "due_date", "days"}), gathering=Gathering.DAY),
        NoticeKind.HOLD_READY: KindFacts(
            values=frozenset({"title", "pickup_date", "place"}),
            may_be_empty=frozenset({"place"}),
            gathering=Gathering.VISIT,
            when_open=True,
        ),
        NoticeKind.HOLD_EXPIRED: KindFacts(values=frozenset({"title"}), gathering=Gathering.DAY),
        NoticeKind.HOLD_CANCELLED: KindFacts(values=frozenset({"title"}), gathering=Gathering.DAY),
        NoticeKind.LOAN_RECALLED: KindFacts(values=frozenset({"title", "due_date"}), gathering=Gathering.DAY),
        NoticeKind.LOAN_RENEWED: KindFacts(values=frozenset({"title", "due_date"}), gathering=Gathering.DAY),
        NoticeKind.RENEWAL_REFUSED: KindFacts(values=frozenset({"title", "due_date"}), gathering=Gathering.DAY),
        NoticeKind.CLOSURE_DECLARED: KindFacts(
            values=frozenset({"first_date", "last_date", "reason"}), may_be_empty=frozenset({"last_date"})
        ),
        NoticeKind.CLOSURE_REOPENED: KindFacts(values=frozenset({"first_date"})),
        NoticeKind.DUE_MOVED: KindFacts(values=frozenset({"title", "due_date"}), gathering=Gathering.DAY),
        NoticeKind.CARD_EXPIRY: KindFacts(values=frozenset({"expires_date"})),
        NoticeKind.ERASURE_REFUSED: KindFacts(values=frozenset({"reason"})),
        NoticeKind.SUGGESTION_ORDERED: KindFacts(values=frozenset({"title"}), gathering=Gathering.DAY),
        NoticeKind.SUGGESTION_REFUSED: KindFacts(values=frozenset({"title", "reason"})),
        NoticeKind.SUGGESTION_ARRIVED: KindFacts(values=frozenset({"title"}), gathering=Gathering.DAY),
        NoticeKind.LOAN_RECEIPT: KindFacts(
            values=frozenset({"title", "due_date"}), gathering=Gathering.VISIT, channels=_RECEIPT_CHANNELS
        ),
        NoticeKind.RETURN_RECEIPT: KindFacts(
            values=frozenset({"title"}), gathering=Gathering.VISIT, channels=_RECEIPT_CHANNELS
        ),
        NoticeKind.VERIFICATION_CODE: KindFacts(
            values=frozenset({"code", "minutes"}), channels=(Channel.SMS,), at_once=True
        ),
    }
)


class State(StrEnum):
    """Where a message stands. The last five are ends; of them ``failed`` and ``unsure`` wait for a person."""

    WAITING = "waiting"
    SENDING = "sending"  # handed to a channel; nobody else touches it
    SENT = "sent"
    FAILED = "failed"  # no channel could carry it
    UNSURE = "unsure"  # it may have gone out: never sent again by itself
    EXPIRED = "expired"  # what it says had lost its sense before it could go out
    WITHDRAWN = "withdrawn"


ENDS = frozenset({State.SENT, State.FAILED, State.UNSURE, State.EXPIRED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """What a room above wants somebody to know.

    ``recipient`` is an opaque name such as ``patron:123``. ``contacts`` are the addresses of the person (or of the
    guardian) for which consent is held; without any it stands in the message box alone. ``once`` names the notice for
    good: a second one of that name is not posted. ``not_before`` and ``expires`` bound the sending; ``when_open`` is
    the kind's own unless stated. ``language`` is what the person gets unless they chose another.
    """

    kind: NoticeKind
    recipient: str
    values: Mapping[str, str | int | date] = field(repr=False)
    once: str
    contacts: Mapping[Channel, str] = field(default_factory=dict, repr=False)
    language: Language = Language.ZH
    branch_id: int | None = None
    not_before: datetime | None = None
    expires: datetime | None = None
    when_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """``fresh`` notices were taken; ``repeated`` ones had been posted before."""

    fresh: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """``stopped`` notices will not go out; the people of ``told`` (their ``once`` names) know already, or may."""

    stopped: int
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingsFacts:
    """When messages may go out, in the library's zone: not in the quiet hours; digests at their hour."""

    quiet_from: time
    quiet_until: time
    digest_time: time
    keep_text_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFacts:
    """The text of a kind for one channel and language. ``code`` is its name at the provider (SMS, WeChat).

    ``needs_grant``: the reader gives leave for each message of it by a tap (一次性订阅).
    """

    kind: NoticeKind
    channel: Channel
    language: Language
    subject: str
    body: str
    code: str
    needs_grant: bool
    is_on: bool
    edited_at: datetime | None

    @property
    def is_ready(self) -> bool:
        """Whether a message can go out by it."""
        return self.is_on and (bool(self.code) or self.channel not in CODED)


CODED = frozenset({Channel.SMS, Channel.WECHAT})
"""Channels whose provider knows each template by a code that it gave."""


class TemplateFault(StrEnum):
    """Why a template is refused. ``detail`` of the refusal names the placeholder or line."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    STRAY_BRACE = "stray_brace"
    SUBJECT_MISSING = "subject_missing"
    BAD_LINE = "bad_line"  # of WeChat: not ``keyword: text``
    CODE_MISSING = "code_missing"  # a template that is needed for its grant has no code
    BAD_CODE = "bad_code"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a template and what it is about."""

    code: TemplateFault
    detail: str = ""


class TemplateRefused(Exception):
    """A template cannot be kept, for all these faults at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code.value for fault in faults))
        self.faults = tuple(faults)


class NoticeReason(StrEnum):
    """Why an act on a message, a call or a setting is refused."""

    UNKNOWN = "unknown"
    NOT_ENDED = "not_ended"  # only a failed or unsure message is decided about
    ADDRESS_FORGOTTEN = "address_forgotten"  # it is too old to be sent again
    BAD_TIMES = "bad_times"
    BAD_CHANNELS = "bad_channels"
    BAD_TITLE = "bad_title"
    NO_CALLS = "no_calls"
    LIST_CLOSED = "list_closed"
    CALL_ENDED = "call_ended"
    NO_NUMBER = "no_number"
    BAD_PROMISE = "bad_promise"
    BAD_NOTE = "bad_note"
    BAD_ACCOUNT = "bad_account"
    ALREADY_OPEN = "already_open"  # a list of this name (``once``) stands


class NoticeRefused(Exception):
    """An act is refused, for one reason."""

    def __init__(self, reason: NoticeReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """A message as the send log shows it: no text, and of the address its last four.

    ``code`` is what the channel said last; ``tries`` counts attempts by every channel.
    """

    id: int
    kind: NoticeKind
    recipient: str
    language: Language
    branch_id: int | None
    state: State
    channel: Channel | None
    address_last4: str
    notices: int
    posted_at: datetime
    send_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    tries: int
    code: str
    provider_id: str
    decided: str = ""


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """One attempt to send a message."""

    at: datetime
    channel: Channel
    result: str
    code: str
    provider_id: str
    address_last4: str


@dataclass(frozen=True, slots=True)
class BoxMessage:
    """A message as its reader sees it in the message box."""

    id: int
    kind: NoticeKind
    at: datetime
    subject: str
    text: str = field(repr=False)
    seen_at: datetime | None
    state: State
    channel: Channel | None


@dataclass(frozen=True, slots=True)
class PreferenceFacts:
    """What somebody chose: their language, and per kind the channels in order (none: the message box alone).

    A kind that is not named goes the kind's own way.
    """

    language: Language | None
    channels: Mapping[NoticeKind, tuple[Channel, ...]]


@dataclass(frozen=True, slots=True)
class BadAddress:
    """An address at which nobody is reached, known by channel and last four."""

    channel: Channel
    last4: str
    code: str
    since: datetime


class CallOutcome(StrEnum):
    """What came of a call. ``no_answer`` leaves it open for another try; ``spoke`` ends it without a promise."""

    REACHED = "reached"
    PROMISED = "promised"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    NOT_NEEDED = "not_needed"  # the items are back already


CALL_ENDS = frozenset(CallOutcome) - {CallOutcome.NO_ANSWER}


class CallReason(StrEnum):
    """Why people of a list are called."""

    OVERDUE = "overdue"
    LOST = "lost"
    HOLD_READY = "hold_ready"
    CLOSURE = "closure"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing a call is about, as it stands on slip and list."""

    title: str
    barcode: str = ""
    due_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """Somebody to be called. ``group`` (a class, its school and teacher) puts the list in order for handing out."""

    recipient: str
    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    lines: Sequence[DueLine] = field(default=(), repr=False)
    group: str = ""
    answers_for: str = field(default="", repr=False)
    """Whose things they are when the one who is called answers for somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallListFacts:
    """A call list. ``open_calls`` have had no outcome that ends them."""

    id: int
    branch_id: int
    title: str
    reason: CallReason
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    calls: int
    open_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """A call of a list: the number by its last four. ``tries`` counts calls made; ``outcome`` is the last one."""

    id: int
    list_id: int
    recipient: str
    name: str = field(repr=False)
    answers_for: str = field(repr=False)
    has_phone: bool
    phone_last4: str
    group: str
    lines: tuple[DueLine, ...] = field(repr=False)
    assigned_to_id: int | None
    assigned_to: str
    outcome: CallOutcome | None
    promised_date: date | None
    tries: int
    noted_at: datetime | None
    noted_by: str
    note: str

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to be called."""
        return self.outcome not in CALL_ENDS
