"""Counts of visits in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.services.registers.data import RegisterReason
from wenyuan.services.visits.data import CounterKind, CounterReason, Directions, EvidenceKind, Outcome, VisitReason

EVIDENCE: Final[Mapping[EvidenceKind, StrOrPromise]] = {
    EvidenceKind.GATE_COUNTER: _("Gate counter"),
    EvidenceKind.HAND_COUNT: _("Counted by hand"),
    EvidenceKind.SIGN_IN_SHEET: _("Sign-in sheet"),
    EvidenceKind.OTHER: _("Something else"),
}

REASONS: Final[Mapping[VisitReason, StrOrPromise]] = {
    VisitReason.UNKNOWN_POINT: _("There is no such service point."),
    VisitReason.POINT_CLOSED: _("The service point no longer stood on that day."),
    VisitReason.BRANCH_NOT_STANDING: _("The branch did not stand on that day."),
    VisitReason.FUTURE_DAY: _("That day has not come yet."),
    VisitReason.BAD_PERSONS: _("One door counts 0 to 99,999 persons a day."),
    VisitReason.EVIDENCE_MISSING: _("Say what the number rests on."),
    VisitReason.EVIDENCE_TOO_LONG: _("At most 200 characters."),
    VisitReason.REASON_MISSING: _("Say why."),
    VisitReason.REASON_TOO_LONG: _("At most 200 characters."),
    VisitReason.ALREADY_COUNTED: _("Somebody has counted this day meanwhile. Look at the number and correct it."),
    VisitReason.COUNTED_BY_COUNTER: _(
        "A gate counter has counted this day. Say that your number is to stand instead, or leave it to the counter."
    ),
    VisitReason.UNKNOWN_COUNT: _("There is no such count."),
    VisitReason.SUPERSEDED: _("Somebody corrected this count first. Look at the newer number."),
    VisitReason.WITHDRAWN: _("The count has been withdrawn. Count the day anew."),
    VisitReason.NOTHING_CHANGES: _("Nothing would change."),
    VisitReason.KEY_REUSED: _("This form has been sent before. Open the page again."),
}

KINDS: Final[Mapping[CounterKind, StrOrPromise]] = {
    CounterKind.TOTAL: _("A total that only grows"),
    CounterKind.INTERVAL: _("How many in each interval"),
}

DIRECTIONS: Final[Mapping[Directions, StrOrPromise]] = {
    Directions.IN: _("Who comes in"),
    Directions.IN_AND_OUT: _("In and out, told apart: who comes in is a visit"),
    Directions.BOTH: _("In and out in one number: two are a visit"),
}

OUTCOMES: Final[Mapping[Outcome, tuple[str, StrOrPromise]]] = {
    Outcome.FIRST: ("kept", _("first total")),
    Outcome.COUNTED: ("in", _("taken and counted")),
    Outcome.ROLLED_OVER: ("soon", _("rolled over and counted")),
    Outcome.RESET: ("soon", _("reset to 0, counted from there")),
    Outcome.JUMPED: ("stop", _("too many to be people: not counted")),
    Outcome.OVERLAPS: ("none", _("overlaps another: not counted")),
}
"""What was made of a reading: shape and word."""

COUNTER_REASONS: Final[Mapping[CounterReason, StrOrPromise]] = {
    CounterReason.UNKNOWN_COUNTER: _("There is no such counter."),
    CounterReason.UNKNOWN_POINT: _("There is no such service point."),
    CounterReason.POINT_CLOSED: _("The service point or its branch did not stand on that day."),
    CounterReason.NAME_MISSING: _("Give it a name."),
    CounterReason.TEXT_TOO_LONG: _("That is too long, or holds what cannot be printed."),
    CounterReason.NAME_TAKEN: _("A counter in use at this service point has that name."),
    CounterReason.BAD_MAXIMUM: _("Only a counter of totals has a highest total, and it is above 0."),
    CounterReason.FUTURE_DAY: _("That day has not come yet."),
    CounterReason.BEFORE_COUNTER: _("That day lies before the counter's first."),
    CounterReason.ENDED: _("The counter has been taken down."),
    CounterReason.BAD_CALIBRATION: _("From 10 to 500 per cent."),
    CounterReason.NOTHING_CHANGES: _("Nothing would change."),
    CounterReason.REASON_MISSING: _("Say why."),
    CounterReason.UNKNOWN_READING: _("There is no such reading."),
    CounterReason.SET_ASIDE: _("The reading has been set aside."),
    CounterReason.UNKNOWN_KEY: _("This key opens nothing."),
    CounterReason.TOO_MANY_READINGS: _("Too many readings at once."),
}

COUNTER_FIELDS: Final[Mapping[CounterReason, tuple[str, ...]]] = {
    CounterReason.NAME_MISSING: ("name",),
    CounterReason.NAME_TAKEN: ("name",),
    CounterReason.TEXT_TOO_LONG: ("reason", "name"),
    CounterReason.BAD_MAXIMUM: ("maximum",),
    CounterReason.FUTURE_DAY: ("first_date", "ended_date"),
    CounterReason.BEFORE_COUNTER: ("first_date", "ended_date"),
    CounterReason.POINT_CLOSED: ("first_date",),
    CounterReason.BAD_CALIBRATION: ("percent",),
    CounterReason.REASON_MISSING: ("reason",),
}
"""The field that a refusal is about: the first of these that the form has."""

REGISTER_REASONS: Final[Mapping[RegisterReason, StrOrPromise]] = {
    RegisterReason.UNKNOWN_BRANCH: _("There is no such branch."),
    RegisterReason.BRANCH_NOT_STANDING: _("The branch did not stand in that month."),
    RegisterReason.MONTH_NOT_OVER: _("That month is not over yet."),
    RegisterReason.BAD_NUMBER: _("A station lends 0 to 99,999 items a month."),
    RegisterReason.SOURCE_MISSING: _("Say which register the numbers are from."),
    RegisterReason.TEXT_TOO_LONG: _("At most 200 characters."),
    RegisterReason.REASON_MISSING: _("Say why."),
    RegisterReason.ALREADY_ENTERED: _("Somebody has entered this month meanwhile. Look and correct it."),
    RegisterReason.UNKNOWN_ROW: _("There is no such month on record."),
    RegisterReason.SUPERSEDED: _("Somebody corrected this month first. Look at the newer numbers."),
    RegisterReason.WITHDRAWN: _("The month has been withdrawn. Enter it anew."),
    RegisterReason.NOTHING_CHANGES: _("Nothing would change."),
    RegisterReason.KEY_REUSED: _("This form has been sent before. Open the page again."),
}

REGISTER_FIELDS: Final[Mapping[RegisterReason, str]] = {
    RegisterReason.SOURCE_MISSING: "source",
    RegisterReason.REASON_MISSING: "reason",
}

FIELDS: Final[Mapping[VisitReason, str]] = {
    VisitReason.BAD_PERSONS: "persons",
    VisitReason.COUNTED_BY_COUNTER: "instead",
    VisitReason.EVIDENCE_MISSING: "evidence",
    VisitReason.EVIDENCE_TOO_LONG: "evidence",
    VisitReason.REASON_MISSING: "reason",
    VisitReason.REASON_TOO_LONG: "reason",
}
