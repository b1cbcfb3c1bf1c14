"""Reading an index: the folder in use, as of its last commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import tantivy

from wenyuan.plumbing.index.asks import Ask, Everything
from wenyuan.plumbing.index.engine import Unusable, counts_asked, keyed, open_index, query_of, usable
from wenyuan.plumbing.index.fields import Kind, Schema
from wenyuan.plumbing.index.folders import Folders

Counts = tuple[tuple[str, int], ...]
"""Values of a facet and how many of the documents found have each, the commonest first."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which field documents come, instead of by rank, and whether its largest comes first."""

    field: str
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: ids in order of rank, how many there are in all, and the counts that were asked for."""

    ids: tuple[int, ...]
    total: int
    counts: Mapping[str, Counts] = field(default_factory=dict)


class Snapshot:
    """The index as of one commit: what is found, counted and read here agrees."""

    def __init__(self, searcher: tantivy.Searcher, schema: Schema) -> None:
        self._searcher = searcher
        self._schema = schema

    @property
    def total(self) -> int:
        """How many documents there are."""
        return self._searcher.num_docs

    def find(
        self,
        ask: Ask,
        *,
        size: int,
        start: int = 0,
        counts: Mapping[str, int] | None = None,
        order: Order | None = None,
    ) -> Hits:
        """The documents that fit, the best first or in ``order``: ``size`` of them from ``start`` on; ``counts`` says
        how many values of which facets are wanted.

        :raises Unusable: the index is damaged.
        """
        with usable():
            query = query_of(ask, self._schema)
            result = self._searcher.search(query, limit=max(size, 1), offset=start, **_ordered(order))
            total = int(result.count)  # type: ignore[attr-defined] # missing in the engine's stubs
            ids = self._ids([address for _, address in result.hits[:size]])
            found = self._searcher.aggregate(query, counts_asked(counts)) if counts else {}
        return Hits(ids, total, {name: _counts(answer) for name, answer in found.items()})

    def all_ids(self) -> list[int]:
        """The id of every document."""
        if not self.total:
            return []
        return list(self.find(Everything(), size=self.total).ids)

    def kept_of(self, keys: Sequence[str]) -> dict[int, str]:
        """What the field of kind ``KEPT`` holds of each of these documents, by its id; those that are not there are
        left out."""
        if not keys:
            return {}
        kept = self._schema.field_of(Kind.KEPT)
        with usable():
            hits = self._searcher.search(keyed(keys, self._schema), limit=len(keys), count=False).hits
            addresses = [address for _, address in hits]
            texts = [str(self._searcher.doc(address).get_first(kept) or "") for address in addresses]
            return dict(zip(self._ids(addresses), texts, strict=True))

    def _ids(self, addresses: list[tantivy.DocAddress]) -> tuple[int, ...]:
        if not addresses:
            return ()
        values = self._searcher.fast_field_values(self._schema.field_of(Kind.ID), addresses)
        return tuple(int(value) for value in values if value is not None)


class Reader:
    """Reads whichever folder is in use. One a process is enough; threads share it."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._lock = Lock()
        self._open: tuple[Path, tantivy.Index] | None = None

    def snapshot(self) -> Snapshot:
        """The index as it is now. :raises Unusable: there is none, or it cannot be read."""
        folder = self._folders.current()
        if folder is None:
            raise Unusable("none")
        with self._lock:
            if self._open is None or self._open[0] != folder:
                self._open = folder, open_index(folder, self._folders.schema)
            index = self._open[1]
            try:
                with usable():
                    index.reload()
                    return Snapshot(index.searcher(), self._folders.schema)
            except Unusable:
                self._open = None
                raise


@lru_cache(maxsize=8)
def reader_of(folders: Folders) -> Reader:
    """The process's reader of these folders."""
    return Reader(folders)


def _ordered(order: Order | None) -> dict[str, Any]:
    if order is None:
        return {}
    return {"order_by_field": order.field, "order": tantivy.Order.Desc if order.falling else tantivy.Order.Asc}


def _counts(answer: Mapping[str, object]) -> Counts:
    buckets = answer["buckets"]
    assert isinstance(buckets, list)
    return tuple((str(_whole(bucket["key"])), int(bucket["doc_count"])) for bucket in buckets)


def _whole(key: object) -> object:
    """Numbers come back as floats."""
    return int(key) if isinstance(key, float) else key
