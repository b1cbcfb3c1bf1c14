"""Z39.50 (ISO 23950) by ``yaz-client``, Debian's package ``yaz``, in a process of its own that is ended in time.

The address is one that ``outward`` found. What is asked goes in by standard input, in the target's character set; the
records come back as a file of ISO 2709, which cannot grow beyond a limit.
"""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wenyuan.plumbing.outward import NotReached, Place, Unreached

PROGRAM: Final = "yaz-client"
_BOUNDED: Final = 'ulimit -f 8000; ulimit -v 512000 2>/dev/null; exec "$0" -m "$1"'
"""No file beyond 4 MB (blocks of 512 bytes), no memory beyond 512 MB (kilobytes; macOS has no such limit)."""
_HITS = re.compile(rb"Number of hits: (\d+)")
_DATABASE = re.compile(r"[\w.\-]{1,60}")
_SYNTAX = re.compile(r"[a-z0-9\-]{1,20}")


class NotInstalled(Exception):
    """There is no ``yaz-client`` on this machine."""


class TargetRefused(Exception):
    """The target answered that it cannot; ``detail`` is what the program says of it."""

    def __init__(self, detail: str) -> None:
        super().__init__("refused")
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Z3950Question:
    """What is asked: ``attributes`` in PQF (``@attr 1=7``), the term, and in which syntax records are wanted."""

    database: str
    attributes: str
    term: str
    charset: str
    syntax: str
    size: int


@dataclass(frozen=True, slots=True)
class Z3950Answer:
    """How many records there are, and the first of them one after the other as ISO 2709."""

    total: int
    records: bytes


def is_installed() -> bool:
    """Whether Z39.50 can be spoken here."""
    return shutil.which(PROGRAM) is not None


def ask(place: Place, question: Z3950Question, *, within_s: float) -> Z3950Answer:
    """Search one database and fetch the first records.

    :raises NotInstalled: no program for it.
    :raises NotReached: NO_CONNECTION, TIMED_OUT; ADDRESS for a database, syntax or attributes that cannot be ones.
    :raises TargetRefused: the target does not answer the question.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise NotInstalled
    commands = _commands(place, question)
    with tempfile.TemporaryDirectory(prefix="wenyuan-z3950-") as folder:
        kept, said = Path(folder) / "records.marc", Path(folder) / "said"
        try:
            with said.open("wb") as out:
                subprocess.run(  # noqa: S603 - our own arguments; what was typed goes in by standard input
                    ["/bin/sh", "-c", _BOUNDED, program, str(kept)],
                    input=commands,
                    stdout=out,
                    stderr=subprocess.DEVNULL,
                    timeout=within_s,
                    check=False,
                    cwd=folder,
                    env={"PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C"},
                )
        except subprocess.TimeoutExpired:
            raise NotReached(Unreached.TIMED_OUT) from None
        return _answer(said.read_bytes(), kept.read_bytes() if kept.exists() else b"")


def _commands(place: Place, question: Z3950Question) -> bytes:
    fits = _DATABASE.fullmatch(question.database) and _SYNTAX.fullmatch(question.syntax)
    if not fits or not re.fullmatch(r"(@attr [1-6]=\d{1,4} ?)+", question.attributes):
        raise NotReached(Unreached.ADDRESS)
    host = f"[{place.address}]" if ":" in place.address else place.address
    lines = [
        f"open tcp:{host}:{place.port}/{question.database}".encode(),
        f"format {question.syntax}".encode(),
        b"elements F",
        b'find %s "%s"' % (question.attributes.strip().encode(), _quoted(question.term, question.charset)),
        b"show 1+%d" % question.size,
        b"quit",
        b"",
    ]
    return b"\n".join(lines)


def _quoted(term: str, charset: str) -> bytes:
    """The term in the target's bytes; PQF reads bytes, so a backslash within a character of GBK is doubled too."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in term).split())
    return plain.encode(charset, "replace").replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _answer(said: bytes, records: bytes) -> Z3950Answer:
    hits = _HITS.search(said)
    if hits is None:
        if b"Connection accepted" not in said and b"Connecting...OK" not in said:
            raise NotReached(Unreached.NO_CONNECTION)
        raise TargetRefused(_trouble(said))
    total = int(hits[1])
    if total and not records:
        raise TargetRefused(_trouble(said))
    return Z3950Answer(total, records)


def _trouble(said: bytes) -> str:
    """The line of the program that tells a diagnostic, if there is one."""
    lines = said.decode("utf-8", "replace").splitlines()
    told = [line.strip() for line in lines if line.strip().startswith(("[", "Diagnostic", "Addinfo")) or "rror" in line]
    return " ".join(told)[:200]
