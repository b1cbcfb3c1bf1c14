"""Background work of circulation, and the kinds of entry it follows: each one line into a step or verb."""

from datetime import UTC, datetime

from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.operations import (
    charge_running_fines,
    expire_holds,
    forget_ended_holds,
    forget_offline,
    lose_long_overdue,
    remind,
    renew_automatically,
)
from wenyuan.lending.circulation.recalling import recall_for_hold
from wenyuan.lending.circulation.telling import holds_to_tell_of, tell_of_hold, tell_of_renewal
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.followers import follows
from wenyuan.plumbing.queue import every, task


@every("7 * * * *", "circulation.expire_holds")
def expire(at: datetime) -> None:
    """Hourly, so that a night without a worker is made up for: holds whose last day has passed."""
    expire_holds(at=at)


@every("37 * * * *", "circulation.forget_ended_holds")
def forget(at: datetime) -> None:
    """Hourly: readers of holds that ended long ago."""
    forget_ended_holds(at=at)


@every("50 17 * * *", "circulation.lose_long_overdue")
def lose(at: datetime) -> None:
    """At night (01:50 in Shanghai), after due dates have followed closures: what is long overdue is lost."""
    lose_long_overdue(at=at)


@every("40 17 * * *", "circulation.renew_automatically")
def renew(at: datetime) -> None:
    """At night (01:40 in Shanghai), after due dates have followed closures: what may renew itself."""
    renew_automatically(at=at)


@every("55 17 * * *", "circulation.charge_running_fines")
def charge_fines(at: datetime) -> None:
    """At night (01:55 in Shanghai), after due dates have followed closures and what may renew itself has: the fines."""
    charge_running_fines(at=at)


@every("35 18 * * *", "circulation.forget_offline")
def forget_acts_without_a_network(at: datetime) -> None:
    """At night (02:35 in Shanghai): old lists for lending without a network, and acts that are settled."""
    forget_offline(at=at)


@every("12 * * * *", "circulation.remind")
def remind_readers(at: datetime) -> None:
    """Hourly, each stage of each loan once: what falls due soon and what is late."""
    remind(at=at)


@follows(
    Kind.HOLD_READY,
    Kind.HOLD_SENT,
    Kind.HOLD_EXPIRED,
    Kind.HOLD_CANCELLED,
    Kind.HOLD_FILLED,
    Kind.HOLD_PUT_BACK,
    among=holds_to_tell_of,
)
def tell_of_holds(entry_id: int) -> None:
    """Readers learn what became of their holds."""
    tell_of_hold(entry_id)


@follows(Kind.RENEWAL)
def tell_of_renewals(entry_id: int) -> None:
    """Readers learn that a loan has renewed itself."""
    tell_of_renewal(entry_id)


@follows(Kind.HOLD_PLACED, Kind.HOLD_CHANGED)
def recall(entry_id: int) -> None:
    """A hold that nothing on the shelf can fill asks a loan back, where the policy says so: a new one, and one that is
    resumed or to be fetched elsewhere or on other days."""
    recall_for_hold(entry_id)


@follows(Kind.CLOSURE_DECLARED, Kind.CLOSURE_ENDED, Kind.CLOSURE_WITHDRAWN)
def due_dates_follow_closures(entry_id: int) -> None:
    """Due dates move when a closure is signed, gets another last day, or is withdrawn."""
    closing.follow_closure(entry_id)


@task(closing.TASK)
def follow_closures() -> None:
    """Go through the loans of branches whose closures changed."""
    closing.follow_closures(now=lambda: datetime.now(UTC))


@every("20 17 * * *", "circulation.roll_closures_forward")
def roll_closures_forward(at: datetime) -> None:
    """At night (01:20 in Shanghai): closures without a last day reckon further ahead."""
    closing.roll_forward(at=at)
