"""Accounts in words: roles, acts, outcomes of sign-in, and why a change is refused."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.organisation.accounts.data import AccountReason, AccountRefused, FindingCode, Role, SignInOutcome
from wenyuan.organisation.rights.data import Act

ROLES: Final[Mapping[Role, StrOrPromise]] = {
    Role.DIRECTOR: _("Director"),
    Role.DESK: _("Desk clerk"),
    Role.DESK_LEAD: _("Head of desk"),
    Role.CATALOGUER: _("Cataloguer"),
    Role.KEEPER: _("Keeper of a branch or station"),
    Role.OUTREACH: _("Outreach librarian"),
    Role.DRIVER: _("Driver"),
    Role.MACHINE: _("Machine"),
    Role.CASH_MACHINE: _("Machine that takes money"),
    Role.CARD_MACHINE: _("Machine that blocks cards"),
    Role.SYSTEM_ADMIN: _("System administrator"),
    Role.SECURITY_ADMIN: _("Security administrator"),
    Role.AUDIT_ADMIN: _("Audit administrator"),
}

ACTS: Final[Mapping[Act, StrOrPromise]] = {
    Act.CHECKOUT: _("lend"),
    Act.CHECKIN: _("take back"),
    Act.RENEW: _("renew"),
    Act.RECEIVE_TRANSIT: _("receive transits"),
    Act.PLACE_HOLD: _("place and cancel holds"),
    Act.REORDER_HOLDS: _("reorder the queue of holds"),
    Act.WAIVE_HOLD: _("lend what is held for another"),
    Act.PACK_CRATES: _("send items by hand, pack and unpack crates"),
    Act.DRIVE_RUNS: _("drive runs"),
    Act.PLAN_RUNS: _("plan runs and crates"),
    Act.WAIVE_LIMIT: _("lift the loan limit"),
    Act.WAIVE_OVERDUE: _("lend despite overdues"),
    Act.WAIVE_EXPIRY: _("accept expired cards"),
    Act.WAIVE_CONDITION: _("lend despite the item's condition"),
    Act.SEE_PATRON: _("see readers"),
    Act.EDIT_PATRON: _("register and change readers"),
    Act.SUSPEND_PATRON: _("suspend readers"),
    Act.REVEAL_PERSONAL: _("reveal personal data"),
    Act.SEE_FEES: _("see money"),
    Act.ADD_CHARGE: _("charge readers"),
    Act.TAKE_MONEY: _("take money"),
    Act.FORGIVE_FEE: _("forgive and cancel charges"),
    Act.RETURN_MONEY: _("pay money and deposits back"),
    Act.CLOSE_TILL: _("close a day of a till"),
    Act.GIVE_POINTS: _("give credit points back"),
    Act.SEE_ITEM: _("see items"),
    Act.MARK_ITEMS: _("mark items lost, missing, damaged or claimed returned"),
    Act.EDIT_ITEM: _("change items"),
    Act.EDIT_RECORDS: _("add and change records"),
    Act.IMPORT_RECORDS: _("import records"),
    Act.EXPORT_RECORDS: _("export records"),
    Act.TAKE_OVER: _("take over the data of an old system"),
    Act.ENTER_VISITS: _("enter visits"),
    Act.KEEP_DAYBOOK: _("keep the daybook"),
    Act.APPROVE_DAYBOOK: _("approve records of the daybook"),
    Act.KEEP_BOOKLISTS: _("keep booklists"),
    Act.MODERATE_REVIEWS: _("look at readers’ reviews before they are shown"),
    Act.ANSWER_SUGGESTIONS: _("answer what readers suggest to buy"),
    Act.SEE_FIGURES: _("see figures"),
    Act.WRITE_DOCUMENTS: _("keep and write work summaries"),
    Act.KEEP_FIGURES: _("set the definitions of figures, close months and keep the work plan"),
    Act.SEE_JOURNAL: _("see the journal"),
    Act.EDIT_NETWORK: _("change the network"),
    Act.EDIT_CALENDAR: _("change the calendar"),
    Act.SIGN_CLOSURE: _("sign closures"),
    Act.EDIT_POLICIES: _("change loan policies"),
    Act.SEE_NOTICES: _("see sent messages and decide about failed ones"),
    Act.EDIT_NOTICES: _("change texts and hours of notices"),
    Act.CALL_READERS: _("call readers by list"),
    Act.MANAGE_ACCOUNTS: _("manage accounts"),
    Act.GRANT_ROLES: _("grant roles"),
    Act.SEE_AUDIT: _("see the audit"),
    Act.SEE_SIGN_INS: _("see sign-ins"),
}

OUTCOMES: Final[Mapping[SignInOutcome, tuple[str, StrOrPromise]]] = {
    SignInOutcome.OK: ("done", _("signed in")),
    SignInOutcome.SWITCHED: ("done", _("changed over by badge")),
    SignInOutcome.BAD_CREDENTIALS: ("stop", _("wrong name or password")),
    SignInOutcome.LOCKED: ("stop", _("locked")),
    SignInOutcome.DISABLED: ("stop", _("disabled account")),
    SignInOutcome.WRONG_DOOR: ("stop", _("wrong door")),
    SignInOutcome.WRONG_ADDRESS: ("stop", _("wrong address")),
    SignInOutcome.BAD_BADGE: ("stop", _("unknown badge")),
    SignInOutcome.BAD_PIN: ("stop", _("wrong PIN")),
    SignInOutcome.BADGES_TRIED: ("stop", _("too many unknown badges")),
    SignInOutcome.SESSION_TOO_OLD: ("soon", _("signed in too long ago")),
    SignInOutcome.NO_RIGHT_HERE: ("stop", _("no right at this branch")),
    SignInOutcome.ADMINISTRATOR: ("stop", _("administrators use their password")),
}

FINDINGS: Final[Mapping[FindingCode, StrOrPromise]] = {
    FindingCode.ROLE_VACANT: _("Nobody holds this role"),
    FindingCode.ROLES_COMBINED: _("One account holds several administrator roles"),
    FindingCode.ADMINISTRATOR_OPERATES: _("An administrator also works at the desk or in the office"),
    FindingCode.PASSWORD_SET_BY_OTHER: _("Somebody else has set this administrator's password in the last half-year"),
}

REASONS: Final[Mapping[AccountReason, StrOrPromise]] = {
    AccountReason.UNKNOWN_ACCOUNT: _("There is no such account."),
    AccountReason.UNKNOWN_GRANT: _("There is no such role on this account."),
    AccountReason.UNKNOWN_BRANCH: _("There is no such branch."),
    AccountReason.UNKNOWN_SERVICE_POINT: _("There is no such service point at this branch."),
    AccountReason.BAD_USERNAME: _("A user name has 2 to 64 letters, digits, dots, dashes or underlines."),
    AccountReason.PERSONAL_USERNAME: _("An identity or telephone number may not be a user name."),
    AccountReason.BAD_NAME: _("A name is needed, and it may not be too long."),
    AccountReason.USERNAME_TAKEN: _("This user name is taken."),
    AccountReason.WEAK_PASSWORD: _(
        "The password is too weak: at least 8 characters, not only digits, not common, not like the user name."
    ),
    AccountReason.WRONG_PASSWORD: _("The password is wrong."),
    AccountReason.DISABLED: _("The account is disabled."),
    AccountReason.ALREADY_DISABLED: _("The account is disabled already."),
    AccountReason.OWN_ACCOUNT: _("Nobody does this to the own account. Ask a colleague with the right."),
    AccountReason.ADMINISTRATORS_APART: _(
        "The three administrators are three people, and none of them works at the desk. A library too small for that "
        "gives its reason."
    ),
    AccountReason.ADMINISTRATOR_PASSWORD: _(
        "Whoever sets an administrator's password could act as that administrator: give the reason."
    ),
    AccountReason.LAST_ADMINISTRATOR: _("This is the last such administrator; there must be another first."),
    AccountReason.MACHINE_ROLE: _("Machines hold the machine role and nothing else, and people never do."),
    AccountReason.ALREADY_GRANTED: _("The account holds this role there on some of these days."),
    AccountReason.ALREADY_ENDED: _("It has ended by then already."),
    AccountReason.BAD_DATES: _("The end is not after the beginning."),
    AccountReason.BAD_BADGE: _("This cannot be a badge."),
    AccountReason.BADGE_TAKEN: _("Somebody else has this badge."),
    AccountReason.BAD_PIN: _("A PIN has 4 to 12 digits."),
    AccountReason.BAD_MACHINE: _("Some of these values a machine cannot have."),
    AccountReason.BAD_TOKEN: _("Some of these values a token cannot have: it is good for two years at most."),
    AccountReason.TOKEN_NAME_TAKEN: _("A token of this machine in use has this name. End it first, or choose another."),
    AccountReason.UNKNOWN_TOKEN: _("There is no such token."),
    AccountReason.ALREADY_FOUNDED: _("There are accounts already."),
    AccountReason.ROLE_MISSING: _("An administrator is missing."),
}

_FIELDS: Final[Mapping[AccountReason, str]] = {
    AccountReason.BAD_USERNAME: "username",
    AccountReason.PERSONAL_USERNAME: "username",
    AccountReason.USERNAME_TAKEN: "username",
    AccountReason.BAD_NAME: "name",
    AccountReason.WEAK_PASSWORD: "password",
    AccountReason.UNKNOWN_BRANCH: "branch",
    AccountReason.UNKNOWN_SERVICE_POINT: "service_point",
    AccountReason.ADMINISTRATORS_APART: "exception_reason",
    AccountReason.ADMINISTRATOR_PASSWORD: "exception_reason",
    AccountReason.MACHINE_ROLE: "role",
    AccountReason.ALREADY_GRANTED: "role",
    AccountReason.BAD_DATES: "valid_to",
    AccountReason.BAD_BADGE: "badge",
    AccountReason.BADGE_TAKEN: "badge",
    AccountReason.BAD_PIN: "pin",
    AccountReason.TOKEN_NAME_TAKEN: "name",
}


def role_words(role: Role | str) -> StrOrPromise:
    """A role; one that a newer version wrote stays a code."""
    return ROLES[Role(role)] if role in Role._value2member_map_ else str(role)


def outcome_words(outcome: str) -> tuple[str, StrOrPromise]:
    """How an attempt to sign in ended: shape and word."""
    known = outcome in SignInOutcome._value2member_map_
    return OUTCOMES[SignInOutcome(outcome)] if known else ("none", outcome)


def refused_field(refused: AccountRefused) -> str:
    """The field of a form that the refusal is about; empty for the form as a whole."""
    if refused.reason in (AccountReason.BAD_MACHINE, AccountReason.BAD_TOKEN) and refused.codes:
        return refused.codes[0]
    return _FIELDS.get(refused.reason, "")
