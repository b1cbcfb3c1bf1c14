"""Gate counters push what they say. Each shows its own key, which opens this one address and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from time import monotonic
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router

from wenyuan.doors.api import limits
from wenyuan.doors.api.access import Bearer, not_let_in, slow_down
from wenyuan.doors.api.language import language_of
from wenyuan.doors.api.problems import ProblemCode
from wenyuan.doors.api.schemas import ReadingBecame, ReadingReasonTold, ReadingsSent, ReadingsTold
from wenyuan.doors.furniture.addresses import caller_address
from wenyuan.doors.furniture.counter_words import READING_REASONS
from wenyuan.doors.furniture.words import Language
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.services.visits.data import CounterFacts, CounterRefused, Reading, ReadingReason, Taken, TakenReading
from wenyuan.services.visits.operations import admit_counter, take_readings

router = Router(tags=["counters"])


class ReadingsRefused(Exception):
    """409: none of the readings can be believed."""

    def __init__(self, reasons: Iterable[ReadingReason]) -> None:
        self.reasons = tuple(dict.fromkeys(reasons))
        super().__init__(", ".join(reason.value for reason in self.reasons))


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterCall:
    """A request behind a counter's key. It may bring readings at the counter's branch, and nothing else."""

    at: datetime
    language: Language
    counter: CounterFacts
    desk: Desk


class CounterKey(Bearer):
    """A counter's key, made by staff in the workbench."""

    openapi_description = "A gate counter's key (wyc_…), made by staff in the workbench: Visits, Gate counters."

    def call(self, request: HttpRequest, token: str) -> CounterCall:
        try:
            counter = admit_counter(secret=token)
        except CounterRefused:
            raise not_let_in(caller_address(request), ProblemCode.TOKEN_UNKNOWN) from None
        slow_down(limits.COUNTERS.take(counter.id, now=monotonic()))
        operator = Operator(0, counter.name, at_branches={counter.branch_id: frozenset({Act.ENTER_VISITS})})
        desk = Desk(
            operator=operator,
            branch_id=counter.branch_id,
            door=Door.API,
            code=f"counter-{counter.id}",
            service_point_id=counter.service_point_id,
        )
        return CounterCall(at=timezone.now(), language=language_of(request), counter=counter, desk=desk)


@router.post(
    "/readings",
    auth=CounterKey(Act.ENTER_VISITS),
    response=ReadingsTold,
    summary=cast(str, _("Say what a gate counter has counted")),
    openapi_extra={"x-problems": [HTTPStatus.CONFLICT]},
)
def readings(request: HttpRequest, body: ReadingsSent) -> ReadingsTold:
    """The same reading may be sent again and counts once; readings may come late and in any order. What cannot be
    believed is refused with every reason and listed for staff; where all of them are, the answer is 409."""
    call = request.auth  # type: ignore[attr-defined] # set by ninja from what the key's check gave
    assert isinstance(call, CounterCall)
    sent = [Reading(one.at, one.passes, one.out, one.since) for one in body.readings]
    told = take_readings(counter_id=call.counter.id, readings=sent, at=call.at, desk=call.desk)
    if all(one.became is Taken.REFUSED for one in told):
        raise ReadingsRefused(reason for one in told for reason in one.reasons)
    return ReadingsTold(
        taken=_count(told, Taken.TAKEN),
        repeated=_count(told, Taken.REPEATED),
        refused=_count(told, Taken.REFUSED),
        readings=[
            ReadingBecame(
                became=one.became.value,
                reasons=[ReadingReasonTold(code=why.value, message=str(READING_REASONS[why])) for why in one.reasons],
            )
            for one in told
        ],
    )


def _count(told: Iterable[TakenReading], became: Taken) -> int:
    return sum(one.became is became for one in told)
