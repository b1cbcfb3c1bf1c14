"""What of a line may stand in a log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.sip2.parse import Request, parse
from wenyuan.kernel.sip2.profile import PROFILES, STANDARD, TUCHUANG, Charset, Profile
from wenyuan.kernel.sip2.redact import redact, redact_line

AT = "20261122    150000"
IDENTITY_NUMBER = "330281199001011234"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("9300CNsc01|COs3cr3t|CPhall-2|AY0AZF496", "93 CN CO CP=hall-2 AY AZ"),
        ("9900302.00AY1AZFCA5", "99 AY AZ"),
        (f"11YN{AT}{AT}AOCN-330281|AA10001|AB0001|AC|AD1234|", "11 AO=CN-330281 AA AB=0001 AC AD"),
        (f"09N{AT}{AT}AP1F|AO|AB0001|", "09 AP AO= AB=0001"),
        ("29AOjx|AA1|AB2|AY3AZEDB7|", "29 AO=jx AA AB=2 AY AZ"),
        (f"63019{AT}  Y       AO|AA{IDENTITY_NUMBER}|AD888888|", "63 AO= AA AD"),
        (f"17{AT}|AB0001|", "17 AB=0001"),
        (f"81YN{AT}{AT}AA1|XO{IDENTITY_NUMBER}|KDold|AE张三|ANnew|", "81 AA XO KD AE AN"),
        (f"12 1NUY{AT}AOjx|AA1|AB2|AJ书名|AH2026-12-22|", "12 AO=jx AA AB=2 AJ AH"),
        (f"64{' ' * 14}019{AT}{'0000' * 6}AOjx|AA1|AE张三|", "64 AO=jx AA AE"),
        ("98YYYYNY100003" + AT + "2.00AOjx|BXYYYNYNYYNYYNNNYN|", "98 AO=jx BX"),
        ("941", "94"),
        ("96AZFEF6", "96 AZ"),
        ("", "??"),
        ("GET /?pin=1234 HTTP/1.1", "??"),
    ],
)
def test_a_line_is_logged_by_its_code_its_field_names_and_three_values(line: str, shown: str) -> None:
    assert redact(line) == shown


@pytest.mark.parametrize("tag", ["AO", "CP", "AB"])
@pytest.mark.parametrize(
    "value",
    [
        IDENTITY_NUMBER,
        "33028119900101123X",
        "33028119900101123x",
        f"x{IDENTITY_NUMBER}y",
        "330281900101123",
        "张三",
        "a b",
        "line\nbreak",
        "12345ADsecret",
        "12345AA10001",
        "x" * 33,
    ],
)
def test_a_value_that_is_no_plain_code_is_hidden_even_where_codes_are_shown(tag: str, value: str) -> None:
    assert redact(f"17{AT}{tag}{value}|AC|") == f"17 {tag} AC"


def test_a_password_that_holds_a_delimiter_does_not_show_its_second_half() -> None:
    assert redact("9300CNsc01|COse|zebra|CPhall|") == "93 CN CO ?? CP=hall"


def test_a_line_in_the_wrong_charset_shows_no_password_though_it_swallows_the_delimiter() -> None:
    line = f"23019{AT}AO馆|ADsecret77|AA{IDENTITY_NUMBER}|".encode()

    shown = redact_line(line, profile=Profile(charset=Charset.GBK))

    assert "secret77" not in shown
    assert IDENTITY_NUMBER not in shown
    assert shown.startswith("23 AO")


def test_a_request_shows_no_more_of_itself_than_a_log_may() -> None:
    request = parse(
        f"11YN{AT}{AT}AOCN-330281|AA{IDENTITY_NUMBER}|AB0001|ADs3cr3t|ADs3cr3t2|XO{IDENTITY_NUMBER}|".encode(), STANDARD
    )

    assert isinstance(request, Request)
    assert repr(request) == "<Request 11 AO=CN-330281 AA AB=0001 AD absent>"
    assert f"{request}" == repr(request)


@given(
    start=st.sampled_from(["9300", f"11YN{AT}{AT}", f"63019{AT}          ", "29", f"81YN{AT}{AT}", "|", ""]),
    before=st.lists(st.sampled_from(["AOjx", "AB0001", "CPhall", "AE张三", "", "XK01", "AY1AZFFFF"]), max_size=4),
    tag=st.sampled_from(["AD", "CO", "AA", "XO", "KD", "AN", "CN"]),
    secret=st.sampled_from(["s3cr3t-77", IDENTITY_NUMBER, "密码s3cr3t-77"]),
    after=st.lists(st.sampled_from(["AOjx", "AB0001", "AC", "AY1AZFFFF"]), max_size=3),
    profile=st.sampled_from(list(PROFILES.values())),
)
def test_no_secret_is_ever_shown(
    start: str, before: list[str], tag: str, secret: str, after: list[str], profile: Profile
) -> None:
    text = start + "|".join([*before, tag + secret, *after])

    for shown in (redact(text), redact_line(text.encode("utf-8"), profile=profile)):
        assert "s3cr3t" not in shown
        assert "330281" not in shown


def test_an_unserved_message_shows_only_its_code() -> None:
    unknown = parse(f"81YN{AT}{AT}AA1|XO{IDENTITY_NUMBER}|AD123456|".encode("gbk"), TUCHUANG)

    assert repr(unknown) == "Unknown(code='81', sequence=None, checksum=<ChecksumStatus.ABSENT: 'absent'>)"
