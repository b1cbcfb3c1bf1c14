"""Machine and server together: what one side writes, the other reads."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.sip2 import client
from wenyuan.kernel.sip2.answers import CheckoutAnswer, PatronInformationAnswer, PatronStatusFlags
from wenyuan.kernel.sip2.build import build
from wenyuan.kernel.sip2.checksum import ChecksumStatus
from wenyuan.kernel.sip2.codes import SummaryList
from wenyuan.kernel.sip2.dates import SipTime
from wenyuan.kernel.sip2.errors import Reason, Sip2Error
from wenyuan.kernel.sip2.framing import LineSplitter
from wenyuan.kernel.sip2.parse import Request, parse
from wenyuan.kernel.sip2.profile import Charset, ChecksumPolicy, Profile, Terminator
from wenyuan.kernel.sip2.requests import (
    REQUESTS,
    CheckinRequest,
    CheckoutRequest,
    PatronInformationRequest,
    RenewRequest,
)

AT = datetime(2026, 11, 22, 15, 0, 0)
LATER = datetime(2026, 12, 22, 23, 59, 59)
SENT = SipTime(AT, False)
UTF8 = Profile(checksum=ChecksumPolicy.ENFORCE)
GBK = Profile(charset=Charset.GBK, terminator=Terminator.CRLF, checksum=ChecksumPolicy.ENFORCE)

TRANSCRIPT = [
    (client.login(profile=UTF8, user="sc01", password="secret", location="kiosk1", sequence="0"),
     "9300CNsc01|COsecret|CPkiosk1|AY0AZF496"),
    (client.login(profile=UTF8, user="user_id", password="passw0rd", sequence="1"),
     "9300CNuser_id|COpassw0rd|AY1AZF594"),
    (client.sc_status(profile=UTF8, print_width=30), "9900302.00"),
    (client.patron_status(profile=UTF8, at=AT, patron="1", pin="9", institution="馆"),
     "2301920261122    150000AO馆|AA1|AC|AD9|"),
    (client.patron_information(profile=UTF8, at=AT, patron="1", wanted=SummaryList.CHARGED, first=1, last=5),
     "6301920261122    150000  Y       AO|AA1|AC|AD|BP1|BQ5|"),
    (client.patron_information(profile=UTF8, at=AT, patron="1"),
     "6301920261122    150000          AO|AA1|AC|AD|"),
    (client.item_information(profile=UTF8, at=AT, item="2"), "1720261122    150000AO|AB2|AC|"),
    (client.checkout(profile=UTF8, at=AT, patron="1", item="2"),
     "11YN20261122    150000                  AO|AA1|AB2|AC|AD|BON|BIN|"),
    (client.checkout(profile=UTF8, at=AT, patron="1", item="2", may_renew=False, no_block_due=LATER),
     "11NY20261122    15000020261222    235959AO|AA1|AB2|AC|AD|BON|BIN|"),
    (client.checkin(profile=UTF8, at=AT, item="2", location="1F", no_block=True),
     "09Y20261122    15000020261122    150000AP1F|AO|AB2|AC|BIN|"),
    (client.renew(profile=UTF8, at=AT, patron="1", item="2"),
     "29NN20261122    150000                  AO|AA1|AD|AB2|AC|BON|"),
    (client.fee_paid(profile=UTF8, at=AT, patron="1", amount_fen=1250, transaction="t1"),
     "3720261122    1500000400CNYBV12.50|AO|AA1|AC|AD|BKt1|"),
    (client.end_session(profile=UTF8, at=AT, patron="1"), "3520261122    150000AO|AA1|AC|AD|"),
    (client.resend(profile=UTF8), "97AZFEF5"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text"), TRANSCRIPT)
def test_the_client_writes_requests_to_the_letter_and_the_server_reads_them(line: bytes, text: str) -> None:
    assert line.decode() == text + "\r"
    assert isinstance(parse(line[:-1], UTF8), Request)


@pytest.mark.parametrize("profile", [UTF8, GBK])
def test_a_loan_goes_there_and_back(profile: Profile) -> None:
    asked = client.checkout(
        profile=profile, at=AT, patron="億10001", item="0001", pin=" 1 2", institution="余姚", sequence="5"
    )
    [line] = LineSplitter().feed(asked)
    assert isinstance(line, bytes)

    request = parse(line, profile)
    assert isinstance(request, Request)
    answered = build(
        CheckoutAnswer(
            at=AT,
            ok=True,
            institution=request.value("AO"),
            patron=request.value("AA"),
            item=request.value("AB"),
            title="剕刑考",
            due=LATER,
            messages=("借阅成功",),
        ),
        profile,
        request.sequence,
    )
    [reply] = LineSplitter().feed(answered)
    assert isinstance(reply, bytes)
    response = client.parse_response(reply, profile=profile)

    assert request.fixed == CheckoutRequest(True, False, SENT, None)
    assert request.checksum is ChecksumStatus.OK
    assert request.value("AD") == " 1 2"
    assert response.code == "12"
    assert response.fixed == {
        "ok": "1",
        "renewal": "N",
        "magnetic": "U",
        "desensitise": "N",
        "at": "20261122    150000",
    }
    assert response.fields == {
        "AO": ["余姚"],
        "AA": ["億10001"],
        "AB": ["0001"],
        "AJ": ["剕刑考"],
        "AH": ["2026-12-22"],
        "AF": ["借阅成功"],
    }
    assert response.first("AJ") == "剕刑考"
    assert response.first("CV") is None
    assert response.sequence == "5"
    assert response.checksum is ChecksumStatus.OK


def test_what_the_machine_did_offline_keeps_its_times() -> None:
    renewed = parse(client.renew(profile=UTF8, at=AT, patron="1", item="2", no_block_due=LATER)[:-1], UTF8)
    returned = parse(client.checkin(profile=UTF8, at=LATER, item="2", returned_at=AT, no_block=True)[:-1], UTF8)

    assert isinstance(renewed, Request)
    assert renewed.fixed == RenewRequest(False, True, SENT, SipTime(LATER, False))
    assert isinstance(returned, Request)
    assert returned.fixed == CheckinRequest(True, SipTime(LATER, False), SENT)


@pytest.mark.parametrize("wanted", [*SummaryList, None])
def test_the_list_the_client_wants_is_the_list_the_server_understands(wanted: SummaryList | None) -> None:
    line = client.patron_information(profile=UTF8, at=AT, patron="1", wanted=wanted)

    request = parse(line[:-1], UTF8)

    assert isinstance(request, Request)
    assert isinstance(request.fixed, PatronInformationRequest)
    assert request.fixed.wanted is wanted


_NAMES = st.text(st.sampled_from("億剕弢憒搢张王李欧阳·ABCxyz0189 AYZ,.《》【】（）"), min_size=1, max_size=20)


@given(
    name=_NAMES,
    entries=st.lists(_NAMES, max_size=4),
    charset=st.sampled_from(list(Charset)),
    sequence=st.sampled_from([None, *"0123456789"]),
)
def test_names_survive_the_way_to_the_machine(
    name: str, entries: list[str], charset: Charset, sequence: str | None
) -> None:
    profile = Profile(charset=charset, checksum=ChecksumPolicy.ENFORCE)
    answer = PatronInformationAnswer(
        at=AT,
        flags=PatronStatusFlags(),
        institution="jx",
        patron="1",
        name=name,
        listed=SummaryList.CHARGED,
        entries=entries,
    )

    response = client.parse_response(build(answer, profile, sequence)[:-1], profile=profile)

    assert response.fields["AE"] == [name]
    assert response.fields.get("AU", []) == entries
    assert response.sequence == sequence


@given(institution=_NAMES, pin=_NAMES, charset=st.sampled_from(list(Charset)), lenient=st.booleans())
def test_names_survive_the_way_from_the_machine(institution: str, pin: str, charset: Charset, lenient: bool) -> None:
    profile = Profile(charset=charset, checksum=ChecksumPolicy.ENFORCE, lenient=lenient)
    line = client.patron_status(profile=profile, at=AT, patron="1", pin=pin, institution=institution, sequence="7")

    request = parse(line[:-1], profile)

    assert isinstance(request, Request)
    assert request.fields == {"AO": institution.strip(), "AA": "1", "AC": "", "AD": pin}
    assert request.sequence == "7"


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b"", Reason.BAD_CODE), (b"11YN", Reason.BAD_CODE), (b"12", Reason.TOO_SHORT), (b"94\xff", Reason.UNDECODABLE)],
)
def test_what_is_no_whole_answer_is_refused_by_the_client(line: bytes, reason: Reason) -> None:
    with pytest.raises(Sip2Error) as caught:
        client.parse_response(line, profile=UTF8)

    assert caught.value.reason is reason


@pytest.mark.parametrize("request_code", sorted(REQUESTS.keys() - {"96", "97"}))
def test_the_machine_s_side_reads_the_answer_to_every_request(request_code: str) -> None:
    answer = {"99": "98", "01": "24"}.get(request_code, f"{int(request_code) + 1:02}")

    assert answer in client.ANSWERS
