"""Who a person is to the library: identity numbers, tokens shown at the desk, phones, ages, and what pages may show."""

from wenyuan.kernel.identity.ages import AgeBand, age_band, age_on
from wenyuan.kernel.identity.hiding import mask_numbers, numbers_in
from wenyuan.kernel.identity.masking import mask_name, mask_number, mask_phone
from wenyuan.kernel.identity.numbers import (
    BadIdentityNumber,
    Gender,
    IdentityForm,
    IdentityNumber,
    Reason,
    parse_number,
    parse_passport,
)
from wenyuan.kernel.identity.phones import PhoneError, PhoneReason, canonical_phone, is_mobile
from wenyuan.kernel.identity.tokens import (
    BadToken,
    ByteOrder,
    Token,
    TokenKind,
    TokenReason,
    UidBase,
    canonical_token,
    canonical_uid,
    classify_scan,
    reversed_uid,
)

__all__ = [
    "AgeBand",
    "BadIdentityNumber",
    "BadToken",
    "ByteOrder",
    "Gender",
    "IdentityForm",
    "IdentityNumber",
    "PhoneError",
    "PhoneReason",
    "Reason",
    "Token",
    "TokenKind",
    "TokenReason",
    "UidBase",
    "age_band",
    "age_on",
    "canonical_phone",
    "canonical_token",
    "canonical_uid",
    "classify_scan",
    "is_mobile",
    "mask_name",
    "mask_number",
    "mask_numbers",
    "mask_phone",
    "numbers_in",
    "parse_number",
    "parse_passport",
    "reversed_uid",
]
