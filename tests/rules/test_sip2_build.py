"""Our answers, byte for byte."""

from dataclasses import replace
from datetime import datetime

import pytest

from wenyuan.kernel.sip2.answers import (
    AcsStatusAnswer,
    Answer,
    CheckinAnswer,
    CheckoutAnswer,
    EndSessionAnswer,
    FeePaidAnswer,
    ItemInformationAnswer,
    LoginAnswer,
    PatronInformationAnswer,
    PatronStatusAnswer,
    PatronStatusFlags,
    RenewAnswer,
    ResendAnswer,
)
from wenyuan.kernel.sip2.build import build, page_of
from wenyuan.kernel.sip2.codes import AlertType, CirculationStatus, FeeType, SecurityMarker, SummaryList
from wenyuan.kernel.sip2.profile import JINPAN, STANDARD, WENHUA, Charset, DueFormat, Profile

AT = datetime(2026, 11, 22, 15, 0, 0)
DUE = datetime(2026, 12, 22, 23, 59, 59)
WHEN = "20261122    150000"
NO_FLAGS = " " * 14

CHECKOUT = CheckoutAnswer(at=AT, ok=True, institution="jx", patron="1", item="2", title="书", due=DUE)
CHECKIN = CheckinAnswer(at=AT, ok=True, institution="jx", item="2")
INFORMATION = PatronInformationAnswer(
    at=AT, flags=PatronStatusFlags(), institution="jx", patron="1", name="张三", language="019"
)


