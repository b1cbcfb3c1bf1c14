"""Pictures from strangers lose everything but the picture, and what is none is refused."""

import io

import pytest
from PIL import Image

from wenyuan.plumbing import pictures
from wenyuan.plumbing.pictures import NotAPicture, clean_picture

ORIENTATION, MAKE = 0x0112, 0x010F


def picture(form: str, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#c33").save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_form_that_is_taken_comes_out_as_a_jpeg(form: str) -> None:
    with Image.open(io.BytesIO(clean_picture(picture(form)))) as cleaned:
        assert (cleaned.format, cleaned.size) == ("JPEG", (60, 40))


def test_place_camera_and_orientation_are_gone_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "a camera", 6
    data = picture("JPEG", exif=exif.tobytes(), comment=b"secret")

    cleaned = clean_picture(data)

    assert b"a camera" in data
    assert b"a camera" not in cleaned
    assert b"secret" not in cleaned
    with Image.open(io.BytesIO(cleaned)) as shown:
        assert shown.size == (40, 60)
        assert dict(shown.getexif()) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0 none",
        picture("GIF"),
        picture("BMP"),
    ],
    ids=["nothing", "svg", "damaged", "gif", "bmp"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        clean_picture(data)


def test_a_truncated_picture_is_refused() -> None:
    whole = picture("PNG", (400, 400))

    with pytest.raises(NotAPicture):
        clean_picture(whole[: len(whole) // 2])


def test_what_is_too_large_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 2_000)
    with pytest.raises(NotAPicture):
        clean_picture(picture("PNG"))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 60_000_000)
    monkeypatch.setattr(pictures, "MOST_BYTES", 10)
    with pytest.raises(NotAPicture):
        clean_picture(picture("PNG"))


def test_a_large_picture_is_made_smaller() -> None:
    with Image.open(io.BytesIO(clean_picture(picture("JPEG", (4800, 100))))) as cleaned:
        assert cleaned.size == (2400, 50)
