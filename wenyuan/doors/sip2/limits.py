"""What one connection may take, and how long it may be silent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the server. Times in seconds.

    A machine that has signed in may rest for ``idle_s``; one that has not is sent away after ``before_login_s``. Who
    begins a line must end it within ``half_line_s``, and must read answers within ``unread_s``.
    """

    connections: int = 2000
    idle_s: float = 15 * 60
    before_login_s: float = 30
    half_line_s: float = 10
    unread_s: float = 30
    line_bytes: int = 65536
    unreadable_lines: int = 20
    """So many lines in a row that are no SIP2 end the connection."""
    threads: int = 4
    """Messages in work at once, and database connections of this process."""
    stop_s: float = 8
    """How long messages in work may take when the server stops."""
