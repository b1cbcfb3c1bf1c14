"""Pictures from strangers: decoded, bounded, and written anew without anything but the picture."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 8_000_000
MOST_PIXELS = 60_000_000
"""More than a phone's camera gives, and less than a small file can unpack to."""
LONGEST_SIDE = 2400
FORMATS = ("JPEG", "PNG", "WEBP")


class NotAPicture(Exception):
    """The bytes are no picture that is taken, or too large a one."""


def clean_picture(data: bytes) -> bytes:
    """The picture as a JPEG of at most ``LONGEST_SIDE`` pixels a side, upright, without place, time or camera.

    What a file calls itself does not count: it is decoded.

    :raises NotAPicture: no JPEG, PNG or WebP, damaged, or above ``MOST_BYTES`` or ``MOST_PIXELS``.
    """
    if len(data) > MOST_BYTES:
        raise NotAPicture("too large")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAPicture("too many pixels")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=85, exif=b"", icc_profile=None, comment=b"")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture("cannot be decoded") from error
    return out.getvalue()
