"""The entry of the room: verbs on money, and the steps that circulation's verbs call."""

from wenyuan.lending.fees.charging import cancel_loss, charge, set_fine, settle_found
from wenyuan.lending.fees.closing import close_day
from wenyuan.lending.fees.data import FeesRefused
from wenyuan.lending.fees.deposits import return_deposit, take_deposit
from wenyuan.lending.fees.points import (
    award,
    give_points,
    install_default_point_rules,
    set_point_rule,
    set_point_scheme,
)
from wenyuan.lending.fees.scanning import begin_scan, check_scan, give_up_scan, look_after_scans, note_scan
from wenyuan.lending.fees.settling import add_charge, cancel_charge, forgive, pay, refund, replace_in_kind
from wenyuan.lending.fees.taking_over import look_at_past_money, record_past_deposits, record_past_fines

__all__ = [
    "FeesRefused",
    "add_charge",
    "award",
    "begin_scan",
    "cancel_charge",
    "cancel_loss",
    "charge",
    "check_scan",
    "close_day",
    "forgive",
    "give_points",
    "give_up_scan",
    "install_default_point_rules",
    "look_after_scans",
    "look_at_past_money",
    "note_scan",
    "pay",
    "record_past_deposits",
    "record_past_fines",
    "refund",
    "replace_in_kind",
    "return_deposit",
    "set_fine",
    "set_point_rule",
    "set_point_scheme",
    "settle_found",
    "take_deposit",
]
