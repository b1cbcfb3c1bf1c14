"""Writing an index. One process at a time: whoever writes holds the database's advisory lock of the room's choice."""

from pathlib import Path

from wenyuan.plumbing.index.engine import document_of, open_index, usable
from wenyuan.plumbing.index.fields import Kind, Schema, Values

MEMORY_BYTES = 64_000_000
"""What is gathered before a segment is written; tantivy's least is 15 MB."""


class Writer:
    """An index open for writing. What is put and removed counts from ``commit`` on, all at once; what was not committed
    is lost with the process."""

    def __init__(self, folder: Path, schema: Schema, *, make: bool = False) -> None:
        """:raises Unusable: it cannot be opened, or another process writes it."""
        self.folder = folder
        self._key = schema.field_of(Kind.KEY)
        self._index = open_index(folder, schema, make=make)
        with usable():
            self._writer = self._index.writer(MEMORY_BYTES, 1)

    def add(self, values: Values) -> None:
        """Add a document that is not there yet. :raises Unusable: it cannot be written."""
        with usable():
            self._writer.add_document(document_of(values))

    def replace(self, key: str, values: Values | None) -> None:
        """Put a document in the place of the one with this key, or with ``None`` only take that away.

        :raises Unusable: it cannot be written.
        """
        with usable():
            self._writer.delete_documents_by_term(self._key, key)
            if values is not None:
                self._writer.add_document(document_of(values))

    def commit(self) -> None:
        """Make everything since the last commit visible and lasting. :raises Unusable: it cannot be written."""
        with usable():
            self._writer.commit()

    def close(self) -> None:
        """Let go of the index, when its segments have been merged; what was not committed is given up."""
        writer, self._writer = self._writer, None  # type: ignore[assignment] # closed: used no more
        if writer is not None:
            with usable():
                writer.rollback()
                writer.wait_merging_threads()
