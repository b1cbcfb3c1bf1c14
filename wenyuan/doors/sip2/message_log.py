"""One log line a message, quickly.

The house's log set-up searches every value for secrets, twice; for a line of codes that costs as much as a third of
the answer. Here every value is a code, a number or a barcode that has passed ``kernel.sip2.redact``
(``Session._write_log``), so it is written as it stands. Lines go out together, once a second: to write each by itself
costs more than to make it. What goes wrong is logged by the house's set-up as everywhere, at once.
"""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Protocol, TextIO, cast

import structlog

MOST_LINES = 100_000
"""So many wait at most where nothing can be written; the oldest are dropped."""
_WITHOUT_OFFSET = len("2026-11-29T12:00:00.000000")


class MessageLog(Protocol):
    """Takes the event and its values."""

    def info(self, event: str, /, **values: object) -> object: ...


def house_log() -> MessageLog:
    """The log as it is set up in this process."""
    return cast(MessageLog, structlog.get_logger("wenyuan.sip2"))


class QuickLog:
    """JSON lines to a stream: noted by any thread, written by one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque(maxlen=MOST_LINES)

    def info(self, event: str, /, **values: object) -> None:
        """Keep the line, with the keys that the house's log has too, until the next ``flush``."""
        moment = datetime.now(UTC).isoformat(timespec="microseconds")[:_WITHOUT_OFFSET]
        written = "".join([f'"{name}": {_json(value)}, ' for name, value in values.items()])
        known = f'"event": {_json(event)}, "level": "info", "timestamp": "{moment}Z"'
        self._waiting.append(f'{{"logger": "wenyuan.sip2", {written}{known}}}\n')

    def flush(self) -> None:
        """Write the lines that wait, in their order."""
        waiting = self._waiting
        if lines := list(_taken(waiting)):
            self._stream.write("".join(lines))
            self._stream.flush()


def _taken(waiting: deque[str]) -> Iterator[str]:
    """Those that wait now, off the queue."""
    with suppress(IndexError):
        for _ in range(len(waiting)):
            yield waiting.popleft()


def _json(value: object) -> str:
    # An encoder made anew for every line would cost more than the line.
    if type(value) is str:
        return encode_basestring(value)
    return repr(value) if type(value) in (int, float) else json.dumps(value, ensure_ascii=False, default=repr)
