"""Cutting a stream of bytes into lines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overlong:
    """Stands where a line longer than the limit stood; the line itself is thrown away."""

    limit: int
    """The most bytes a line may have."""


class LineSplitter:
    """Collects what arrives in pieces of any size and gives out whole lines.

    A line ends with CR (the standard), LF or CRLF. Blank lines and NULs before a line are dropped: some
    machines send a LF first, others pad with NULs. Splitting bytes is safe in UTF-8, GBK and GB18030 alike,
    whose multi-byte characters never contain 0x0A or 0x0D; it would not be for the field delimiter.
    """

    __slots__ = ("_half", "_limit", "_skipping")

    def __init__(self, max_bytes: int = 65536) -> None:
        self._limit = max_bytes
        self._half = bytearray()
        self._skipping = False

    @property
    def pending_bytes(self) -> int:
        """How many bytes of an unfinished line are kept; a server limits how long it waits for the rest."""
        return len(self._half)

    def feed(self, data: bytes) -> list[bytes | Overlong]:
        """The lines that `data` completes, without their ends, in order.

        An over-long line yields one `Overlong` as soon as the limit is passed; all up to the next line end is
        skipped.
        """
        pieces = data.replace(b"\r", b"\n").split(b"\n")
        if (
            len(pieces) == 2
            and not pieces[1]
            and not self._half
            and not self._skipping
            and len(pieces[0]) <= self._limit
        ):
            # One whole line, as machines nearly always send it.
            line = pieces[0].lstrip(b"\0")
            return [line] if line.strip(b" \t\0") else []
        rest = pieces.pop()
        lines: list[bytes | Overlong] = []
        for piece in pieces:
            self._keep(piece, lines)
            if self._half:
                line = bytes(self._half).lstrip(b"\0")
                self._half.clear()
                if line.strip(b" \t\0"):
                    lines.append(line)
            self._skipping = False
        self._keep(rest, lines)
        return lines

    def _keep(self, piece: bytes, lines: list[bytes | Overlong]) -> None:
        if not piece or self._skipping:
            return
        if len(self._half) + len(piece) > self._limit:
            self._half.clear()
            self._skipping = True
            lines.append(Overlong(self._limit))
            return
        self._half += piece
