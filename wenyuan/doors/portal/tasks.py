"""Background work of the portal."""

from datetime import datetime

from wenyuan.doors.portal.sessions import forget_ended
from wenyuan.lending.patrons.operations import (
    forget_old_codes,
    forget_old_tries,
    forget_pre_registrations,
    forget_taken_codes,
)
from wenyuan.plumbing.queue import every


@every("35 18 * * *", "portal.forget_ended_sessions")
def forget_ended_sessions(at: datetime) -> None:
    """Sessions that nobody came back to, staff's in the same table too."""
    forget_ended(at=at)


@every("38 18 * * *", "portal.forget_old_tries")
def forget_tries_that_no_longer_count(at: datetime) -> None:
    """Wrong PINs of a week ago."""
    forget_old_tries(at=at)


@every("39 18 * * *", "portal.forget_taken_codes")
def forget_codes_that_have_expired(at: datetime) -> None:
    """Codes of digital cards that desks have taken."""
    forget_taken_codes(at=at)


@every("40 18 * * *", "portal.forget_old_codes")
def forget_codes_asked_for_a_week_ago(at: datetime) -> None:
    """Codes that were asked for by telephone."""
    forget_old_codes(at=at)


@every("41 18 * * *", "portal.forget_pre_registrations")
def forget_those_who_did_not_come(at: datetime) -> None:
    """Pre-registrations of a week ago."""
    forget_pre_registrations(at=at)
