"""Logging: structlog and the standard library's loggers in one stream, redacted, as JSON lines and for the eye.

Only one process writes a log file, since two would rotate it from under each other: the supervisor. The parts write
JSON lines to their standard output, which the supervisor puts into `logs/<part>.log`.
"""

from __future__ import annotations

import io
import logging
import logging.handlers
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import TextIO

import structlog

from wenyuan.runtime.redaction import redact_fields, redact_line

MAX_FILE_BYTES = 10 * 2**20
KEPT_FILES = 5
_LONGEST_LINE = 16_384


class PrivateRotatingFile(logging.handlers.RotatingFileHandler):
    """A log file of mode 0600, renamed to `.1`, `.2` … when it has grown to its size."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_FILE_BYTES, kept: int = KEPT_FILES) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=kept, encoding="utf-8")

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return open(descriptor, "a", encoding="utf-8")


class PartLog:
    """The log file of one part: each line its process writes, redacted."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_FILE_BYTES, kept: int = KEPT_FILES) -> None:
        self._handler = PrivateRotatingFile(path, max_bytes=max_bytes, kept=kept)
        self._handler.setFormatter(logging.Formatter("%(message)s"))

    def write(self, line: bytes) -> str:
        """Append one line and return it as it was written, without its end."""
        text = redact_line(line.decode("utf-8", "replace").rstrip("\r\n"))[:_LONGEST_LINE]
        self._handler.handle(logging.makeLogRecord({"msg": text, "levelno": logging.INFO}))
        return text

    def close(self) -> None:
        self._handler.close()


def configure_logging(
    *, file: Path | None = None, terminal: TextIO | None = None, as_json: bool = False, level: int = logging.INFO
) -> None:
    """Set up structlog and the root logger of this process; calling it again replaces the set-up.

    :param file: JSON lines go there too; for a process that is the only one to write it.
    :param terminal: where lines for the eye (or JSON lines) go; standard error if None.
    :param as_json: JSON lines on the terminal as well, for parts under the supervisor.
    """
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Rendered to text first, so that what an exception says is redacted too; locals are never shown.
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    json_lines = _formatter(structlog.processors.JSONRenderer(ensure_ascii=False), before)
    stream = terminal or sys.stderr
    human_lines = _formatter(structlog.dev.ConsoleRenderer(colors=stream.isatty()), before)
    on_terminal = logging.StreamHandler(stream)
    on_terminal.setFormatter(json_lines if as_json else human_lines)
    handlers: list[logging.Handler] = [on_terminal]
    if file is not None:
        in_file = PrivateRotatingFile(file)
        in_file.setFormatter(json_lines)
        handlers.append(in_file)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


def redact(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """structlog processor: see `redaction`."""
    # What structlog keeps for its own use has names with an underscore and is no part of the line.
    own = {name: value for name, value in event.items() if name.startswith("_")}
    return {**redact_fields({name: value for name, value in event.items() if name not in own}), **own}


def _formatter(
    renderer: structlog.typing.Processor, before: list[structlog.typing.Processor]
) -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        # Again at the end: a plain logger's arguments are merged into its text only by then.
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, renderer],
    )
