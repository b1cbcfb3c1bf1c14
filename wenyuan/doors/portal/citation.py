"""How a work is cited: GB/T 7714-2015, the short form for a whole book or periodical."""

from wenyuan.holdings.catalogue.data import BibView
from wenyuan.kernel.booknumbers import ean_check_digit

# GB/T 7714-2015, annex B: marks of document type. What has no mark of its own is Z.
_MARKS = {
    "book": "M",
    "rare": "M",
    "manuscript": "M",
    "music": "M",
    "serial": "J",
    "map": "CM",
    "electronic": "EB",
}
_OTHER = "Z"
# Registrant ranges of ISBN group 978-7 (International ISBN Agency, range message): first two digits, digits.
_CHINESE_GROUP = "9787"
_REGISTRANTS = (("00", "09", 2), ("100", "499", 3), ("5000", "7999", 4), ("80000", "89999", 5), ("900000", "999999", 6))


def cite(bib: BibView) -> str:
    """``路遥. 平凡的世界[M]. 人民文学出版社, 2012.``; what the record does not state is left out.

    The record has no place of publication apart from its MARC, so the citation has none either.
    """
    mark = _MARKS.get(bib.document_kind, _OTHER)
    title = f"{bib.title}: {bib.volume}" if bib.volume else bib.title
    published = ", ".join(part for part in (bib.publisher, str(bib.year or "")) if part)
    return " ".join(f"{part.rstrip('.')}." for part in (bib.author, f"{title}[{mark}]", published) if part)


def hyphenated_isbn(number: str) -> str:
    """``978-7-02-000220-7`` for an ISBN of the Chinese group; any other text as it is."""
    if len(number) != 13 or not number.isdecimal() or not number.startswith(_CHINESE_GROUP):
        return number
    if ean_check_digit(number[:12]) != number[12]:
        return number
    rest = number[4:12]
    width = next((width for first, last, width in _REGISTRANTS if first <= rest[: len(first)] <= last), 0)
    return "-".join(("978", "7", rest[:width], rest[width:], number[12])) if width else number
