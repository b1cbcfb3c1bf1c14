"""Tokens: one card, one text, whatever the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.identity import (
    BadToken,
    ByteOrder,
    Token,
    TokenKind,
    TokenReason,
    UidBase,
    canonical_token,
    canonical_uid,
    classify_scan,
)

MSB, LSB = ByteOrder.MSB_FIRST, ByteOrder.LSB_FIRST
HEX, DECIMAL, WIEGAND = UidBase.HEX, UidBase.DECIMAL, UidBase.WIEGAND


@pytest.mark.parametrize(
    ("text", "base", "byte_order", "canonical"),
    [
        ("04a1b2c3", HEX, MSB, "04A1B2C3"),
        ("04:A1:B2:C3", HEX, MSB, "04A1B2C3"),
        ("04 A1-B2 C3", HEX, MSB, "04A1B2C3"),
        ("0x04A1B2C3", HEX, MSB, "04A1B2C3"),
        ("０４Ａ１Ｂ２Ｃ３", HEX, MSB, "04A1B2C3"),
        ("C3B2A104", HEX, LSB, "04A1B2C3"),
        ("0077705923", DECIMAL, MSB, "04A1B2C3"),
        ("77705923", DECIMAL, MSB, "04A1B2C3"),
        ("3283263748", DECIMAL, LSB, "04A1B2C3"),
        ("161,45763", WIEGAND, MSB, "00A1B2C3"),
        ("01185,45763", WIEGAND, MSB, "04A1B2C3"),
        ("50098,41220", WIEGAND, LSB, "04A1B2C3"),
        ("04A1B2C3D4E5F6", HEX, MSB, "04A1B2C3D4E5F6"),
        ("01303689068602870", DECIMAL, MSB, "04A1B2C3D4E5F6"),
        ("E004015012345678", HEX, MSB, "E004015012345678"),
        ("78563412500104E0", HEX, LSB, "E004015012345678"),
        ("16142028407817131640", DECIMAL, MSB, "E004015012345678"),
        ("0102030405060708090A", HEX, MSB, "0102030405060708090A"),
    ],
)
def test_one_chip_gives_one_number_on_every_reader(
    text: str, base: UidBase, byte_order: ByteOrder, canonical: str
) -> None:
    assert canonical_uid(text, base=base, byte_order=byte_order) == canonical


@pytest.mark.parametrize(
    ("text", "base", "reason"),
    [
        ("", HEX, TokenReason.EMPTY),
        ("04A1B2", HEX, TokenReason.BAD_LENGTH),
        ("04A1B2C", HEX, TokenReason.BAD_LENGTH),
        ("04A1B2C3D4", HEX, TokenReason.BAD_LENGTH),
        ("04A1B2G3", HEX, TokenReason.BAD_CHARACTERS),
        ("04A1B2C3", DECIMAL, TokenReason.BAD_CHARACTERS),
        ("12345678901234567890123456", DECIMAL, TokenReason.BAD_LENGTH),
        ("300,00001", WIEGAND, TokenReason.BAD_LENGTH),
        ("123,99999", WIEGAND, TokenReason.BAD_LENGTH),
        ("12345678", WIEGAND, TokenReason.BAD_CHARACTERS),
    ],
)
def test_what_no_chip_sends_is_refused(text: str, base: UidBase, reason: TokenReason) -> None:
    with pytest.raises(BadToken) as refused:
        canonical_uid(text, base=base, byte_order=MSB)

    assert refused.value.reason is reason


def test_a_size_named_by_the_caller_brings_lost_zeros_back() -> None:
    assert canonical_uid("4A1B2C3", base=HEX, byte_order=MSB, size=4) == "04A1B2C3"
    assert canonical_uid("2", base=DECIMAL, byte_order=LSB, size=7) == "02000000000000"


@given(st.sampled_from([4, 7, 8, 10]).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
def test_hex_and_decimal_readers_agree_in_either_byte_order(uid: bytes) -> None:
    expected = uid.hex().upper()
    reversed_value = int.from_bytes(uid, "little")

    assert canonical_uid(uid[::-1].hex(":"), base=HEX, byte_order=LSB) == expected
    assert canonical_uid(str(reversed_value), base=DECIMAL, byte_order=LSB, size=len(uid)) == expected


@pytest.mark.parametrize(
    ("kind", "text", "canonical"),
    [
        (TokenKind.CARD, " wy 000123 ", "WY000123"),
        (TokenKind.CARD, "ｇｔ-0001", "GT-0001"),
        (TokenKind.IDENTITY, "11010519491231002x", "11010519491231002X"),
        (TokenKind.IDENTITY, "e12345678", "E12345678"),
        (TokenKind.SOCIAL_SECURITY, "11010519491231002x", "11010519491231002X"),
        (TokenKind.SOCIAL_SECURITY, "a12345678", "A12345678"),
        (TokenKind.SOCIAL_SECURITY, "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF"),
        (TokenKind.UID, "04:a1:b2:c3", "04A1B2C3"),
        (TokenKind.QR, "WY1:aBc-_9", "WY1:aBc-_9"),
    ],
)
def test_each_kind_has_its_canonical_text(kind: TokenKind, text: str, canonical: str) -> None:
    assert canonical_token(kind, text) == canonical


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (TokenKind.CARD, "  ", TokenReason.EMPTY),
        (TokenKind.CARD, "卡123", TokenReason.BAD_CHARACTERS),
        (TokenKind.CARD, "A" * 33, TokenReason.BAD_CHARACTERS),
        (TokenKind.IDENTITY, "110105194912310020", TokenReason.BAD_CHECK),
        (TokenKind.SOCIAL_SECURITY, "110105194912310020", TokenReason.BAD_CHECK),
        (TokenKind.SOCIAL_SECURITY, "12", TokenReason.BAD_CHARACTERS),
        (TokenKind.QR, "https://example.org", TokenReason.BAD_CHARACTERS),
    ],
)
def test_a_text_that_is_no_token_of_its_kind_is_refused(kind: TokenKind, text: str, reason: TokenReason) -> None:
    with pytest.raises(BadToken) as refused:
        canonical_token(kind, text)

    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("WY1:abc", [("qr", "WY1:abc")]),
        (
            "11010519491231002x\r\n",
            [
                ("identity", "11010519491231002X"),
                ("social_security", "11010519491231002X"),
                ("card", "11010519491231002X"),
            ],
        ),
        ("wy000123", [("card", "WY000123")]),
        ("04A1B2C3", [("card", "04A1B2C3"), ("uid", "04A1B2C3"), ("uid", "C3B2A104")]),
        ("04:A1:B2:C3", [("uid", "04A1B2C3"), ("uid", "C3B2A104")]),
        ("3283263748", [("card", "3283263748"), ("uid", "C3B2A104"), ("uid", "04A1B2C3")]),
        ("01185,45763", [("uid", "04A1B2C3"), ("uid", "C3B2A104")]),
        ("A12345678", [("card", "A12345678"), ("social_security", "A12345678")]),
        (
            "110105491231002",
            [
                ("card", "110105491231002"),
                ("identity", "11010519491231002X"),
                ("uid", "006423EEB1511A"),
                ("uid", "1A51B1EE236400"),
            ],
        ),
        ("CAN110078010112", [("card", "CAN110078010112"), ("identity", "CAN110078010112")]),
        ("", []),
        ("陈小雨", []),
    ],
)
def test_a_scan_is_offered_as_what_it_may_be(text: str, tokens: list[tuple[str, str]]) -> None:
    assert [(token.kind.value, token.canonical) for token in classify_scan(text)] == tokens


@given(st.binary(min_size=4, max_size=4) | st.binary(min_size=7, max_size=7))
def test_a_chip_is_known_on_every_reader_by_what_any_reader_gave(uid: bytes) -> None:
    hexes = (uid.hex(), uid[::-1].hex())
    digits = 10 if len(uid) == 4 else 17
    decimals = (f"{int.from_bytes(uid, 'big'):0{digits}d}", f"{int.from_bytes(uid, 'little'):0{digits}d}")

    for scanned in hexes + decimals:
        offered = classify_scan(scanned)
        assert Token(TokenKind.UID, uid.hex().upper()) in offered
        assert Token(TokenKind.UID, uid[::-1].hex().upper()) in offered


def test_printing_a_token_shows_its_end_only() -> None:
    token = Token(TokenKind.CARD, "WY000123")

    assert f"{token} {[token]}" == "<Token card ····0123> [<Token card ····0123>]"


@given(st.text(max_size=40))
def test_any_scan_gives_tokens_that_are_already_canonical(text: str) -> None:
    for kind, canonical in classify_scan(text):
        assert canonical_token(kind, canonical) == canonical
