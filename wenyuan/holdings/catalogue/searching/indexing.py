"""Keeping the index up: what waits is indexed, and what is missing is built anew beside what is in use.

One process writes, and holds the advisory lock ``INDEX_LOCK`` as long as it does. It works in turns of some tenths of
a second, so that changes do not wait for a build. A bib that changes when the build has passed it stands in the new
index as it was: those bibs are written once more before it is used. A process that dies takes its half-built index with
it; the next one finds what waits still waiting, and builds from the beginning.

An index that cannot be read is out of use at once: what changes meanwhile goes into the new one alone.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from django.conf import settings
from django.db import connection

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.models import IndexWaiting
from wenyuan.holdings.catalogue.searching.documents import HoldingFacts, document
from wenyuan.holdings.catalogue.searching.gathering import facts_after, facts_of, holdings_of
from wenyuan.holdings.catalogue.searching.schema import SCHEMA
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.index.engine import Unusable
from wenyuan.plumbing.index.folders import Folders
from wenyuan.plumbing.index.reader import reader_of
from wenyuan.plumbing.index.writer import Writer
from wenyuan.plumbing.transactions import verb

TURN_ROWS = 500
"""Waiting rows and built bibs a turn: a few tenths of a second."""
WITHOUT_INDEX = 40
"""So many times as many waiting rows are taken where no index is in use: nothing is written for them, and most tell of
bibs that the build has yet to read. An import leaves several rows a bib; a build that overtook them would write all
bibs twice."""
REWRITTEN = 2
"""So many times as many bibs are rewritten a turn at the end of a build, so that it ends while changes go on."""


def index_folders() -> Folders:
    """Where the catalogue's index lies: below the data folder, on the machine whose web serves readers."""
    return Folders(Path(settings.HOME) / "index", SCHEMA)


@needs()
@verb
def ask_anew() -> None:
    """Ask whoever writes the index to build it anew: nothing that readers or staff see changes by it."""
    IndexWaiting.objects.create()


def is_asked_anew() -> bool:
    """Whether somebody waits for an index built anew."""
    return bool(_ids(sql.ASKED_ANEW))


def is_indexed() -> bool:
    """Whether there is an index to ask."""
    return index_folders().current() is not None


class Build:
    """A new index on its way: how far it is, and which of the bibs it has read changed since."""

    def __init__(self, writer: Writer, asked: list[int]) -> None:
        self.writer = writer
        self.asked = asked
        self.after = 0
        self.done = 0
        self.changed: set[int] = set()

    def note(self, bib_ids: Iterable[int]) -> None:
        """Remember which of the bibs that changed must be written once more; it has yet to read those further on."""
        self.changed.update(one for one in bib_ids if one <= self.after)

    def take_changed(self, count: int) -> list[int]:
        """At most so many of the bibs to be written once more; they are forgotten here."""
        return [self.changed.pop() for _ in range(min(count, len(self.changed)))]


