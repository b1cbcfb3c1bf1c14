"""Who acts, from where, what may be done, and a row of the audit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """Everything that needs a right. A verb or page names one act; nobody has an act they were not given."""

    CHECKOUT = "checkout"
    CHECKIN = "checkin"
    RENEW = "renew"
    RECEIVE_TRANSIT = "receive_transit"
    PLACE_HOLD = "place_hold"
    REORDER_HOLDS = "reorder_holds"
    WAIVE_HOLD = "waive_hold"
    PACK_CRATES = "pack_crates"
    DRIVE_RUNS = "drive_runs"
    PLAN_RUNS = "plan_runs"
    WAIVE_LIMIT = "waive_limit"
    WAIVE_OVERDUE = "waive_overdue"
    WAIVE_EXPIRY = "waive_expiry"
    WAIVE_CONDITION = "waive_condition"
    SEE_PATRON = "see_patron"
    EDIT_PATRON = "edit_patron"
    SUSPEND_PATRON = "suspend_patron"
    REVEAL_PERSONAL = "reveal_personal"
    SEE_FEES = "see_fees"
    ADD_CHARGE = "add_charge"
    TAKE_MONEY = "take_money"
    FORGIVE_FEE = "forgive_fee"
    RETURN_MONEY = "return_money"
    CLOSE_TILL = "close_till"
    GIVE_POINTS = "give_points"
    SEE_ITEM = "see_item"
    MARK_ITEMS = "mark_items"
    EDIT_ITEM = "edit_item"
    EDIT_RECORDS = "edit_records"
    IMPORT_RECORDS = "import_records"
    EXPORT_RECORDS = "export_records"
    TAKE_OVER = "take_over"
    ENTER_VISITS = "enter_visits"
    KEEP_DAYBOOK = "keep_daybook"
    APPROVE_DAYBOOK = "approve_daybook"
    KEEP_BOOKLISTS = "keep_booklists"
    MODERATE_REVIEWS = "moderate_reviews"
    ANSWER_SUGGESTIONS = "answer_suggestions"
    SEE_FIGURES = "see_figures"
    KEEP_FIGURES = "keep_figures"
    WRITE_DOCUMENTS = "write_documents"
    SEE_JOURNAL = "see_journal"
    EDIT_NETWORK = "edit_network"
    EDIT_CALENDAR = "edit_calendar"
    SIGN_CLOSURE = "sign_closure"
    EDIT_POLICIES = "edit_policies"
    SEE_NOTICES = "see_notices"
    EDIT_NOTICES = "edit_notices"
    CALL_READERS = "call_readers"
    MANAGE_ACCOUNTS = "manage_accounts"
    GRANT_ROLES = "grant_roles"
    SEE_AUDIT = "see_audit"
    SEE_SIGN_INS = "see_sign_ins"


class Door(StrEnum):
    """The way an act came in."""

    WORKBENCH = "workbench"
    PORTAL = "portal"
    KIOSK = "kiosk"
    SIP2 = "sip2"
    API = "api"
    CLI = "cli"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Operator:
    """An account that acts, with its rights as of the day they were read.

    ``everywhere`` are acts held for the whole network; ``at_branches`` maps a branch id to the acts held there
    (grants on a branch already spread over what stands below it).
    """

    account_id: int
    name: str
    everywhere: frozenset[Act] = frozenset()
    at_branches: Mapping[int, frozenset[Act]] = field(default_factory=dict)

    @property
    def account(self) -> int | None:
        """The account's id for a row that names who acted; none for the clock."""
        return self.account_id or None


CLOCK = Operator(account_id=0, name="", everywhere=frozenset(Act))
"""Who acts in jobs that run by the clock: no account, so rows name nobody."""

READER = Operator(account_id=0, name="", everywhere=frozenset({Act.RENEW, Act.PLACE_HOLD}))
"""Who acts where readers do something for themselves: no account, so rows name nobody, and the journal's reader
reference says whose it was. It lifts no block. The door names the reader to each verb, by the card that was shown."""

NO_BRANCH = 0
"""The ``branch_id`` of a desk in the founding hour, when no branch stands yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The only context a verb gets: who acts, where, and through which door. ``code`` names the desk or machine."""

    operator: Operator
    branch_id: int
    door: Door
    code: str = ""
    area_id: int | None = None
    service_point_id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit; ``before`` and ``after`` hold codes, ids, dates and masked texts."""

    id: int
    at: datetime
    account_id: int | None
    act: str
    door: str
    branch_id: int | None
    subject_kind: str
    subject_id: int | None
    reason: str
    before: Mapping[str, object]
    after: Mapping[str, object]