def written(answer: Answer, profile: Profile = STANDARD) -> str:
    return build(answer, profile).decode(profile.charset)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (LoginAnswer(ok=True), "941"),
        (LoginAnswer(ok=False), "940"),
        (
            AcsStatusAnswer(
                at=AT,
                institution="CN-330281",
                supported=frozenset({"23", "11", "09", "99", "97", "93", "63", "35", "37", "17", "29"}),
                library="余姚市图书馆",
                terminal="k1",
                messages=("欢迎",),
                print_lines=("谢谢",),
            ),
            f"98YYYYNY100003{WHEN}2.00AOCN-330281|AM余姚市图书馆|BXYYYNYYYYYYYNNNYN|ANk1|AF欢迎|AG谢谢|",
        ),
        (
            PatronStatusAnswer(
                at=AT,
                flags=PatronStatusFlags(charge_denied=True, card_reported_lost=True, too_many_billed=True),
                institution="jx",
                patron="10001",
                name="张三",
                language="019",
                is_valid=True,
                is_password_right=False,
                fee_fen=1205,
                messages=("请到服务台",),
            ),
            f"24Y   Y        Y019{WHEN}AOjx|AA10001|AE张三|BLY|CQN|BHCNY|BV12.05|AF请到服务台|",
        ),
        (
            replace(
                INFORMATION,
                holds=1,
                overdue=2,
                charged=3,
                fines=4,
                recalls=5,
                unavailable_holds=12345,
                hold_limit=5,
                overdue_limit=1,
                charged_limit=10,
                is_valid=True,
                is_password_right=True,
                fee_fen=-7500,
                fee_limit_fen=2000,
                listed=SummaryList.CHARGED,
                entries=("a", "b", "c"),
                address="阳明街道",
                mail="a@b.cn",
                phone="057400000000",
                messages=("还可以再借【7】册。", "二"),
            ),
            (
                f"64{NO_FLAGS}019{WHEN}000100020003000400059999AOjx|AA1|AE张三|BZ0005|CA0001|CB0010|BLY|CQY|BHCNY|"
                "BV-75.00|CC20.00|AUa|AUb|AUc|BD阳明街道|BEa@b.cn|BF057400000000|AF还可以再借【7】册。|AF二|"
            ),
        ),
        (INFORMATION, f"64{NO_FLAGS}019{WHEN}000000000000000000000000AOjx|AA1|AE张三|"),
        (
            ItemInformationAnswer(
                at=AT,
                status=CirculationStatus.ON_HOLD_SHELF,
                item="2",
                title="书",
                security=SecurityMarker.TATTLE_TAPE,
                fee_type=FeeType.OVERDUE,
                hold_queue=3,
                due=DUE,
                recall_at=AT,
                hold_until=DUE,
                owner="总馆",
                fee_fen=10,
                media_type="001",
                permanent_location="A",
                current_location="B",
                item_properties="p",
                sort_bin="2",
                call_number="I247.5/1",
                messages=("m",),
                print_lines=("p",),
            ),
            (
                f"18080204{WHEN}CF3|AH2026-12-22|CJ{WHEN}|CM20261222    235959|AB2|AJ书|BG总馆|BHCNY|BV0.10|CK001|"
                "AQA|APB|CHp|CL2|KCI247.5/1|AFm|AGp|"
            ),
        ),
        (CHECKOUT, f"121NUN{WHEN}AOjx|AA1|AB2|AJ书|AH2026-12-22|"),
        (
            replace(
                CHECKOUT,
                ok=False,
                is_renewal=True,
                magnetic=False,
                desensitise=True,
                due=None,
                fee_type=FeeType.RENTAL,
                security_inhibit=True,
                fee_fen=100,
                media_type="001",
                item_properties="p",
                transaction="t1",
                messages=("停借",),
            ),
            f"120YNY{WHEN}AOjx|AA1|AB2|AJ书|AH|BT06|CIY|BHCNY|BV1.00|CK001|CHp|BKt1|AF停借|",
        ),
        (
            RenewAnswer(at=AT, ok=True, institution="jx", patron="1", item="2", title="书", due=DUE, is_renewal=True),
            f"301YUN{WHEN}AOjx|AA1|AB2|AJ书|AH2026-12-22|",
        ),
        (CHECKIN, f"101NUN{WHEN}AOjx|AB2|AQ|"),
        (
            replace(
                CHECKIN,
                resensitise=True,
                magnetic=True,
                alert=AlertType.SEND_ON,
                permanent_location="总馆",
                title="书",
                sort_bin="3",
                patron="1",
                media_type="001",
                item_properties="p",
                collection="c",
                call_number="I247.5/1",
                destination="B02",
                hold_patron="9",
                hold_patron_name="李四",
                messages=("送往分馆",),
                print_lines=("slip",),
            ),
            f"101YYY{WHEN}AOjx|AB2|AQ总馆|AJ书|CL3|AA1|CK001|CHp|CRc|CSI247.5/1|CTB02|CV04|CY9|DA李四|AF送往分馆|AGslip|",
        ),
        (EndSessionAnswer(at=AT, institution="jx", patron="1"), f"36Y{WHEN}AOjx|AA1|"),
        (
            FeePaidAnswer(at=AT, ok=False, institution="jx", patron="1", transaction="t1", messages=("m",)),
            f"38N{WHEN}AOjx|AA1|BKt1|AFm|",
        ),
        (ResendAnswer(), "96AZFEF6"),
    ],
)
def test_an_answer_is_written_field_by_field_in_the_standards_order(answer: Answer, text: str) -> None:
    assert written(answer) == text + "\r"


def test_each_of_the_fourteen_flags_has_its_place() -> None:
    names = [
        "charge_denied",
        "renewal_denied",
        "recall_denied",
        "hold_denied",
        "card_reported_lost",
        "too_many_charged",
        "too_many_overdue",
        "too_many_renewals",
        "too_many_claims_returned",
        "too_many_lost",
        "excessive_fines",
        "excessive_fees",
        "recall_overdue",
        "too_many_billed",
    ]

    places = [str(PatronStatusFlags(**{name: True})).index("Y") for name in names]

    assert places == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]


def test_the_requests_sequence_is_echoed_with_a_checksum_over_the_lines_bytes() -> None:
    answer = PatronStatusAnswer(
        at=AT,
        flags=PatronStatusFlags(),
        institution="CN-330000",
        patron="10001",
        name="张三",
        language="001",
        is_valid=True,
    )

    in_utf8 = build(answer, STANDARD, "2")
    in_gbk = build(answer, Profile(charset=Charset.GBK), "2")

    assert in_utf8 == f"24{NO_FLAGS}001{WHEN}AOCN-330000|AA10001|AE张三|BLY|AY2AZED01\r".encode()
    assert in_gbk == f"24{NO_FLAGS}001{WHEN}AOCN-330000|AA10001|AE张三|BLY|AY2AZEE08\r".encode("gbk")


