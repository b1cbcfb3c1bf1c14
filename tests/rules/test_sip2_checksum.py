"""Checksums of SIP2: sums over bytes, in the line's own charset."""

import pytest

from wenyuan.kernel.sip2.checksum import ChecksumStatus, checksum, is_checksum_right
from wenyuan.kernel.sip2.errors import Reason, Sip2Error
from wenyuan.kernel.sip2.parse import Request, parse
from wenyuan.kernel.sip2.profile import Charset, ChecksumPolicy, Profile

PATRON_STATUS = "24" + " " * 14 + "00120261122    150000AOCN-330000|AA10001|AE张三|BLY|AY2AZ"


@pytest.mark.parametrize(
    ("covered", "digits"),
    [
        # computed by the rule of 3M SIP2 2.00, appendix "Error detection"
        (b"9900302.00AY1AZ", "FCA5"),
        (b"9900401.00AY1AZ", "FCA5"),
        (b"9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZ", "EC7B"),
        (b"9300CNsc01|COsecret|CPkiosk1|AY0AZ", "F496"),
        (PATRON_STATUS.encode("utf-8"), "ED01"),
        (PATRON_STATUS.encode("gbk"), "EE08"),
        # the 99 that 图创's client really sends (bestcxk/libapp)
        (b"9900522.00AY1AZ", "FCA1"),
        # folio-org/edge-sip2 ParserTests.java
        (b"9300CNuser_id|COpassw0rd|AY1AZ", "F594"),
        # SIPServer Sip/Constants.pm
        (b"97AZ", "FEF5"),
        (b"96AZ", "FEF6"),
    ],
)
def test_the_checksum_of_a_known_line_is_its_four_digits(covered: bytes, digits: str) -> None:
    assert checksum(covered) == digits
    assert is_checksum_right(covered=covered, digits=digits.lower())


def test_the_bad_case_of_a_known_line_is_told() -> None:
    assert not is_checksum_right(covered=b"9300CNuser_id|COpassw0rd|AY1AZ", digits="F595")


@pytest.mark.parametrize(
    ("tail", "policy", "status"),
    [
        (b"AY1AZF594", ChecksumPolicy.WARN, ChecksumStatus.OK),
        (b"AY1AZf594", ChecksumPolicy.ENFORCE, ChecksumStatus.OK),
        (b"AY1AZF594|", ChecksumPolicy.ENFORCE, ChecksumStatus.TRAILING),
        (b"AY1AZF595", ChecksumPolicy.WARN, ChecksumStatus.BAD),
        (b"AY1AZF595|", ChecksumPolicy.WARN, ChecksumStatus.BAD),
        (b"AY1AZF595", ChecksumPolicy.OFF, ChecksumStatus.UNCHECKED),
        (b"", ChecksumPolicy.ENFORCE, ChecksumStatus.ABSENT),
    ],
)
def test_a_request_tells_how_its_checksum_stood(tail: bytes, policy: ChecksumPolicy, status: ChecksumStatus) -> None:
    request = parse(b"9300CNuser_id|COpassw0rd|" + tail, Profile(checksum=policy))

    assert isinstance(request, Request)
    assert request.checksum is status
    assert request.sequence == ("1" if tail else None)
    assert request.value("CO") == "passw0rd"


@pytest.mark.parametrize("tail", [b"AY1AZF595", b"AY1AZF5", b"AY1AZ"])
def test_a_wrong_checksum_is_refused_where_it_is_enforced(tail: bytes) -> None:
    profile = Profile(checksum=ChecksumPolicy.ENFORCE, lenient=True)

    with pytest.raises(Sip2Error) as caught:
        parse(b"9300CNuser_id|COpassw0rd|" + tail, profile)

    assert caught.value.reason is Reason.BAD_CHECKSUM


def test_a_checksum_is_verified_over_gbk_bytes_whose_trail_is_the_delimiter() -> None:
    line = "23019" + "20261122    150000" + "AO億|AA剕001|AC|AD|AY7AZ"
    encoded = line.encode("gbk") + b"F3C4"

    request = parse(encoded, Profile(charset=Charset.GBK, checksum=ChecksumPolicy.ENFORCE))

    assert isinstance(request, Request)
    assert request.checksum is ChecksumStatus.OK
    assert request.fields == {"AO": "億", "AA": "剕001", "AC": "", "AD": ""}
