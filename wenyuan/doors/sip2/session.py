"""One connection's talk: a line in, a line out, and what is remembered in between.

Runs in the server's threads, one line of a connection at a time. Never raises for what a machine sends or the database
does: whatever happens, the answer is SIP2.
"""

import traceback
from collections.abc import Callable
from datetime import datetime
from time import monotonic, perf_counter
from typing import Final, NamedTuple
from uuid import uuid4

import psycopg
import structlog
from django.db import DatabaseError, InterfaceError, connections

from wenyuan.doors.sip2 import screens
from wenyuan.doors.sip2.asked import Asked, Handled
from wenyuan.doors.sip2.handlers import HANDLERS, served_at
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.message_log import MessageLog, house_log
from wenyuan.doors.sip2.negatives import negative
from wenyuan.doors.sip2.readers import Readers
from wenyuan.doors.sip2.station import BEFORE_LOGIN, Station, read_station
from wenyuan.doors.sip2.times import printed
from wenyuan.kernel.sip2.answers import (
    AcsStatusAnswer,
    Answer,
    CheckinAnswer,
    CheckoutAnswer,
    FeePaidAnswer,
    LoginAnswer,
    RenewAnswer,
    ResendAnswer,
)
from wenyuan.kernel.sip2.build import build
from wenyuan.kernel.sip2.errors import Reason, Sip2Error
from wenyuan.kernel.sip2.framing import Overlong
from wenyuan.kernel.sip2.parse import Request, Unknown, parse
from wenyuan.kernel.sip2.profile import Charset, Profile
from wenyuan.kernel.sip2.redact import shown_barcode
from wenyuan.kernel.sip2.requests import LoginRequest
from wenyuan.lending.circulation.operations import Contended
from wenyuan.organisation.accounts.data import SignInRefused
from wenyuan.organisation.accounts.operations import sign_in
from wenyuan.organisation.network.queries import get_library
from wenyuan.organisation.rights.data import Act, Door
from wenyuan.organisation.rights.queries import NotAllowed, may
from wenyuan.plumbing.statements import is_locked_out

RIGHTS_READ_EVERY_S: Final = 30
RETRY_WITHIN_S: Final = 60
"""How long an equal line counts as a retry: some machines write one constant time on all their messages."""

_RETRYABLE = frozenset({"11", "09", "29", "37"})
_ACTS = (CheckoutAnswer, RenewAnswer, CheckinAnswer, FeePaidAnswer)
_DATABASE_ERRORS = (DatabaseError, InterfaceError, psycopg.Error)


class Reply(NamedTuple):
    """Bytes to send, if any, and whether the connection ends with them."""

    line: bytes | None
    hang_up: bool = False


HANG_UP: Final = Reply(None, hang_up=True)


class _Answered(NamedTuple):
    """An act that was done, kept in case the machine did not get to hear of it."""

    request_line: bytes
    reply: Reply
    at: float


