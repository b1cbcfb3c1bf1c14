"""Who acts, from where, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from wenyuan.organisation.rights.data import Act, Operator


class Role(StrEnum):
    """Named bundles of acts. The last three are the administrators whom the law keeps apart (三员)."""

    DIRECTOR = "director"
    DESK = "desk"
    DESK_LEAD = "desk_lead"
    CATALOGUER = "cataloguer"
    KEEPER = "keeper"
    OUTREACH = "outreach"
    DRIVER = "driver"
    MACHINE = "machine"
    CASH_MACHINE = "cash_machine"
    CARD_MACHINE = "card_machine"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
MACHINE_ROLES = frozenset({Role.MACHINE, Role.CASH_MACHINE, Role.CARD_MACHINE})
"""What machines may hold, and nobody else: to lend and take back; beside that to take money, and to block cards."""

_DESK = frozenset(
    {
        Act.CHECKOUT,
        Act.CHECKIN,
        Act.RENEW,
        Act.RECEIVE_TRANSIT,
        Act.PLACE_HOLD,
        Act.PACK_CRATES,
        Act.DRIVE_RUNS,
        Act.SEE_PATRON,
        Act.EDIT_PATRON,
        Act.SEE_ITEM,
        Act.MARK_ITEMS,
        Act.ENTER_VISITS,
        Act.SEE_FEES,
        Act.ADD_CHARGE,
        Act.TAKE_MONEY,
        Act.CLOSE_TILL,
        Act.CALL_READERS,
    }
)

ROLE_ACTS: Mapping[Role, frozenset[Act]] = {
    Role.DESK: _DESK,
    Role.DESK_LEAD: _DESK
    | {
        Act.WAIVE_LIMIT,
        Act.WAIVE_OVERDUE,
        Act.WAIVE_EXPIRY,
        Act.WAIVE_CONDITION,
        Act.WAIVE_HOLD,
        Act.REORDER_HOLDS,
        Act.SUSPEND_PATRON,
        Act.REVEAL_PERSONAL,
        Act.FORGIVE_FEE,
        Act.RETURN_MONEY,
        Act.GIVE_POINTS,
        Act.SEE_FIGURES,
        Act.SEE_JOURNAL,
        Act.EDIT_CALENDAR,
        Act.PLAN_RUNS,
        Act.SEE_NOTICES,
        Act.KEEP_DAYBOOK,
        Act.APPROVE_DAYBOOK,
        Act.KEEP_BOOKLISTS,
        Act.ANSWER_SUGGESTIONS,
        Act.WRITE_DOCUMENTS,
        Act.MODERATE_REVIEWS,
    },
    Role.KEEPER: _DESK | {Act.SEE_FIGURES, Act.EDIT_CALENDAR, Act.SEE_NOTICES, Act.KEEP_DAYBOOK},
    Role.CATALOGUER: frozenset(
        {
            Act.SEE_ITEM,
            Act.MARK_ITEMS,
            Act.EDIT_ITEM,
            Act.EDIT_RECORDS,
            Act.IMPORT_RECORDS,
            Act.EXPORT_RECORDS,
            Act.SEE_JOURNAL,
            Act.SEE_FIGURES,
            Act.KEEP_DAYBOOK,
            Act.KEEP_BOOKLISTS,
            Act.ANSWER_SUGGESTIONS,
            Act.MODERATE_REVIEWS,
        }
    ),
    Role.OUTREACH: frozenset(
        {Act.SEE_ITEM, Act.ENTER_VISITS, Act.SEE_FIGURES, Act.KEEP_DAYBOOK, Act.KEEP_BOOKLISTS, Act.MODERATE_REVIEWS}
    ),
    Role.DIRECTOR: frozenset(
        {
            Act.SEE_PATRON,
            Act.SEE_FEES,
            Act.FORGIVE_FEE,
            Act.SEE_ITEM,
            Act.SEE_FIGURES,
            Act.KEEP_FIGURES,
            Act.WRITE_DOCUMENTS,
            Act.SEE_JOURNAL,
            Act.ENTER_VISITS,
            Act.KEEP_DAYBOOK,
            Act.APPROVE_DAYBOOK,
            Act.KEEP_BOOKLISTS,
            Act.ANSWER_SUGGESTIONS,
            Act.MODERATE_REVIEWS,
            Act.TAKE_OVER,
            Act.EDIT_NETWORK,
            Act.EDIT_CALENDAR,
            Act.SIGN_CLOSURE,
            Act.EDIT_POLICIES,
            Act.PLAN_RUNS,
            Act.SUSPEND_PATRON,
            Act.SEE_NOTICES,
            Act.EDIT_NOTICES,
        }
    ),
    Role.MACHINE: frozenset(
        {
            Act.CHECKOUT,
            Act.CHECKIN,
            Act.RENEW,
            Act.RECEIVE_TRANSIT,
            Act.PLACE_HOLD,
            Act.SEE_PATRON,
            Act.SEE_ITEM,
        }
    ),
    Role.CASH_MACHINE: frozenset({Act.SEE_PATRON, Act.SEE_FEES, Act.TAKE_MONEY}),
    Role.CARD_MACHINE: frozenset({Act.SEE_PATRON, Act.SUSPEND_PATRON}),
    Role.DRIVER: frozenset({Act.DRIVE_RUNS}),
    Role.SYSTEM_ADMIN: frozenset({Act.MANAGE_ACCOUNTS, Act.EDIT_NETWORK}),
    Role.SECURITY_ADMIN: frozenset({Act.GRANT_ROLES, Act.SEE_SIGN_INS}),
    Role.AUDIT_ADMIN: frozenset({Act.SEE_AUDIT, Act.SEE_SIGN_INS, Act.SEE_JOURNAL}),
}


API_ACTS = ROLE_ACTS[Role.MACHINE] | ROLE_ACTS[Role.CASH_MACHINE]
"""What a token of the REST door may be made for."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as lists show it. ``kind`` is ``person`` or ``machine``; the badge is known by its last four."""

    id: int
    username: str
    name: str
    kind: str
    is_active: bool
    must_change_password: bool
    password_changed_at: datetime | None
    badge_last4: str
    failed_sign_ins: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A role held for a branch and what stands below it, or everywhere; from a day up to and without ``valid_to``."""

    id: int
    account_id: int
    role: Role
    branch_id: int | None
    valid_from: date
    valid_to: date | None
    granted_by_id: int | None

    def holds(self, on: date) -> bool:
        """Whether the role is held on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """How a machine speaks SIP2, and the account it signs in with. ``addresses`` are CIDR texts; empty means any.

    ``holder_told`` says how much a return tells it of the reader for whom an item is kept: ``off``, ``card`` (the
    number of the card) or ``name`` (the masked name too); ``pin_to_pay``, that it takes no money without the PIN.
    """

    account_id: int
    username: str
    name: str
    is_active: bool
    branch_id: int
    service_point_id: int | None
    profile: str
    charset: str
    terminator: str
    checksum: str
    addresses: tuple[str, ...]
    holder_told: str
    pin_to_pay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenFacts:
    """A machine's token for the REST door as lists show it; what is shown at the door is known by its last four.

    It lets the account do no more than ``acts``, at ``branch_ids`` and what stands below them (none: wherever the
    account may), up to and without ``valid_to``. ``last_used_date`` is a day, no moment: it is no record of movements.
    """

    id: int
    account_id: int
    name: str
    last4: str
    acts: frozenset[Act]
    branch_ids: frozenset[int]
    valid_to: date
    created_at: datetime
    ended_at: datetime | None
    last_used_date: date | None

    def is_good(self, on: date) -> bool:
        """Whether it opens the door on that day."""
        return self.ended_at is None and on < self.valid_to


