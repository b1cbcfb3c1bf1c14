"""Pure decisions of the catalogue: what is the same work, what type and price an item has, which numbers are fit."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from wenyuan.holdings.catalogue.data import ImportReason
from wenyuan.kernel.booknumbers import price_fen
from wenyuan.kernel.marc import Audience, DocumentKind

NUMBER_LENGTH = 32
"""Characters of a barcode or accession number."""

LARGEST_PRICE_FEN = 1_000_000_000

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\s]")
_UID = re.compile(r"(?:[0-9A-F]{2}){4,10}")


@dataclass(frozen=True, slots=True)
class Work:
    """What tells one work from another: folded title and author, and the ISBNs (thirteen digits)."""

    title_fold: str
    author_fold: str
    isbns: frozenset[str] = frozenset()


def is_same_work(one: Work, other: Work) -> bool:
    """Whether two records with one control number describe one work, so that the later replaces the earlier.

    The same title or the same author is enough, since either may have been corrected. The author alone is not, where
    both have ISBNs and none in common: some suppliers number one author's books alike. Two records that name no
    author have only their titles.
    """
    if one.title_fold == other.title_fold:
        return True
    if not one.author_fold or one.author_fold != other.author_fold:
        return False
    return not (one.isbns and other.isbns and one.isbns.isdisjoint(other.isbns))


@lru_cache(maxsize=4096)
def price_of(text: str) -> int | None:
    """The price of one volume in fen out of a printed price; none without an amount in 人民币.

    A set's price is divided by its volumes only where their number is printed (``全套2册``).
    """
    if not text:
        return None
    price = price_fen(text)
    if price.fen is None or price.currency not in ("CNY", "") or price.fen > LARGEST_PRICE_FEN:
        return None
    return price.fen // price.volumes if price.per_set and price.volumes else price.fen


_TYPE_OF_KIND = {
    DocumentKind.SERIAL: "serial_bound",
    DocumentKind.AUDIO: "audio_visual",
    DocumentKind.VIDEO: "audio_visual",
    DocumentKind.ELECTRONIC: "audio_visual",
    DocumentKind.RARE: "rare_book",
    DocumentKind.RUBBING: "rare_book",
    DocumentKind.KIT: "toy",
    DocumentKind.REALIA: "toy",
}


def item_type_for(*, stated: str, kind: str, audience: str, known: Collection[str], fallback: str = "book") -> str:
    """The code of the item type: the one the record states where the library has it, else by kind and audience."""
    if stated:
        wanted = stated.strip().lower()
        if wanted in known:
            return wanted
    code = _TYPE_OF_KIND.get(DocumentKind(kind), fallback)
    if code == fallback and audience == Audience.JUVENILE:
        code = "children_book"
    return code if code in known else fallback


def barcode_fault(barcode: str) -> ImportReason | None:
    """Why a text cannot be a barcode: empty, longer than 32 characters, with blanks or control characters."""
    return None if _is_number(barcode) else ImportReason.BARCODE_INVALID


def accession_fault(accession_no: str) -> ImportReason | None:
    """Why a text cannot be an accession number; the same rule as for barcodes."""
    return None if _is_number(accession_no) else ImportReason.ACCESSION_NO_INVALID


def _is_number(text: str) -> bool:
    return 0 < len(text) <= NUMBER_LENGTH and _UNFIT.search(text) is None


def is_uid(text: str) -> bool:
    """Whether this is a chip's number in its canonical form: 4 to 10 bytes as upper-case hex."""
    return _UID.fullmatch(text) is not None


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def column_text(text: str, longest: int) -> str:
    """A text fit for a derived column: without control characters, at most ``longest`` characters."""
    if not text.isprintable() and _CONTROL.search(text) is not None:
        text = _CONTROL.sub(" ", text)
    return text[:longest].strip() if len(text) > longest else text.strip()
