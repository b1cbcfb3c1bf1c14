"""Numbers of identity documents: GB 11643-1999 and its relatives.

Resident numbers, residence permits for people of Hong Kong, Macao and Taiwan, and the foreign permanent resident
cards of 2023 share one shape (18 characters) and one check character (ISO 7064 MOD 11-2). Area codes are never
looked up: hundreds have been abolished since the numbers were given out, and refusing one refuses a real person.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from wenyuan.kernel.chinese.width import half_width
from wenyuan.kernel.identity.masking import mask_number


class IdentityForm(Enum):
    """Which document a number belongs to."""

    RESIDENT = "resident"
    """居民身份证, 18 characters; one of 15 digits is converted."""
    HMT_RESIDENT = "hmt_resident"
    """港澳台居民居住证: the resident number's shape with area 810000, 820000 or 830000."""
    FOREIGN_PERMANENT_OLD = "foreign_permanent_old"
    """外国人永久居留身份证 before December 2023: three letters and twelve digits."""
    FOREIGN_PERMANENT_NEW = "foreign_permanent_new"
    """The same document since December 2023: 18 characters led by 9."""
    HMT_TRAVEL = "hmt_travel"
    """回乡证 (H or M and 8 or 10 digits) and 台胞证 (8 or 10 digits); only when the caller says so."""
    PASSPORT = "passport"
    """A passport: letters and digits, no check."""


class Gender(Enum):
    """The gender an identity number states: an odd order number is male."""

    MALE = "male"
    FEMALE = "female"


class Reason(Enum):
    """Why a text is no identity number."""

    EMPTY = "empty"
    BAD_SHAPE = "bad_shape"
    """Wrong length or characters; with a form asked for, not of that form."""
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    IMPOSSIBLE_DATE = "impossible_date"
    BORN_IN_FUTURE = "born_in_future"


class BadIdentityNumber(ValueError):
    """The text is no identity number; ``reason`` says why. The text itself is never kept: it would reach the log."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class IdentityNumber:
    """A checked number with what it states. Printing it shows its last characters only.

    ``canonical`` is half-width, without blanks or hyphens, letters upper-case, 18 characters where the document
    has such a form. ``birth_date`` and ``gender`` are None where the document does not state them beyond doubt;
    ``area`` is the GB/T 2260 code printed in it, current or not, None for foreign documents.
    """

    form: IdentityForm
    canonical: str
    birth_date: date | None = None
    gender: Gender | None = None
    area: str | None = None

    @property
    def last4(self) -> str:
        """The last four characters, which a clerk may compare with the document."""
        return self.canonical[-4:]

    def __repr__(self) -> str:
        return f"<IdentityNumber {self.form.value} {mask_number(self.canonical)}>"


def parse_number(text: str, *, today: date, form: IdentityForm | None = None) -> IdentityNumber:
    """Read a number as typed, scanned or imported; blanks, hyphens, full width and lower case do not matter.

    Without ``form`` the shape decides among the numbers that carry a check or a fixed shape; a passport or travel
    permit looks like anything, so the caller names it. With ``form`` any other form is refused.

    :param today: the library's date, for numbers that state a birth still to come.
    :raises BadIdentityNumber: the check digit is judged before the date, since a slip of the finger spoils both.
    """
    if form is IdentityForm.PASSPORT:
        return parse_passport(text)
    canonical, found = canonical_number(text, form=form)
    if found in (IdentityForm.FOREIGN_PERMANENT_OLD, IdentityForm.HMT_TRAVEL):
        # The old card's birth date has two digits for the year: not beyond doubt.
        return IdentityNumber(form=found, canonical=canonical)
    birth_date = _birth_date(canonical[6:14])
    if birth_date > today:
        raise BadIdentityNumber(Reason.BORN_IN_FUTURE)
    return IdentityNumber(
        form=found,
        canonical=canonical,
        birth_date=birth_date,
        gender=Gender.MALE if int(canonical[16]) % 2 else Gender.FEMALE,
        area=None if found is IdentityForm.FOREIGN_PERMANENT_NEW else canonical[:6],
    )


def parse_passport(text: str) -> IdentityNumber:
    """Read a passport number: 5 to 15 letters and digits, at least four of them digits. There is nothing to check.

    :raises BadIdentityNumber: anything else.
    """
    bare = _bare(text)
    if not _PASSPORT.fullmatch(bare) or sum(character.isdigit() for character in bare) < 4:
        raise BadIdentityNumber(Reason.BAD_SHAPE)
    return IdentityNumber(form=IdentityForm.PASSPORT, canonical=bare)


def canonical_number(text: str, *, form: IdentityForm | None = None) -> tuple[str, IdentityForm]:
    """The canonical number and its form, by shape and check digit alone: enough to look a person up.

    :raises BadIdentityNumber: for want of shape or check, or because the number is not of the ``form`` asked for.
    """
    bare = _bare(text)
    if form is IdentityForm.HMT_TRAVEL:
        if not _HMT_TRAVEL.fullmatch(bare):
            raise BadIdentityNumber(Reason.BAD_SHAPE)
        return bare, form
    if _FIRST_GENERATION.fullmatch(bare):
        bare = bare[:6] + "19" + bare[6:]
        bare += check_character(bare)
    if _OLD_FOREIGN.fullmatch(bare):
        found = IdentityForm.FOREIGN_PERMANENT_OLD
    elif not _EIGHTEEN.fullmatch(bare):
        raise BadIdentityNumber(Reason.BAD_SHAPE)
    elif check_character(bare[:17]) != bare[17]:
        raise BadIdentityNumber(Reason.WRONG_CHECK_DIGIT)
    elif bare[0] == "9":
        found = IdentityForm.FOREIGN_PERMANENT_NEW
    elif bare[:6] in _HMT_AREAS:
        found = IdentityForm.HMT_RESIDENT
    else:
        found = IdentityForm.RESIDENT
    if form is not None and form is not found:
        raise BadIdentityNumber(Reason.BAD_SHAPE)
    return bare, found


def check_character(body: str) -> str:
    """The check character of 17 digits: ISO 7064 MOD 11-2 with the weights of GB 11643-1999."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIRST_GENERATION = re.compile(r"[0-9]{15}")
_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
_HMT_TRAVEL = re.compile(r"[HM](?:[0-9]{8}|[0-9]{10})|[0-9]{8}|[0-9]{10}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,15}")
_HMT_AREAS = frozenset({"810000", "820000", "830000"})
_NOISE = re.compile(r"[\s\-‐-―−]+")


def _bare(text: str) -> str:
    bare = _NOISE.sub("", half_width(text)).upper()
    if not bare:
        raise BadIdentityNumber(Reason.EMPTY)
    return bare


EARLIEST_BIRTH_YEAR = 1800
"""The oldest example in GB 11643-1999 is of 1880; a year long before that is a slip, or another kind of number."""


def _birth_date(digits: str) -> date:
    try:
        birth_date = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        # "from None": the first error quotes parts of the number.
        raise BadIdentityNumber(Reason.IMPOSSIBLE_DATE) from None
    if birth_date.year < EARLIEST_BIRTH_YEAR:
        raise BadIdentityNumber(Reason.IMPOSSIBLE_DATE)
    return birth_date
