"""Verbs of visits: counts that people type, and counters that report by themselves."""

from wenyuan.services.visits.operations.counters import (
    calibrate_counter,
    end_counter,
    renew_counter_key,
    set_up_counter,
)
from wenyuan.services.visits.operations.readings import admit_counter, load_readings, set_reading_aside, take_readings
from wenyuan.services.visits.operations.settling import settle_counters
from wenyuan.services.visits.operations.typed import correct_visits, record_visits, withdraw_visits

__all__ = [
    "admit_counter",
    "calibrate_counter",
    "correct_visits",
    "end_counter",
    "load_readings",
    "record_visits",
    "renew_counter_key",
    "set_reading_aside",
    "set_up_counter",
    "settle_counters",
    "take_readings",
    "withdraw_visits",
]