def test_a_resend_request_of_ours_never_carries_a_sequence() -> None:
    assert build(ResendAnswer(), WENHUA, "3") == b"96AZFEF6\r\n"


def test_delimiters_line_ends_and_controls_in_values_become_blanks() -> None:
    dirty = replace(CHECKOUT, title="a|b\rc\nd\x00e\u2028f\u200bg\x85h", item="2|AY9AZ0000", messages=("x|y\r\n",))

    assert written(dirty) == f"121NUN{WHEN}AOjx|AA1|AB2 AY9AZ0000|AJa b c d e f g h|AH2026-12-22|AFx y  |\r"


def test_what_the_charset_lacks_becomes_a_question_mark_and_what_it_has_stays() -> None:
    answer = replace(CHECKOUT, title="书📚𠮷")
    lone_half = replace(CHECKOUT, title="书\ud83d")

    assert "AJ书??|" in written(answer, Profile(charset=Charset.GBK))
    assert "AJ书📚𠮷|" in written(answer, Profile(charset=Charset.GB18030))
    assert "AJ书📚𠮷|" in written(answer)
    assert "AJ书?|" in written(lone_half)


def test_a_screen_message_is_cut_at_255_characters() -> None:
    answer = replace(CHECKIN, messages=("长" * 300, "短"), print_lines=("x" * 256,))

    assert written(answer).endswith(f"|AF{'长' * 255}|AF短|AG{'x' * 255}|\r")


@pytest.mark.parametrize(
    ("listed", "field"),
    [
        (SummaryList.HOLDS, "ASx|"),
        (SummaryList.OVERDUE, "ATx|"),
        (SummaryList.CHARGED, "AUx|"),
        (SummaryList.FINES, "AVx|"),
        (SummaryList.RECALLS, "BUx|"),
        (SummaryList.UNAVAILABLE_HOLDS, "CDx|"),
    ],
)
def test_each_list_has_its_field(listed: SummaryList, field: str) -> None:
    assert written(replace(INFORMATION, listed=listed, entries=("x",))).endswith(f"|AE张三|{field}\r")


@pytest.mark.parametrize(
    ("first", "last", "page"),
    [
        ("1", "2", ["a", "b"]),
        ("2", "3", ["b", "c"]),
        ("3", "9", ["c", "d"]),
        ("", "", ["a", "b", "c", "d"]),
        ("3", "", ["c", "d"]),
        ("", "1", ["a"]),
        ("0", "2", ["a", "b"]),
        ("5", "9", []),
        ("3", "2", []),
        ("x", "-1", ["a", "b", "c", "d"]),
        ("1" * 30, "²", ["a", "b", "c", "d"]),
    ],
)
def test_a_list_is_paged_from_bp_to_bq_both_included(first: str, last: str, page: list[str]) -> None:
    assert list(page_of(["a", "b", "c", "d"], first=first, last=last)) == page


def test_a_machine_may_want_its_due_dates_as_sip_times() -> None:
    assert "|AH20261222    235959|" in written(CHECKOUT, Profile(due_format=DueFormat.SIP))


def test_a_machine_may_have_its_own_circulation_codes() -> None:
    here = ItemInformationAnswer(at=AT, status=CirculationStatus.AVAILABLE, item="2", title="t")

    assert written(here, JINPAN).startswith("180200")
    assert written(replace(here, status=CirculationStatus.CHARGED), JINPAN).startswith("180300")
    assert written(replace(here, status=CirculationStatus.LOST), JINPAN).startswith("181200")


def test_a_sorter_that_waits_for_an_alert_type_gets_one_without_the_alert() -> None:
    assert written(CHECKIN, Profile(alert_always=True)) == f"101NUN{WHEN}AOjx|AB2|AQ|CV00|\r"
