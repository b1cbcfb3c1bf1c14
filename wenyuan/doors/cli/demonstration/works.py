"""Well-known works, and the MARC records by which the demo library gets its items.

The two lists beside this file hold facts: title, author, class of the 中图法, and publisher where the edition is sure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from wenyuan.kernel.chinese import pinyin_of
from wenyuan.kernel.marc import (
    COLLECTION_CLOSE,
    COLLECTION_OPEN,
    ControlField,
    DataField,
    Encoding,
    Field,
    Record,
    encode,
    to_marcxml,
)

LISTS = ("works_literature.txt", "works_other.txt")
_COLUMNS = 10
_CHILDREN, _ADULTS = "dc ", "em "
_LEADER = "00000nam0 2200000   450 "


@dataclass(frozen=True, slots=True)
class Work:
    """One work. With a publisher, ``year`` is that of the edition, else that of the work's first appearance.

    ``rank`` is the place in the lists from 1; ``serial`` numbers the works of one class from 1, as 种次号 does.
    """

    rank: int
    serial: int
    title: str
    author: str
    country: str
    translator: str
    class_no: str
    year: str
    publisher: str
    is_for_children: bool
    isbn: str
    summary: str

    @property
    def price_fen(self) -> int:
        """What an item costs, in fen: made up, between 18 and 68 yuan."""
        return 1800 + self.rank * 37 % 51 * 100


@cache
def all_works() -> tuple[Work, ...]:
    """Both lists in their order."""
    folder = files(__package__ or __name__)
    lines = [
        line
        for name in LISTS
        for line in folder.joinpath(name).read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    in_class: dict[str, int] = {}
    works = []
    for rank, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.split("|")]
        cells += [""] * (_COLUMNS - len(cells))
        title, author, country, translator, class_no, year, publisher, audience, isbn, summary = cells
        in_class[class_no] = serial = in_class.get(class_no, 0) + 1
        works.append(
            Work(
                rank=rank,
                serial=serial,
                title=title,
                author=author,
                country=country,
                translator=translator,
                class_no=class_no,
                year=year,
                publisher=publisher,
                is_for_children=audience == "c",
                isbn=isbn,
                summary=summary,
            )
        )
    return tuple(works)


def cnmarc(work: Work, items: Mapping[str, Sequence[str]]) -> Record:
    """The work as a CNMARC record with its items in 905: barcodes by branch code."""
    audience = _CHILDREN if work.is_for_children else _ADULTS
    year = work.year if work.publisher else ""
    isbn = (("a", work.isbn),) if work.isbn else ()
    fields: list[Field] = [
        ControlField("001", f"LM{work.rank:08d}"),
        ControlField("005", "20240101000000.0"),
        DataField("010", " ", " ", (*isbn, ("d", f"CNY{work.price_fen / 100:.2f}"))),
        DataField("100", " ", " ", (("a", f"20240101d{year or '    '}    {audience}y0chiy50      ea"),)),
        DataField("101", "1" if work.translator else "0", " ", (("a", "chi"),)),
        DataField("102", " ", " ", (("a", "CN"),)),
        DataField("200", "1", " ", tuple(_title(work))),
    ]
    if imprint := _imprint(work):
        fields.append(DataField("210", " ", " ", imprint))
    if work.year and not work.publisher:
        fields.append(DataField("300", " ", " ", (("a", f"作品初次发表于{work.year}年"),)))
    if work.summary:
        fields.append(DataField("330", " ", " ", (("a", work.summary),)))
    fields.append(DataField("690", " ", " ", (("a", work.class_no), ("v", "5"))))
    if work.author:
        fields.append(DataField("701", " ", "0", (("a", work.author), ("4", "著"))))
    fields.append(DataField("801", " ", "0", (("a", "CN"), ("b", "LMQ"), ("c", "20240101"))))
    for code, barcodes in items.items():
        held = tuple(("b", barcode) for barcode in barcodes)
        numbers = (("d", work.class_no), ("e", str(work.serial)), ("f", str(len(barcodes))))
        fields.append(DataField("905", " ", " ", (("a", code), *held, *numbers)))
    return Record(_LEADER, tuple(fields))


def _title(work: Work) -> list[tuple[str, str]]:
    country = f"({work.country})" if work.country else ""
    stated = [("a", work.title), ("9", pinyin_of(work.title))]
    if work.author:
        stated.append(("f", f"{country}{work.author}著"))
    if work.translator:
        stated.append(("g", work.translator))
    return stated


def _imprint(work: Work) -> tuple[tuple[str, str], ...]:
    """Publisher and year of the edition; a year that is only the work's stands in brackets, as cataloguers write it."""
    if work.publisher:
        return (("c", work.publisher), *([("d", work.year)] if work.year else []))
    return (("d", f"[{work.year}]"),) if work.year else ()


def write_iso2709(path: Path, records: Iterable[Record]) -> None:
    """ISO 2709 in GB18030, as vendors deliver it."""
    with path.open("wb") as stream:
        for record in records:
            stream.write(encode(record, encoding=Encoding.GB18030))


def write_marcxml(path: Path, records: Iterable[Record]) -> None:
    """MARCXML in UTF-8."""
    parts = [COLLECTION_OPEN, *(to_marcxml(record) for record in records), COLLECTION_CLOSE]
    path.write_text("\n".join(parts), "utf-8")
