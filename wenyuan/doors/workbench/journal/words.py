"""The journal in words: kinds, doors, subjects, and the codes that details hold."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.organisation.journal.data import Kind

KINDS: Final[Mapping[Kind, StrOrPromise]] = {
    Kind.LOAN: _("Checkout"),
    Kind.RENEWAL: _("Renewal"),
    Kind.RETURN: _("Check-in"),
    Kind.TAKEN: _("Received for another branch"),
    Kind.TRANSIT_SENT: _("Transit begun"),
    Kind.TRANSIT_RECEIVED: _("Transit received"),
    Kind.TRANSIT_CANCELLED: _("Transit cancelled"),
    Kind.HOLD_PLACED: _("Hold placed"),
    Kind.HOLD_CHANGED: _("Hold changed"),
    Kind.HOLD_SENT: _("Item sent for a hold"),
    Kind.HOLD_READY: _("Item put on the hold shelf"),
    Kind.HOLD_FILLED: _("Hold filled"),
    Kind.HOLD_PUT_BACK: _("Hold put back into the queue"),
    Kind.HOLD_CANCELLED: _("Hold cancelled"),
    Kind.HOLD_EXPIRED: _("Hold expired"),
    Kind.ITEM_USED: _("Used in the library"),
    Kind.ITEM_NOT_FOUND: _("Item not found on its shelf"),
    Kind.ITEM_ADDED: _("Item added"),
    Kind.ITEM_CHANGED: _("Item changed"),
    Kind.ITEM_WITHDRAWN: _("Item withdrawn"),
    Kind.RECORDS_IMPORTED: _("Records imported"),
    Kind.ITEM_SEEN: _("Item scanned again"),
    Kind.ITEM_MOVED: _("Item seen elsewhere"),
    Kind.CARD_ISSUED: _("Card issued"),
    Kind.CARD_REPLACED: _("Card replaced"),
    Kind.CARD_LOST: _("Card reported lost"),
    Kind.PATRON_CHANGED: _("Reader changed"),
    Kind.PATRON_STATUS: _("Reader's status changed"),
    Kind.VISIT: _("Visits counted"),
    Kind.NETWORK_CHANGED: _("Network changed"),
    Kind.CLOSURE_DECLARED: _("Closure declared"),
    Kind.CLOSURE_ENDED: _("Closure's last day changed"),
    Kind.CLOSURE_WITHDRAWN: _("Closure withdrawn"),
    Kind.ACCOUNT_CHANGED: _("Account changed"),
    Kind.POLICY_CHANGED: _("Loan policy changed"),
}

DOORS: Final[Mapping[str, StrOrPromise]] = {
    "workbench": _("Workbench"),
    "portal": _("Readers' web"),
    "kiosk": _("Kiosk"),
    "sip2": _("Machine"),
    "api": _("Interface"),
    "cli": _("Command line"),
    "worker": _("Background work"),
}

SUBJECTS: Final[Mapping[str, StrOrPromise]] = {
    "item": _("Item"),
    "bib": _("Record"),
    "branch": _("Branch"),
    "area": _("Area"),
    "service_point": _("Service point"),
    "closure": _("Closure"),
    "lending_group": _("Lending group"),
    "group": _("Lending group"),
    "account": _("Account"),
    "batch": _("Import"),
    "import_batch": _("Import"),
    "policy": _("Loan policy"),
    "library": _("Library"),
    "patron": _("Reader"),
    "visit_count": _("Count of visits"),
    "role_grant": _("Role"),
    "grant": _("Role"),
}

ACTS: Final[Mapping[str, StrOrPromise]] = {
    "found_library": _("library entered"),
    "describe_library": _("library described"),
    "open_branch": _("branch opened"),
    "move_branch": _("branch moved"),
    "rename_branch": _("branch renamed"),
    "describe_branch": _("branch described"),
    "close_branch": _("branch closed for good"),
    "add_area": _("area added"),
    "add_service_point": _("service point added"),
    "close_service_point": _("service point closed"),
    "set_weekly_hours": _("week stated"),
    "set_day_exception": _("single day stated"),
    "withdraw_day_exception": _("single day taken back"),
    "declare_closure": _("closure declared"),
    "end_closure": _("closure's last day changed"),
    "withdraw_closure": _("closure withdrawn"),
    "create_lending_group": _("lending group made"),
    "join_group": _("lending group joined"),
    "leave_group": _("lending group left"),
    "load_branch_sheet": _("branches opened from a sheet"),
    "first_administrators": _("first administrators made"),
    "create_account": _("account made"),
    "set_password": _("password set by another"),
    "change_own_password": _("own password changed"),
    "unlock_account": _("account unlocked"),
    "disable_account": _("account disabled"),
    "set_badge": _("badge set"),
    "grant_role": _("role granted"),
    "end_grant": _("role ended"),
    "create_machine": _("machine made"),
    "update_machine": _("machine changed"),
    "record_visits": _("visits counted"),
    "correct_visits": _("visits corrected"),
    "withdraw_visits": _("count of visits withdrawn"),
    "add_policy": _("loan policy added"),
    "end_policy": _("loan policy ended"),
    "change_patron": _("reader changed"),
    "reveal_personal": _("personal data revealed"),
    "set_pin": _("reader's PIN set"),
    "reset_pin": _("reader's PIN reset"),
    "rotate_keys": _("encryption keys rotated"),
}
"""Verbs as journal and audit name them."""

DETAILS: Final[Mapping[str, StrOrPromise]] = {
    "what": _("what"),
    "due": _("due"),
    "due_date": _("due"),
    "due_at": _("due"),
    "days_overdue": _("days overdue"),
    "loan": _("loan"),
    "loan_id": _("loan"),
    "policy": _("policy"),
    "policy_id": _("policy"),
    "bib": _("record"),
    "price_fen": _("price"),
    "code": _("code"),
    "kind": _("kind"),
    "parent_code": _("stands below"),
    "opened": _("opened"),
    "closed": _("closed"),
    "first": _("first day"),
    "last": _("last day"),
    "from": _("from"),
    "to": _("to"),
    "area": _("area"),
    "group": _("group"),
    "batch": _("import"),
    "evidence": _("evidence"),
    "reason": _("reason"),
    "role": _("role"),
    "renewals": _("renewals"),
    "waived": _("waived"),
    "call_no": _("call number"),
    "volume": _("volume"),
    "collection": _("collection"),
    "item_type": _("item type"),
    "area_id": _("area"),
    "condition": _("condition"),
    "lendable": _("lending"),
    "home_branch_id": _("belongs to"),
    "owner_id": _("owner"),
    "barcode": _("barcode"),
    "state": _("state"),
    "status": _("status"),
    "transit": _("transit"),
    "send_to": _("send on to"),
    "lent_at_branch": _("lent at"),
}


def act_words(act: str) -> StrOrPromise:
    """A verb as journal and audit name it; one that a newer version wrote stays a code."""
    return ACTS.get(act, act)


def subject_words(kind: str) -> StrOrPromise:
    """What an entry is about."""
    return SUBJECTS.get(kind, kind)
