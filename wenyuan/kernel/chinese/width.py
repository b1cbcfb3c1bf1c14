"""Full-width forms, as Chinese input methods produce them."""

_FULL_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """The text with full-width ASCII (U+FF01 to U+FF5E) and the ideographic blank in their half-width forms.

    Narrower than NFKC on purpose: an identity or book number must not gain digits from ``①`` or ``²``.
    """
    return text.translate(_FULL_TO_HALF)
