"""Cutting files into records, and what lies between them."""

import io

import pytest

from wenyuan.kernel.marc import (
    Container,
    ControlField,
    Damaged,
    DataField,
    Encoding,
    MarcError,
    RawRecord,
    Reason,
    Record,
    decode,
    encode,
    iter_raw,
    sniff,
)
from wenyuan.kernel.marc.stream import CHUNK, WINDOW

LEADER = "00000nam0 2200000   450 "


def book(number: int) -> bytes:
    fields = (ControlField("001", f"{number:06d}"), DataField("200", "1", " ", (("a", f"图书{number}"),)))
    return encode(Record(LEADER, fields), encoding=Encoding.GB18030)


def cut(data: bytes) -> list[RawRecord | Damaged]:
    return list(iter_raw(io.BytesIO(data)))


def numbers(found: list[RawRecord | Damaged]) -> list[str]:
    """The control numbers of the records that are whole."""
    records = [decode(raw.data, encoding=Encoding.GB18030) for raw in found if isinstance(raw, RawRecord)]
    return [field.data for record in records for field in record.fields if isinstance(field, ControlField)]


ONE, TWO, THREE = book(1), book(2), book(3)


@pytest.mark.parametrize("between", [b"", b"\r\n", b"\n\n", b"  \r\n", b"\x00" * 100, b"\xef\xbb\xbf", b"\x1a"])
def test_line_ends_blanks_nuls_and_byte_order_marks_between_records_are_no_damage(between: bytes) -> None:
    found = cut(between + ONE + between + TWO + between)

    assert numbers(found) == ["000001", "000002"]
    second = found[1]
    assert isinstance(second, RawRecord)
    assert second.position == 2 * len(between) + len(ONE)
    assert second.number == 2


def test_an_empty_file_has_no_records() -> None:
    assert cut(b"") == []
    assert cut(b"\r\n\x00") == []


@pytest.mark.parametrize("length", [b"00000", b"00030", b"00500", b"99999", b"     ", b"?????"])
def test_a_wrong_length_in_the_leader_loses_nothing(length: bytes) -> None:
    found = cut(ONE + length + TWO[5:] + THREE)

    assert numbers(found) == ["000001", "000002", "000003"]


def test_a_length_that_reaches_the_end_of_the_next_record_does_not_swallow_it() -> None:
    both = f"{len(ONE) + len(TWO):05d}".encode() + ONE[5:] + TWO

    found = cut(both)

    assert numbers(found) == ["000001", "000002"]


def test_a_truncated_last_record_is_damage_at_its_place() -> None:
    found = cut(ONE + TWO[:-10])

    assert numbers(found) == ["000001"]
    assert found[1] == Damaged(len(ONE), Reason.TRUNCATED, TWO[:-10])


def test_a_last_record_that_lacks_only_its_terminator_is_whole() -> None:
    found = cut(ONE + TWO[:-1])

    assert numbers(found) == ["000001", "000002"]


def test_a_record_cut_short_does_not_take_the_next_one_along() -> None:
    found = cut(ONE + TWO[:40] + THREE)

    assert numbers(found) == ["000001", "000003"]
    assert found[1] == Damaged(len(ONE), Reason.TRUNCATED, TWO[:40])
    third = found[2]
    assert isinstance(third, RawRecord)
    assert third.position == len(ONE) + 40


@pytest.mark.parametrize("kept", [1, 12, 20, 22, 23, 24])
def test_a_record_cut_inside_its_leader_does_not_take_the_next_one_along(kept: int) -> None:
    found = cut(ONE + TWO[:kept] + THREE)

    assert numbers(found) == ["000001", "000003"]


def test_garbage_between_records_is_damage_at_its_place() -> None:
    found = cut(ONE + b"\r\n<html>busy</html>" + TWO)

    assert numbers(found) == ["000001", "000002"]
    assert found[1] == Damaged(len(ONE) + 2, Reason.GARBAGE, b"<html>busy</html>")


def test_text_that_ends_like_a_record_is_none() -> None:
    found = cut(ONE + b"plain text\x1d" + TWO)

    assert numbers(found) == ["000001", "000002"]
    assert found[1] == Damaged(len(ONE), Reason.NOT_A_RECORD, b"plain text\x1d")


def test_a_flood_without_terminator_is_one_damage_and_the_record_behind_it_is_found() -> None:
    flood = b"x" * (3 * CHUNK + 7)

    found = cut(ONE + flood + TWO)

    assert numbers(found) == ["000001", "000002"]
    damage, second = found[1], found[2]
    assert isinstance(damage, Damaged)
    assert (damage.position, damage.reason, len(damage.data)) == (len(ONE), Reason.NO_TERMINATOR, WINDOW)
    assert isinstance(second, RawRecord)
    assert second.position == len(ONE) + len(flood)


@pytest.mark.parametrize("step", [1, 7, 64])
def test_a_stream_that_gives_few_bytes_at_a_time_gives_the_same_records(step: int) -> None:
    class Drip(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(step)

    data = ONE + b"\r\n" + TWO[:40] + THREE + b"junk"

    found = list(iter_raw(Drip(data)))

    assert found == cut(data)


def test_memory_stays_flat_however_long_the_file_is() -> None:
    class Endless(io.BytesIO):
        """Forty megabytes of records, made as they are read; `given` tells how far reading ran ahead."""

        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            if self.given >= 40_000_000:
                return b""
            chunk = ONE * ((size or 0) // len(ONE))
            self.given += len(chunk)
            return chunk

    stream = Endless()
    ahead = 0

    for raw in iter_raw(stream):
        ahead = max(ahead, stream.given - raw.position)

    assert stream.given >= 40_000_000
    assert ahead <= 2 * CHUNK


@pytest.mark.parametrize(
    ("start", "container"),
    [
        (ONE, Container.ISO2709),
        (b"\xef\xbb\xbf\r\n" + ONE, Container.ISO2709),
        (b'<?xml version="1.0"?><collection>', Container.MARCXML),
        (b"\xef\xbb\xbf\n <record>", Container.MARCXML),
        (b"barcode,title\n1,2", Container.UNKNOWN),
        (b"", Container.UNKNOWN),
    ],
)
def test_a_file_is_known_by_its_first_bytes(start: bytes, container: Container) -> None:
    assert sniff(start) is container


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_refused_by_name(codec: str) -> None:
    with pytest.raises(MarcError) as caught:
        sniff("<?xml?>".encode(codec))

    assert caught.value.reason is Reason.UTF16