class Indexer:
    """Writes the index of this data folder while the ``with`` block runs. ``turn`` is called again and again."""

    def __init__(self) -> None:
        self._folders = index_folders()
        self._writer: Writer | None = None
        self._lock_holder: int | None = None
        self.build: Build | None = None

    def turn(self) -> int:
        """Index some of what waits, and build on if there is something to build; how much was done. Nothing, and 0,
        where another process writes the index.

        :raises Unusable: the index cannot be written; the next turn begins anew.
        """
        if not self._holds_lock():
            self._let_go()
            return 0
        try:
            self._begin_build_if_needed()
            done = self._index_waiting()
            if self.build is not None:
                done += self._build_on(self.build)
            return done
        except BaseException:
            self._let_go()
            raise

    def _holds_lock(self) -> bool:
        """Take the lock, or see that this connection still has it: one that was lost took its lock with it."""
        connection.ensure_connection()
        here = connection.connection.info.backend_pid
        if self._lock_holder == here:
            return True
        with connection.cursor() as cursor:
            cursor.execute(sql.HOLD_INDEX, {"lock": sql.INDEX_LOCK})
            row = cursor.fetchone()
        held = bool(row and row[0])
        self._lock_holder = here if held else None
        return held

    def _begin_build_if_needed(self) -> None:
        if self.build is not None:
            if self.build.writer.folder.exists():
                return
            self._let_go()
        current = self._folders.current()
        asked = _ids(sql.ASKED_ANEW)
        is_readable = current is not None and self._is_readable(current)
        if is_readable and not asked:
            return
        if not is_readable:
            self._folders.forget()
        self._folders.sweep()
        self.build = Build(Writer(self._folders.new(), SCHEMA, make=True), asked)

    def _is_readable(self, current: Path) -> bool:
        """Whether the index in use can be read; looked at when it is opened, not at every turn."""
        if self._writer is not None and self._writer.folder == current:
            return True
        try:
            reader_of(self._folders).snapshot()
        except Unusable:
            return False
        return True

    def _index_waiting(self) -> int:
        is_in_use = self._folders.current() is not None
        rows = _rows(sql.WAITING, {"count": TURN_ROWS if is_in_use else TURN_ROWS * WITHOUT_INDEX})
        if not rows:
            return 0
        changed = {bib_id for _, bib_id, _ in rows}
        if self.build is not None:
            self.build.note(changed)
        if is_in_use:
            records = {bib_id for _, bib_id, of_items in rows if not of_items}
            self._write(records | self._with_other_holdings(changed - records))
        _drop([row_id for row_id, _, _ in rows])
        return len(rows)

    def _with_other_holdings(self, bib_ids: set[int]) -> set[int]:
        """Of bibs whose items have changed, those of which the index now says something else."""
        if not bib_ids:
            return set()
        known = reader_of(self._folders).snapshot().kept_of([str(bib_id) for bib_id in bib_ids])
        now = holdings_of(list(bib_ids))
        return {one for one in bib_ids if known.get(one) != now.get(one, HoldingFacts()).as_text()}

    def _write(self, bib_ids: set[int]) -> None:
        current = self._folders.current()
        if not bib_ids or current is None:
            return
        if self._writer is None or self._writer.folder != current:
            self._close_writer()
            self._writer = Writer(current, SCHEMA)
        _replace(self._writer, sorted(bib_ids))
        self._writer.commit()

    def _build_on(self, build: Build) -> int:
        facts = facts_after(build.after, count=TURN_ROWS)
        for one in facts:
            build.writer.add(document(one))
        if facts:
            build.after = facts[-1].id
            build.done += len(facts)
            return len(facts)
        _replace(build.writer, rewritten := build.take_changed(TURN_ROWS * REWRITTEN))
        if not build.changed:
            self._finish(build)
        return max(len(rewritten), 1)

    def _finish(self, build: Build) -> None:
        build.writer.commit()
        self._folders.use(build.writer.folder)
        self._close_writer()
        self._writer, self.build = build.writer, None
        _drop(build.asked)
        self._folders.sweep()

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            _close(writer)

    def _let_go(self) -> None:
        """Give up what is open: it is opened again, or built from the beginning, in a later turn."""
        build, self.build = self.build, None
        writer, self._writer = self._writer, None
        for one in (build.writer if build else None, writer):
            if one is not None:
                _close(one)

    def __enter__(self) -> "Indexer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()
        if self._lock_holder is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(sql.RELEASE_INDEX, {"lock": sql.INDEX_LOCK})
        self._lock_holder = None


def _close(writer: Writer) -> None:
    with suppress(Unusable):  # its folder is gone: nothing is left to be closed
        writer.close()


def _replace(writer: Writer, bib_ids: Sequence[int]) -> None:
    """Write these bibs as the tables have them now."""
    for start in range(0, len(bib_ids), TURN_ROWS):
        some = bib_ids[start : start + TURN_ROWS]
        found = {one.id: one for one in facts_of(some)}
        for bib_id in some:
            facts = found.get(bib_id)
            writer.replace(str(bib_id), document(facts) if facts is not None else None)


def _rows(statement: str, values: dict[str, int]) -> list[tuple[int, int, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def _ids(statement: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def _drop(row_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.DROP_WAITING, {"ids": row_ids})
