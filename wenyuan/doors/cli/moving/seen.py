"""What a dry run would have brought, kept in a file that goes with it: memory stays flat, whatever the library has."""

import hashlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_AT_ONCE = 500


class Seen:
    """Names of things, as hashes under a key that only this run knows: a key of the old system may be an identity
    number."""

    def __init__(self, path: Path) -> None:
        self._key = os.urandom(32)
        self._store = sqlite3.connect(path, isolation_level=None)
        self._store.execute("PRAGMA journal_mode=OFF")
        self._store.execute("PRAGMA synchronous=OFF")
        self._store.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY) WITHOUT ROWID")

    def has(self, names: Collection[str], /) -> frozenset[str]:
        """Those of the names that were claimed."""
        wanted = {self._digest(name): name for name in names}
        found: set[str] = set()
        digests = list(wanted)
        for at in range(0, len(digests), _AT_ONCE):
            part = digests[at : at + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._store.execute(f"SELECT digest FROM seen WHERE digest IN ({marks})", part)  # noqa: S608 - marks alone
            found.update(wanted[row[0]] for row in rows)
        return frozenset(found)

    def claim(self, names: Iterable[str], /) -> None:
        """These are there from now on."""
        self._store.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(self._digest(name),) for name in names])

    def close(self) -> None:
        self._store.close()

    def _digest(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()


@contextmanager
def seen_in_this_run() -> Iterator[Seen]:
    """A store for one run; its file is gone afterwards."""
    with TemporaryDirectory(prefix="wenyuan-") as folder:
        seen = Seen(Path(folder) / "seen")
        try:
            yield seen
        finally:
            seen.close()