@dataclass(frozen=True, slots=True)
class IssuedApiToken:
    """A token just made, and its ``secret``, which is told this once and kept nowhere."""

    facts: ApiTokenFacts
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCaller:
    """Who calls by a token: the machine's account with its rights of today as far as the token lets them through.

    ``branch_id`` is where the machine stands; ``edition`` is the network that the rights were spread over.
    """

    token_id: int
    token_name: str
    account_id: int
    username: str
    operator: Operator
    branch_id: int
    service_point_id: int | None
    valid_to: date
    edition: UUID


class ApiTokenOutcome(StrEnum):
    """Why a token does not open the REST door."""

    UNKNOWN = "unknown"
    ENDED = "ended"
    EXPIRED = "expired"
    DISABLED = "disabled"  # its account
    WRONG_ADDRESS = "wrong_address"  # the machine is bound to other networks


class ApiTokenRefused(Exception):
    """A token does not open the door. All but an unknown one are told why."""

    def __init__(self, reason: ApiTokenOutcome) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAccount:
    """One of the accounts with which an installation begins. ``must_change`` when somebody else chose the password."""

    username: str
    name: str
    password: str = field(repr=False)
    roles: frozenset[Role]
    must_change: bool = False


class SignInOutcome(StrEnum):
    """How an attempt to sign in ended; the log keeps this word. All but the first two are refusals."""

    OK = "ok"
    SWITCHED = "switched"  # by badge, on a machine where a colleague had signed in
    BAD_CREDENTIALS = "bad_credentials"
    LOCKED = "locked"
    DISABLED = "disabled"
    WRONG_DOOR = "wrong_door"  # a machine at the workbench, a person over SIP2
    WRONG_ADDRESS = "wrong_address"  # a machine from an address it is not bound to
    BAD_BADGE = "bad_badge"
    BAD_PIN = "bad_pin"
    BADGES_TRIED = "badges_tried"  # too many unknown badges since somebody gave a password at this machine
    SESSION_TOO_OLD = "session_too_old"
    NO_RIGHT_HERE = "no_right_here"
    ADMINISTRATOR = "administrator"  # administrators sign in with their password only


