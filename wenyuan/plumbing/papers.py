"""Files handed in as evidence: what they are is told by their bytes, never by their name.

Pictures are decoded and written anew; documents are kept as they came and only ever handed out as a download.
"""

import hashlib
import io
import zlib
from dataclasses import dataclass
from enum import StrEnum
from zipfile import BadZipFile, ZipFile

from wenyuan.plumbing.pictures import MOST_BYTES as MOST_PICTURE_BYTES
from wenyuan.plumbing.pictures import NotAPicture, clean_picture

MOST_BYTES = 20_000_000
_ZIP_ENTRIES = 5_000
"""More parts than an office document has."""


class PaperForm(StrEnum):
    """What a file is; the value is its ending."""

    PICTURE = "jpg"
    PDF = "pdf"
    WORD = "docx"
    SHEET = "xlsx"


MEDIA_TYPES = {
    PaperForm.PICTURE: "image/jpeg",
    PaperForm.PDF: "application/pdf",
    PaperForm.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    PaperForm.SHEET: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MAIN_PARTS = {"word/document.xml": PaperForm.WORD, "xl/workbook.xml": PaperForm.SHEET}
_CONTENTS = "[Content_Types].xml"
_MOST_CONTENTS = 1_000_000
"""Bytes; more than any document says of its parts."""
_UNWANTED = (b"vbaproject", b"macroenabled", b"macrosheet", b"<!", b"&#")
"""What names macros, under whatever name they lie; and what no office writes there but could hide such a name."""


class NotAPaper(Exception):
    """The bytes are none of the forms that are taken, or too many."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A file that was looked at: its form, the bytes to keep, and their SHA-256."""

    form: PaperForm
    data: bytes
    sha256: str


def look_at(data: bytes) -> LookedAt:
    """What the bytes are, and the bytes to keep.

    :raises NotAPaper: no picture (JPEG, PNG, WebP), PDF, Word or Excel file; one with macros; or too large.
    """
    if len(data) > MOST_BYTES:
        raise NotAPaper("too large")
    if data.startswith(b"%PDF-"):
        return _kept(PaperForm.PDF, data)
    if data.startswith(b"PK\x03\x04"):
        return _kept(_office_form(data), data)
    if len(data) > MOST_PICTURE_BYTES:
        raise NotAPaper("too large")
    try:
        return _kept(PaperForm.PICTURE, clean_picture(data))
    except NotAPicture as error:
        raise NotAPaper(str(error)) from error


def _kept(form: PaperForm, data: bytes) -> LookedAt:
    return LookedAt(form, data, hashlib.sha256(data).hexdigest())


def _office_form(data: bytes) -> PaperForm:
    """By the parts that the file names, and by what it says that they are; no other part is unpacked."""
    try:
        with ZipFile(io.BytesIO(data)) as file:
            names = file.namelist()
            found = [form for part, form in _MAIN_PARTS.items() if part in names]
            if len(names) > _ZIP_ENTRIES or len(found) != 1 or names.count(_CONTENTS) != 1:
                raise NotAPaper("no document")
            with file.open(_CONTENTS) as part:
                contents = part.read(_MOST_CONTENTS + 1)
    except (BadZipFile, ValueError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise NotAPaper("cannot be read") from error
    # without the zeros between the letters of UTF-16
    said = "\n".join(names).encode().lower() + contents.replace(b"\0", b"").lower()
    if len(contents) > _MOST_CONTENTS or any(word in said for word in _UNWANTED):
        raise NotAPaper("macros, or a list of parts that cannot be told")
    return found[0]