class Session:
    """States: not signed in; signed in (``station``). A failed 93 leads back to the first, whatever was before."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        address: str,
        limits: Limits,
        message_log: MessageLog | None = None,
    ) -> None:
        self._clock = clock
        self._address = address
        self._limits = limits
        self._log = structlog.get_logger("wenyuan.sip2")
        self._message_log = message_log or house_log()
        self._station: Station | None = None
        self._station_read_at = 0.0
        self._readers = Readers()
        self._last_answer: Answer | None = None
        self._answered: _Answered | None = None
        self._unreadable = 0

    @property
    def is_signed_in(self) -> bool:
        """Whether a machine is signed in on this connection."""
        return self._station is not None

    def reply_to(self, line: bytes | Overlong) -> Reply:
        """What to send for one line."""
        started = perf_counter()
        if isinstance(line, Overlong):
            return self._ask_again("overlong", started)
        if (answered := self._answered) and self._is_retry(line, answered):
            self._write_log(line[:2].decode("ascii", "replace"), "resent", started)
            return answered.reply
        try:
            request = self._parse(line)
        except Sip2Error as error:
            return self._ask_again(error.reason.value, started)
        if isinstance(request, Unknown):
            self._unreadable = 0
            self._write_log(request.code, "unknown", started)
            return Reply(build(ResendAnswer(), self._profile))
        if request.code in ("96", "97"):
            if self._last_answer is None:
                return self._ask_again("nothing_to_resend", started)
            self._write_log(request.code, "resent", started)
            return Reply(build(self._last_answer, self._profile))
        self._unreadable = 0
        handled = self._handle(request)
        reply = Reply(build(handled.answer, self._profile, request.sequence))
        self._remember(request, line, handled.answer, reply)
        self._write_log(request.code, handled.outcome, started, item=request.fields.get("AB"))
        return reply

    @property
    def _profile(self) -> Profile:
        return self._station.profile if self._station else BEFORE_LOGIN

    def _parse(self, line: bytes) -> Request | Unknown:
        try:
            return parse(line, self._profile)
        except Sip2Error as error:
            if self._station is not None or error.reason is not Reason.UNDECODABLE:
                raise
        # Before the machine is known, its charset is not: a Chinese location in GBK must not keep it out.
        return parse(line, _BEFORE_LOGIN_GB)

    def _ask_again(self, why: str, started: float) -> Reply:
        """96 for a line that cannot be read; the end for somebody who sends nothing else."""
        self._write_log("??", why, started)
        self._unreadable += 1
        hang_up = self._unreadable >= self._limits.unreadable_lines
        return Reply(build(ResendAnswer(), self._profile), hang_up)

    def _is_retry(self, line: bytes, answered: _Answered) -> bool:
        return line == answered.request_line and monotonic() - answered.at <= RETRY_WITHIN_S

    def _remember(self, request: Request, line: bytes, answer: Answer, reply: Reply) -> None:
        """Keep the last answer for 97, and for a retry by the same text where the machine's texts differ."""
        self._last_answer = answer
        done = isinstance(answer, _ACTS) and answer.ok
        repeatable = self._profile.retry_by_text and request.sequence is not None and request.code in _RETRYABLE
        self._answered = _Answered(line, reply, monotonic()) if done and repeatable else None

    # Acting ----------------------------------------------------------------------------------------------------------

    def _handle(self, request: Request) -> Handled:
        at = self._clock()
        try:
            return self._with_database(request, at)
        except Contended:
            return self._negative(request, at, screens.BUSY, "contended")
        except NotAllowed:
            return self._negative(request, at, screens.NOT_ALLOWED, "not_allowed")
        except Exception as error:
            if is_locked_out(error):
                return self._negative(request, at, screens.BUSY, "contended")
            return self._failed(request, at, error)

    def _with_database(self, request: Request, at: datetime) -> Handled:
        """Act; where the connection has died, once more on a new one. Every act may be repeated."""
        try:
            return self._act(request, at)
        except _DATABASE_ERRORS:
            connection = connections["default"]
            if connection.connection is not None and connection.is_usable():
                raise
            connection.close()
        return self._act(request, at)

    def _act(self, request: Request, at: datetime) -> Handled:
        if request.code == "93":
            return self._sign_in(request, at)
        station = self._current_station(at)
        if request.code == "99":
            return self._status(station, at)
        if station is None:
            return self._negative(request, at, screens.NOT_SIGNED_IN, "not_signed_in")
        return HANDLERS[request.code](Asked(request, station, self._readers, at))

    def _current_station(self, at: datetime) -> Station | None:
        """The machine, its rights not older than ``RIGHTS_READ_EVERY_S``; one that lost them is signed out."""
        station = self._station
        if station is not None and monotonic() - self._station_read_at > RIGHTS_READ_EVERY_S:
            station = read_station(station.account_id, at=at)
            self._turn_to(station)
        return station

    def _turn_to(self, station: Station | None) -> None:
        self._station = station
        self._station_read_at = monotonic()

    def _sign_in(self, request: Request, at: datetime) -> Handled:
        """93. Whoever was signed in is out from here on; the location (CP) is not asked for, the account knows."""
        self._sign_out()
        assert isinstance(request.fixed, LoginRequest)
        if not request.fixed.is_clear_text:
            return Handled(LoginAnswer(ok=False), "algorithm")
        try:
            signed_in = sign_in(
                username=request.value("CN"),
                password=request.value("CO"),
                address=self._address,
                door=Door.SIP2,
                at=at,
            )
        except SignInRefused as refused:
            return Handled(LoginAnswer(ok=False), refused.reason.value)
        station = read_station(signed_in.account_id, at=at)
        self._turn_to(station)
        return Handled(LoginAnswer(ok=station is not None), "ok" if station else "no_right_here")

    def _sign_out(self) -> None:
        self._turn_to(None)
        self._readers.leave()
        self._last_answer = None
        self._answered = None

    def _status(self, station: Station | None, at: datetime) -> Handled:
        """98: what is served, and to a machine that has signed in, what it may do."""
        if station is None:
            library = get_library()
            answer = AcsStatusAnswer(
                at=printed(at),
                institution=library.institution_code if library else "",
                supported=served_at(station),
                offline_ok=False,
            )
            return Handled(answer)
        operator, branch_id = station.desk.operator, station.desk.branch_id
        # Asks the database, so that "online" is no hearsay.
        library = get_library()
        answer = AcsStatusAnswer(
            at=printed(at),
            institution=station.institution,
            supported=served_at(station),
            checkin_ok=may(operator, Act.CHECKIN, branch_id),
            checkout_ok=may(operator, Act.CHECKOUT, branch_id),
            renewal_ok=may(operator, Act.RENEW, branch_id),
            offline_ok=False,
            library=library.name_zh if library else "",
            terminal=station.username,
        )
        return Handled(answer)

    def _negative(self, request: Request, at: datetime, text: str, outcome: str) -> Handled:
        institution = (self._station.institution if self._station else "") or request.value("AO")
        answer = negative(request, at=printed(at), institution=institution, messages=[text])
        return Handled(answer, outcome)

    def _failed(self, request: Request, at: datetime, error: Exception) -> Handled:
        """A fault of ours: the machine is told to try later, the log gets the place and never what was in hand."""
        error_id = uuid4().hex[:8]
        self._log.error(
            "message failed",
            error_id=error_id,
            code=request.code,
            error=type(error).__name__,
            # File, line and function; the error's own text may quote what the machine sent.
            where=[
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ],
        )
        return self._negative(request, at, screens.BUSY, f"failed {error_id}")

    def _write_log(self, code: str, outcome: str, started: float, *, item: str | None = None) -> None:
        """One line a message: no value of it but the item's barcode, and that only if it looks like one."""
        self._message_log.info(
            "message",
            account=self._station.username if self._station else "",
            code=code,
            outcome=outcome,
            ms=round((perf_counter() - started) * 1000, 1),
            item=shown_barcode(item) if item else "",
        )


_BEFORE_LOGIN_GB: Final = Profile(charset=Charset.GB18030, checksum=BEFORE_LOGIN.checksum, lenient=True)
