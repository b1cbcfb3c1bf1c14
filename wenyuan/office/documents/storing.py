"""How texts, chips and tables are written into a row and read from it again: plain JSON, no markup."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from wenyuan.office.documents.data import Chip, Part, Source, SourceKind
from wenyuan.office.figures.data import Annexed, Said, SummaryPart


def parts_stored(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [
        {
            "part": one.part.value if one.part else "",
            "heading": one.heading,
            "paragraphs": [list(line) for line in one.paragraphs],
        }
        for one in parts
    ]


def parts_read(stored: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            SummaryPart(one["part"]) if one["part"] else None,
            one["heading"],
            tuple(tuple(line) for line in one["paragraphs"]),
        )
        for one in stored
    )


def chips_stored(chips: Iterable[Chip]) -> list[dict[str, Any]]:
    """Without what says nothing, so that a new field of a source changes no row."""
    return [
        {"number": one.number, "text": one.text, "gone": one.gone, "source": _source_stored(one.source)}
        for one in chips
    ]


def chips_read(stored: Sequence[Mapping[str, Any]]) -> tuple[Chip, ...]:
    return tuple(Chip(one["number"], _source_read(one["source"]), one["text"], one["gone"]) for one in stored)


def annexes_stored(annexes: Iterable[Annexed]) -> list[dict[str, Any]]:
    return [
        {
            "title": one.title,
            "heads": list(one.heads),
            "rows": [list(row) for row in one.rows],
            "numbers": sorted(one.numbers),
        }
        for one in annexes
    ]


def annexes_read(stored: Sequence[Mapping[str, Any]]) -> tuple[Annexed, ...]:
    return tuple(
        Annexed(one["title"], tuple(one["heads"]), tuple(tuple(row) for row in one["rows"]), frozenset(one["numbers"]))
        for one in stored
    )


def _source_stored(source: Source) -> dict[str, Any]:
    values = {one.name: getattr(source, one.name) for one in fields(source)}
    return {name: value for name, value in values.items() if value not in ("", 0, False)}


def _source_read(stored: Mapping[str, Any]) -> Source:
    said = Said(stored.get("said", Said.TOLD))
    return Source(**{**stored, "kind": SourceKind(stored["kind"]), "said": said})
