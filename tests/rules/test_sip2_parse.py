"""Machines' requests, well-formed and as real machines send them."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.sip2.checksum import ChecksumStatus
from wenyuan.kernel.sip2.codes import SummaryList
from wenyuan.kernel.sip2.dates import SipTime, format_time, parse_time
from wenyuan.kernel.sip2.errors import Reason, Sip2Error
from wenyuan.kernel.sip2.parse import Request, Unknown, parse
from wenyuan.kernel.sip2.profile import DP2, JINPAN, PROFILES, STANDARD, TUCHUANG, WENHUA, Charset, Profile
from wenyuan.kernel.sip2.requests import (
    CheckinRequest,
    CheckoutRequest,
    EndSessionRequest,
    FeePaidRequest,
    ItemInformationRequest,
    LoginRequest,
    PatronInformationRequest,
    PatronStatusRequest,
    RenewRequest,
    ResendRequest,
    ScStatusRequest,
)

LENIENT = Profile(lenient=True)
AT = "20261122    150000"
NOON = SipTime(datetime(2026, 11, 22, 15, 0, 0), False)
NEXT_MONTH = SipTime(datetime(2026, 12, 22, 23, 59, 59), False)


def read(text: str, profile: Profile = STANDARD) -> Request:
    request = parse(text.encode(profile.charset), profile)
    assert isinstance(request, Request)
    return request


def reason_for(line: bytes, profile: Profile = STANDARD) -> Reason:
    with pytest.raises(Sip2Error) as caught:
        parse(line, profile)
    return caught.value.reason


@pytest.mark.parametrize(
    ("text", "fixed", "fields"),
    [
        ("9300CNsc01|COsecret|CPkiosk1|", LoginRequest("0", "0"), {"CN": "sc01", "CO": "secret", "CP": "kiosk1"}),
        ("9900302.00", ScStatusRequest("0", "030", "2.00"), {}),
        (
            f"23001{AT}AOCN-330281|AA10001|AC|AD1234|",
            PatronStatusRequest("001", NOON),
            {"AO": "CN-330281", "AA": "10001", "AC": "", "AD": "1234"},
        ),
        (
            f"63019{AT}  Y       AO|AAP001|BP1|BQ5|",
            PatronInformationRequest("019", NOON, "  Y       "),
            {"AO": "", "AA": "P001", "BP": "1", "BQ": "5"},
        ),
        (f"17{AT}AO|AB0001|", ItemInformationRequest(NOON), {"AO": "", "AB": "0001"}),
        (
            f"11YN{AT}20261222    235959AO|AA1|AB2|AC|BON|BIN|",
            CheckoutRequest(True, False, NOON, NEXT_MONTH),
            {"AO": "", "AA": "1", "AB": "2", "AC": "", "BO": "N", "BI": "N"},
        ),
        (
            f"09Y{AT}20261222    235959APhall|AO|AB2|AC|",
            CheckinRequest(True, NOON, NEXT_MONTH),
            {"AP": "hall", "AO": "", "AB": "2", "AC": ""},
        ),
        (
            f"29NY{AT}20261222    235959AO|AA1|AB2|",
            RenewRequest(False, True, NOON, NEXT_MONTH),
            {"AO": "", "AA": "1", "AB": "2"},
        ),
        (f"35{AT}AO|AA1|", EndSessionRequest(NOON), {"AO": "", "AA": "1"}),
        (
            f"37{AT}0400CNYBV12.50|AO|AA1|BKpay-1|",
            FeePaidRequest(NOON, "04", "00", "CNY"),
            {"BV": "12.50", "AO": "", "AA": "1", "BK": "pay-1"},
        ),
        ("97", ResendRequest(), {}),
        ("96", ResendRequest(), {}),
    ],
)
def test_a_request_to_the_letter_is_read_by_every_profile(text: str, fixed: object, fields: dict[str, str]) -> None:
    for profile in PROFILES.values():
        request = read(text, profile)

        assert request.code == text[:2]
        assert request.fixed == fixed
        assert request.fields == fields
        assert request.unknown == ()
        assert request.repeated == ()


def test_a_resend_request_may_carry_a_checksum_alone() -> None:
    request = read("97AZFEF5")

    assert request.checksum is ChecksumStatus.OK
    assert request.sequence is None


def test_a_message_we_do_not_serve_is_unknown_and_keeps_its_sequence() -> None:
    unknown = parse(b"8120261122    150000AA1|XO330281199001011234|AY6AZ0000", TUCHUANG)

    assert unknown == Unknown("81", "6", ChecksumStatus.UNCHECKED)


@pytest.mark.parametrize(
    ("text", "profile", "fixed", "fields"),
    [
        # the last delimiter missing, with and without a tail
        (f"17{AT}AO|AB0001", LENIENT, ItemInformationRequest(NOON), {"AO": "", "AB": "0001"}),
        (f"17{AT}AO|AB0001AY1AZED0B", DP2, ItemInformationRequest(NOON), {"AO": "", "AB": "0001"}),
        # a barcode that looks like a checksum is no checksum
        (f"17{AT}ABAZ1234", LENIENT, ItemInformationRequest(NOON), {"AB": "AZ1234"}),
        # a delimiter right after the fixed part (Wj), also after a fixed part left out
        (f"17{AT}|AB0001|", LENIENT, ItemInformationRequest(NOON), {"AB": "0001"}),
        (f"29NN{AT}{AT}|AA1|AB2|", LENIENT, RenewRequest(False, False, NOON, NOON), {"AA": "1", "AB": "2"}),
        ("29|AA1|AB2|", LENIENT, RenewRequest(), {"AA": "1", "AB": "2"}),
        # 29 without fixed part (图创, 文华)
        ("29AOjx|AA1|AB2|AY3AZEDB7|", TUCHUANG, RenewRequest(), {"AO": "jx", "AA": "1", "AB": "2"}),
        ("29AOjx|AA1|AB2|", WENHUA, RenewRequest(), {"AO": "jx", "AA": "1", "AB": "2"}),
        # fourteen digits for a time
        ("1720261122150000AB0001|", LENIENT, ItemInformationRequest(NOON), {"AB": "0001"}),
        (
            "11YN2026112215000020261222235959AA1|AB2|",
            LENIENT,
            CheckoutRequest(True, False, NOON, NEXT_MONTH),
            {"AA": "1", "AB": "2"},
        ),
        (f"09N20261122150000{AT}AB2|", LENIENT, CheckinRequest(False, NOON, NOON), {"AB": "2"}),
        # no time at all, or a blank one cut short
        ("35AA1|", LENIENT, EndSessionRequest(None), {"AA": "1"}),
        ("35" + " " * 14 + "AA1|", LENIENT, EndSessionRequest(None), {"AA": "1"}),
        # blank login algorithms (文华, Wj)
        ("93  CNsc|COpw|", WENHUA, LoginRequest(" ", " "), {"CN": "sc", "CO": "pw"}),
        # the summaries of 图创 and Interlib
        (
            f"63001{AT}Y         AO|AA1|",
            TUCHUANG,
            PatronInformationRequest("001", NOON, "Y         "),
            {"AO": "", "AA": "1"},
        ),
        (f"63001{AT}YAA1|", LENIENT, PatronInformationRequest("001", NOON, "Y"), {"AA": "1"}),
        (
            f"63001{AT}1234567890AA1|",
            TUCHUANG,
            PatronInformationRequest("001", NOON, "1234567890"),
            {"AA": "1"},
        ),
        # the 99 of 图创
        ("9900522.00AY1AZFCA1|", TUCHUANG, ScStatusRequest("0", "052", "2.00"), {}),
    ],
)
def test_what_real_machines_send_is_read_by_a_lenient_profile(
    text: str, profile: Profile, fixed: object, fields: dict[str, str]
) -> None:
    request = read(text, profile)

    assert request.fixed == fixed
    assert request.fields == fields


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.TOO_SHORT),
        ("1", Reason.TOO_SHORT),
        ("17", Reason.TOO_SHORT),
        (f"17{AT[:-1]}", Reason.TOO_SHORT),
        ("9900302.", Reason.TOO_SHORT),
        ("|7", Reason.BAD_CODE),
        ("读者", Reason.BAD_CODE),
        (f"17{AT}AO|AB0001", Reason.BAD_FIELD),
        (f"17{AT}|AB0001|", Reason.BAD_FIELD),
        (f"17{AT}AO||AB0001|", Reason.BAD_FIELD),
        (f"17{AT}书名|", Reason.BAD_FIELD),
        ("1720261322    150000AB1|", Reason.BAD_DATE),
        ("1720260229    150000AB1|", Reason.BAD_DATE),
        ("1720261122    250000AB1|", Reason.BAD_DATE),
        ("1720261122150000AB0001|", Reason.BAD_DATE),
        ("17２０２６1122    150000AB1|", Reason.BAD_DATE),
        ("17-0261122    150000AB1|", Reason.BAD_DATE),
        (f"11XN{AT}{AT}AB1|", Reason.BAD_FIXED_PART),
        (f"11 N{AT}{AT}AB1|", Reason.BAD_FIXED_PART),
        ("93  CNsc|COpw|", Reason.BAD_FIXED_PART),
        (f"37{AT}0x00CNYBV1|", Reason.BAD_FIXED_PART),
        (f"63中文字{AT}          AA1|", Reason.BAD_FIXED_PART),
        ("29AOjx|AA1|AB2|", Reason.BAD_FIXED_PART),
    ],
)
def test_what_breaks_the_standard_is_refused_by_the_strict_profile(text: str, reason: Reason) -> None:
    assert reason_for(text.encode()) is reason


def test_a_bad_date_is_refused_by_a_lenient_profile_too() -> None:
    assert reason_for(b"1720261340    150000AB1|", LENIENT) is Reason.BAD_DATE
    assert reason_for(b"1720261340150000AB1|", LENIENT) is Reason.BAD_DATE


def test_bytes_that_are_not_in_the_charset_are_undecodable_and_the_error_holds_none_of_them() -> None:
    line = f"63019{AT}          AO图书馆|AA1|ADsecret|".encode("gbk")

    with pytest.raises(Sip2Error) as caught:
        parse(line, STANDARD)

    assert caught.value.reason is Reason.UNDECODABLE
    assert str(caught.value) == "undecodable"
    assert caught.value.__context__ is None


def test_of_a_field_that_comes_twice_the_first_counts_and_the_rest_are_kept_apart() -> None:
    request = read(f"17{AT}AB0001|AB0002|AO|AB0003|")

    assert request.value("AB") == "0001"
    assert request.repeated == (("AB", "0002"), ("AB", "0003"))


def test_fields_the_message_does_not_have_are_listed_by_name_and_dropped() -> None:
    request = read(f"17{AT}AB0001|ZZsomething|XO330281199001011234|书名|", LENIENT)

    assert request.fields == {"AB": "0001"}
    assert request.unknown == ("ZZ", "XO", "??")


def test_blanks_around_values_go_but_stay_in_passwords() -> None:
    request = read(f"23019{AT}AO |AA 10001 |AC|AD 12 34 |")

    assert request.value("AA") == "10001"
    assert request.value("AO") == ""
    assert request.value("AD") == " 12 34 "


def test_a_sequence_without_checksum_is_understood() -> None:
    request = read(f"17{AT}AB1|AY4", LENIENT)

    assert request.sequence == "4"
    assert request.checksum is ChecksumStatus.ABSENT
    assert request.unknown == ()


def test_a_field_is_not_split_at_a_gbk_character_that_ends_in_the_delimiter_byte() -> None:
    assert "億剕弢憒搢".encode("gbk").count(b"|") == 5

    for charset in Charset:
        request = read(f"11YN{AT}{AT}AO億剕弢憒搢|AA1|AB2|", Profile(charset=charset))

        assert request.fields == {"AO": "億剕弢憒搢", "AA": "1", "AB": "2"}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20261122    150000", SipTime(datetime(2026, 11, 22, 15, 0, 0), False)),
        ("20261122   Z150000", SipTime(datetime(2026, 11, 22, 15, 0, 0), True)),
        ("20261122Z   150000", SipTime(datetime(2026, 11, 22, 15, 0, 0), True)),
        ("20261122 CST150000", SipTime(datetime(2026, 11, 22, 15, 0, 0), False)),
        ("20240229    235959", SipTime(datetime(2024, 2, 29, 23, 59, 59), False)),
        ("                  ", None),
    ],
)
def test_a_time_is_local_unless_its_zone_is_z(text: str, time: SipTime | None) -> None:
    assert parse_time(text) == time


@given(at=st.datetimes(min_value=datetime(1000, 1, 1)))
def test_a_written_time_reads_back_to_the_second(at: datetime) -> None:
    assert parse_time(format_time(at)) == SipTime(at.replace(microsecond=0), False)


def test_the_summary_names_the_list_asked_for() -> None:
    wanted = [PatronInformationRequest("019", None, " " * n + "Y").wanted for n in range(8)]

    assert wanted == [
        SummaryList.HOLDS,
        SummaryList.OVERDUE,
        SummaryList.CHARGED,
        SummaryList.FINES,
        SummaryList.RECALLS,
        SummaryList.UNAVAILABLE_HOLDS,
        None,
        None,
    ]
    assert PatronInformationRequest("019", None, "").wanted is None
    assert PatronInformationRequest("019", None, "1234567890").wanted is None


def test_only_clear_text_logins_are_clear_text() -> None:
    assert LoginRequest("0", "0").is_clear_text
    assert LoginRequest(" ", " ").is_clear_text
    assert not LoginRequest("0", "1").is_clear_text
    assert not LoginRequest("1", "0").is_clear_text


_STARTS = st.sampled_from([b"", b"93", b"99", b"23", b"63", b"17", b"11", b"09YN", b"29", b"35", b"37", b"97", b"81"])
_PIECES = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            [AT.encode(), b"20261122150000", b" " * 18, b"Y", b"N", b"|", b"AB1", b"AY1AZ", b"AZFFFF", b"AY", b"\x83|"]
        ),
    ),
    max_size=12,
)


@given(start=_STARTS, pieces=_PIECES, profile=st.sampled_from(list(PROFILES.values())))
def test_no_bytes_make_parsing_fail_but_with_its_own_error(start: bytes, pieces: list[bytes], profile: Profile) -> None:
    line = start + b"".join(pieces)

    for charset in Charset:
        with suppress(Sip2Error):
            request = parse(line, replace(profile, charset=charset))

            assert request.code == line[:2].decode("ascii")
            assert request.sequence is None or request.sequence in "0123456789"


def test_the_profiles_speak_the_charsets_their_machines_were_seen_with() -> None:
    assert {name: profile.charset.value for name, profile in PROFILES.items()} == {
        "standard": "utf-8",
        "tuchuang": "gbk",
        "wenhua": "utf-8",
        "jinpan": "gbk",
        "dp2": "gbk",
        "koha_like": "utf-8",
    }
    assert [name for name, profile in PROFILES.items() if not profile.lenient] == ["standard"]
    assert JINPAN.holds_list_means_loans
    assert WENHUA.terminator.value == "\r\n"
