"""Lines out of a stream of bytes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.sip2.framing import LineSplitter, Overlong


def test_every_usual_line_end_ends_a_line() -> None:
    splitter = LineSplitter()

    assert splitter.feed(b"97AZFEF5\r96AZFEF6\n9900302.00\r\n") == [b"97AZFEF5", b"96AZFEF6", b"9900302.00"]


def test_two_messages_in_one_packet_are_two_lines_and_the_half_third_waits() -> None:
    splitter = LineSplitter()

    assert splitter.feed(b"9900302.00\r97\r17202611") == [b"9900302.00", b"97"]
    assert splitter.pending_bytes == 8
    assert splitter.feed(b"22    150000AB1|\r") == [b"1720261122    150000AB1|"]
    assert splitter.pending_bytes == 0


def test_one_message_in_three_packets_is_one_line() -> None:
    splitter = LineSplitter()

    assert splitter.feed(b"99003") == []
    assert splitter.feed(b"02.0") == []
    assert splitter.feed(b"0\r") == [b"9900302.00"]


def test_a_crlf_cut_between_packets_makes_no_second_line() -> None:
    splitter = LineSplitter()

    assert splitter.feed(b"97\r") == [b"97"]
    assert splitter.feed(b"\n97\r") == [b"97"]


def test_line_feeds_nuls_and_blank_lines_before_a_message_are_dropped() -> None:
    splitter = LineSplitter()

    assert splitter.feed(b"\n\0\0\r\r\n  \r\0\n\0\x0097\r") == [b"97"]


def test_a_line_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert LineSplitter(max_bytes=8).feed(b"12345678\r") == [b"12345678"]
    assert LineSplitter(max_bytes=8).feed(b"123456789\r") == [Overlong(8)]


def test_an_overlong_line_is_told_once_at_once_and_the_next_line_is_served() -> None:
    splitter = LineSplitter(max_bytes=8)

    assert splitter.feed(b"12345") == []
    assert splitter.feed(b"6789") == [Overlong(8)]
    assert splitter.feed(b"1234567890" * 10) == []
    assert splitter.pending_bytes == 0
    assert splitter.feed(b"xx\r97\r") == [b"97"]


def test_the_usual_limit_is_64_kib() -> None:
    splitter = LineSplitter()

    assert splitter.feed(b"x" * 65536 + b"\r") == [b"x" * 65536]
    assert splitter.feed(b"x" * 65537 + b"\r") == [Overlong(65536)]


@given(
    stream=st.lists(st.sampled_from([b"\r", b"\n", b"\0", b" ", b"97", b"9900302.00", b"\x83|", b"\xff"]), max_size=40),
    cuts=st.lists(st.integers(0, 200), max_size=12),
)
def test_lines_do_not_depend_on_how_the_stream_is_cut(stream: list[bytes], cuts: list[int]) -> None:
    data = b"".join(stream)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole = LineSplitter(max_bytes=12)
    cut_up = LineSplitter(max_bytes=12)

    at_once = whole.feed(data)
    in_pieces = [line for a, b in pairwise(places) for line in cut_up.feed(data[a:b])]

    assert in_pieces == at_once
    assert cut_up.pending_bytes == whole.pending_bytes
