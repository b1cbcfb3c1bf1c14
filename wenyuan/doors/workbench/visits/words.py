"""Counts of visits in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.services.registers.data import RegisterReason
from wenyuan.services.visits.data import EvidenceKind, VisitReason

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
