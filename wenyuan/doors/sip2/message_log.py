"""One log line a message, quickly.

The house's log set-up searches every value for secrets, twice; for a line of codes that costs as much as a third of
the answer. Here every value is a code, a number or a barcode that has passed ``kernel.sip2.redact``
(``Session._write_log``), so it is written as it stands. What goes wrong is logged by the house's set-up as everywhere.
"""

from typing import Protocol, TextIO, cast

import structlog


class MessageLog(Protocol):
    """Takes the event and its values."""

    def info(self, event: str, /, **values: object) -> object: ...


def house_log() -> MessageLog:
    """The log as it is set up in this process."""
    return cast(MessageLog, structlog.get_logger("wenyuan.sip2"))


def quick_log(stream: TextIO) -> MessageLog:
    """JSON lines straight to a stream, from any thread."""
    log = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=True,
    )
    return cast(MessageLog, log.bind(logger="wenyuan.sip2"))