class SignInRefused(Exception):
    """An attempt failed and has been logged. ``locked_until`` is set when the account is locked now."""

    def __init__(self, reason: SignInOutcome, *, locked_until: datetime | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.locked_until = locked_until


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is in now. With ``must_change`` the next page is the one for a new password."""

    account_id: int
    must_change: bool


class AccountReason(StrEnum):
    """Why a change of accounts, roles or machines is refused."""

    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_GRANT = "unknown_grant"
    UNKNOWN_BRANCH = "unknown_branch"
    UNKNOWN_SERVICE_POINT = "unknown_service_point"
    BAD_USERNAME = "bad_username"
    PERSONAL_USERNAME = "personal_username"  # an identity or telephone number
    BAD_NAME = "bad_name"
    USERNAME_TAKEN = "username_taken"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 - a code, no secret
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code, no secret
    DISABLED = "disabled"
    ALREADY_DISABLED = "already_disabled"
    OWN_ACCOUNT = "own_account"
    ADMINISTRATORS_APART = "administrators_apart"  # 三员: two administrator roles, or one beside operating roles
    ADMINISTRATOR_PASSWORD = "administrator_password"  # noqa: S105 - a code, no secret
    LAST_ADMINISTRATOR = "last_administrator"
    MACHINE_ROLE = "machine_role"  # machines hold roles of machines and nothing else
    ALREADY_GRANTED = "already_granted"
    ALREADY_ENDED = "already_ended"
    BAD_DATES = "bad_dates"
    BAD_BADGE = "bad_badge"
    BADGE_TAKEN = "badge_taken"
    BAD_PIN = "bad_pin"
    BAD_MACHINE = "bad_machine"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a code, no secret
    TOKEN_NAME_TAKEN = "token_name_taken"  # noqa: S105 - a code, no secret
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - a code, no secret
    ALREADY_FOUNDED = "already_founded"
    ROLE_MISSING = "role_missing"


class AccountRefused(Exception):
    """A change is refused. ``codes`` say more: Django's password codes, roles, or field names."""

    def __init__(self, reason: AccountReason, codes: tuple[str, ...] = ()) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.codes = codes


class FindingCode(StrEnum):
    """What ``doctor`` says about the separation of the three administrators."""

    ROLE_VACANT = "role_vacant"
    ROLES_COMBINED = "roles_combined"
    ADMINISTRATOR_OPERATES = "administrator_operates"
    PASSWORD_SET_BY_OTHER = "password_set_by_other"  # noqa: S105 - a code, no secret


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; ``account_id`` is none for a role that nobody holds."""

    code: FindingCode
    account_id: int | None
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One attempt of the log."""

    id: int
    at: datetime
    account_id: int | None
    username: str
    door: str
    address: str | None
    outcome: str
