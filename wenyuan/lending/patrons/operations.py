"""Every verb of this room and the steps that rooms above call; each module keeps one side of a patron's life.

All verbs are keyword-only and take ``at`` and ``desk`` from the caller. Any desk of the network may serve any patron:
what counts is the operator's right at the desk's branch, not at the patron's home branch.
"""

from wenyuan.lending.patrons.cards import (
    add_token,
    check_pin,
    lift_lost,
    remove_token,
    replace_card,
    report_lost,
    reset_pin,
    set_pin,
)
from wenyuan.lending.patrons.changing import change_patron, renew_registration, verify_patron
from wenyuan.lending.patrons.data import (
    CannotLeave,
    CodeRefused,
    PatronRefused,
    PatronUnknown,
    RegistrationRefused,
    RosterRefused,
    TooManyCodes,
    TooManyGuesses,
)
from wenyuan.lending.patrons.defaults import install_default_categories
from wenyuan.lending.patrons.erasure import (
    ask_own_erasure,
    note_erasure_request,
    refuse_erasure,
    take_back_erasure,
    take_back_own_erasure,
)
from wenyuan.lending.patrons.family import add_others_card, remove_others_card
from wenyuan.lending.patrons.kinds import add_category, change_category
from wenyuan.lending.patrons.merging import keep_apart, merge_patrons, undo_merge
from wenyuan.lending.patrons.own import (
    change_own_pin,
    choose_own_messages,
    keep_own_history,
    open_own_record,
    report_own_lost,
)
from wenyuan.lending.patrons.personal import (
    add_guardian,
    come_of_age,
    end_guardian,
    record_consent,
    reveal,
    reveal_guardian_phone,
    reveal_proxy,
    rotate_keys,
    set_keep_history,
    withdraw_consent,
)
from wenyuan.lending.patrons.phone_codes import (
    ask_for_code,
    forget_old_codes,
    give_code,
    send_asked_code,
    sign_in_by_code,
)
from wenyuan.lending.patrons.pre_registration import forget_pre_registrations, open_pre_registration, pre_register
from wenyuan.lending.patrons.records import hold_reader, reader_ref
from wenyuan.lending.patrons.registration import register_on_first_swipe, register_patron
from wenyuan.lending.patrons.restrictions import (
    begin_leaving,
    block_by_machine,
    free_by_machine,
    lift,
    lift_restriction,
    lift_suspension,
    pause_patron,
    restrict,
    restrict_after_return,
    resume_patron,
    suspend_patron,
)
from wenyuan.lending.patrons.rosters import enrol_roster
from wenyuan.lending.patrons.sheets import read_sheet
from wenyuan.lending.patrons.shown_codes import forget_taken_codes, take_code
from wenyuan.lending.patrons.signing_in import forget_old_tries, sign_in, sign_in_by_program
from wenyuan.lending.patrons.standing import close_patron, erase_patron, reopen_patron
from wenyuan.lending.patrons.taking_over import look_at_past_patrons, record_past_patrons

__all__ = [
    "CannotLeave",
    "CodeRefused",
    "PatronRefused",
    "PatronUnknown",
    "RegistrationRefused",
    "RosterRefused",
    "TooManyCodes",
    "TooManyGuesses",
    "add_category",
    "add_guardian",
    "add_others_card",
    "add_token",
    "ask_for_code",
    "ask_own_erasure",
    "begin_leaving",
    "block_by_machine",
    "change_category",
    "change_own_pin",
    "change_patron",
    "check_pin",
    "choose_own_messages",
    "close_patron",
    "come_of_age",
    "end_guardian",
    "enrol_roster",
    "erase_patron",
    "forget_old_codes",
    "forget_old_tries",
    "forget_pre_registrations",
    "forget_taken_codes",
    "free_by_machine",
    "give_code",
    "hold_reader",
    "install_default_categories",
    "keep_apart",
    "keep_own_history",
    "lift",
    "lift_lost",
    "lift_restriction",
    "lift_suspension",
    "look_at_past_patrons",
    "merge_patrons",
    "note_erasure_request",
    "open_own_record",
    "open_pre_registration",
    "pause_patron",
    "pre_register",
    "read_sheet",
    "reader_ref",
    "record_consent",
    "record_past_patrons",
    "refuse_erasure",
    "register_on_first_swipe",
    "register_patron",
    "remove_others_card",
    "remove_token",
    "renew_registration",
    "reopen_patron",
    "replace_card",
    "report_lost",
    "report_own_lost",
    "reset_pin",
    "restrict",
    "restrict_after_return",
    "resume_patron",
    "reveal",
    "reveal_guardian_phone",
    "reveal_proxy",
    "rotate_keys",
    "send_asked_code",
    "set_keep_history",
    "set_pin",
    "sign_in",
    "sign_in_by_code",
    "sign_in_by_program",
    "suspend_patron",
    "take_back_erasure",
    "take_back_own_erasure",
    "take_code",
    "undo_merge",
    "verify_patron",
    "withdraw_consent",
]
