"""What every handler is given and gives back, and the refusals that they share."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from wenyuan.doors.sip2 import screens
from wenyuan.doors.sip2.negatives import negative
from wenyuan.doors.sip2.readers import Pin, Readers
from wenyuan.doors.sip2.station import Station
from wenyuan.doors.sip2.times import printed
from wenyuan.kernel.sip2.answers import Answer
from wenyuan.kernel.sip2.parse import Request


class Asked(NamedTuple):
    """A request with all it is answered from."""

    request: Request
    station: Station
    readers: Readers
    at: datetime


class Handled(NamedTuple):
    """An answer, and in one word what became of the request, for the log."""

    answer: Answer
    outcome: str = "ok"


def institution_of(asked: Asked) -> str:
    """AO: the library's code, else what the machine calls it."""
    return asked.station.institution or asked.request.value("AO")


def nothing_done(asked: Asked, messages: Sequence[str], outcome: str, *, title: str = "") -> Handled:
    """The answer of the request's own kind that nothing was done, and why."""
    answer = negative(
        asked.request, at=printed(asked.at), institution=institution_of(asked), messages=messages, title=title
    )
    return Handled(answer, outcome)


def refusal_by_pin(asked: Asked) -> Handled | None:
    """No act on a card whose PIN was given and is wrong. Whether to ask for one is the machine's affair; that a card is
    nobody's the verb says, with its other reasons."""
    request = asked.request
    pin = asked.readers.pin(card=request.value("AA"), pin=request.value("AD"), at=asked.at)
    if pin not in (Pin.WRONG, Pin.LOCKED):
        return None
    return nothing_done(asked, [screens.PIN_LOCKED if pin is Pin.LOCKED else screens.WRONG_PIN], f"pin_{pin.value}")
