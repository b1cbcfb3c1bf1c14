"""QR codes of addresses, for pages and for paper."""

import segno
from django.utils.safestring import SafeString


def qr_svg(text: str) -> SafeString:
    """The QR code of a text as SVG, dark on light whatever the page's colours, sized by its style sheet."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(omitsize=True, dark="#000", light="#fff", border=4)
    return SafeString(drawn)
