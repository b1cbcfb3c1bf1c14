"""Slips, lists and posters: what stands on them, on which paper, in which language; and a scanner reads the bars."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import zxingcpp
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from wenyuan.doors.furniture.printing import (
    ClosurePoster,
    HoldSlip,
    LossSlip,
    Payment,
    PaymentSlip,
    ReaderSlip,
    ShelvingItem,
    ShelvingList,
    ShelvingSection,
    SlipItem,
    TransitSlip,
    card_end,
    closed_lines,
    closure_poster,
    hold_slips,
    loss_slips,
    opening_line,
    payment_slips,
    posters,
    reader_slips,
    shelving_list,
    slips,
    transit_slips,
)
from wenyuan.kernel.opening import Closure, DayException, Hours, OpeningCalendar, WeeklyHours
from wenyuan.plumbing.printing import A3, A4, ROLL_58, ROLL_80, Paper, Template, as_pictures

AT = datetime(2026, 11, 29, 2, 42, tzinfo=UTC)  # Sunday 10:42 in Shanghai
READER = ReaderSlip(
    library="鹿鸣区图书馆",
    place="总馆 一楼总服务台",
    at=AT,
    card_end="8472",
    lent=(
        SlipItem("窗边的小豆豆", "2300118807", date(2026, 12, 29)),
        SlipItem('#1 "C++" \\ [程序设计] *语言*', "2300104418", date(2027, 1, 5)),
    ),
    foot=("开放时间：周二至周日 9:00–18:00；周一闭馆",),
)
TRANSIT = TransitSlip(
    library="鹿鸣区图书馆",
    from_place="总馆 一楼总服务台",
    to="少儿分馆",
    reason="在此归还",
    title="草房子",
    call_no="I287.45/C248",
    barcode="23000733421",
    at=AT,
)


@pytest.fixture(autouse=True)
def _in_chinese() -> object:
    with translation.override("zh-hans"):
        yield


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page without blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def width_of(pdf: bytes) -> int:
    return round(float(PdfReader(io.BytesIO(pdf)).pages[0].mediabox.width) / 72 * 25.4)


def test_a_loan_receipt_says_what_is_due_when_and_names_the_card_by_its_end() -> None:
    (text,) = pages_of(reader_slips([READER]))

    assert "借书凭条" in text
    assert "总馆一楼总服务台" in text
    assert "2026-11-29周日10:42" in text
    assert "8472" in text
    assert "窗边的小豆豆" in text
    assert '#1"C++"\\[程序设计]*语言*' in text
    assert "应还12月29日周二" in text
    assert "应还2027年1月5日周二" in text
    assert "周一闭馆" in text


@pytest.mark.parametrize(
    ("held", "heading"),
    [
        ({"lent": READER.lent}, "借书凭条"),
        ({"renewed": READER.lent}, "续借凭条"),
        ({"returned": READER.lent}, "还书凭条"),
        ({"lent": READER.lent, "returned": READER.lent}, "借还凭条"),
        ({"not_lent": READER.lent}, "凭条"),
    ],
)
def test_a_slip_is_called_by_what_stands_on_it(held: dict[str, Any], heading: str) -> None:
    assert replace(READER, **{"lent": (), **held}).heading == heading


def test_each_slip_is_a_page_of_its_own_length() -> None:
    short = replace(READER, lent=READER.lent[:1], card_end="0001")
    long = replace(READER, lent=READER.lent * 10, card_end="0002")
    pages = PdfReader(io.BytesIO(reader_slips([short, long]))).pages

    assert ["0001" in page.extract_text() for page in pages] == [True, False]
    assert float(pages[1].mediabox.height) > 3 * float(pages[0].mediabox.height)


def test_a_slip_speaks_english_to_english_speaking_staff() -> None:
    with translation.override("en"):
        (text,) = pages_of(reader_slips([READER]))

    assert "Loanreceipt" in text
    assert "dueTue29Dec" in text
    assert "借书凭条" not in text


@pytest.mark.parametrize(
    ("card", "end"),
    [("023000018472", "8472"), ("12345678", "5678"), ("T10023", "023"), ("T100", "00"), ("7", ""), ("", "")],
)
def test_a_card_is_named_by_its_end_and_a_short_one_by_no_more_than_half(card: str, end: str) -> None:
    assert card_end(card) == end


def test_a_loss_slip_says_what_it_costs_and_what_may_be_done_instead() -> None:
    slip = LossSlip(
        library="鹿鸣区图书馆", place="总馆", at=AT, card_end="8472", title="城南旧事", call_no="I246.7/L523",
        barcode="2300", lost_on=date(2026, 11, 29), rules=("可赔偿同版本图书",),
        lines=(Payment("书价", 5400, "¥36.00 × 150%"), Payment("加工费", 500), Payment("已结清", -1000)),
    )  # fmt: skip

    (text,) = pages_of(loss_slips([slip]))

    assert "赔偿通知单" in text
    assert "¥49.00" in text
    assert "人民币肆拾玖元整" in text
    assert text.index("城南旧事") < text.index("54.00") < text.index("可赔偿同版本图书")
    assert len(PdfReader(io.BytesIO(loss_slips([slip], roll=ROLL_58))).pages) == 1


def test_a_hold_shelf_slip_has_the_position_and_the_last_day() -> None:
    slip = HoldSlip(
        branch="总馆", card_end="8472", place="A-12", until=date(2026, 12, 4), title="城南旧事", call_no="I246.7/L523",
        barcode="2300", at=AT,
    )  # fmt: skip

    (text,) = pages_of(hold_slips([slip]))

    assert "预约取书单" in text
    assert "8472" in text
    assert "A-12" in text
    assert "12月4日周五" in text
    assert "城南旧事" in text


def picture_of(slip: TransitSlip, paper: Paper) -> Image.Image:
    """The slip as a receipt printer's head draws it: 203 dots an inch, black or white."""
    values = {"title": "", "slips": [slips._transit(slip, paper)]}
    (png,) = as_pictures(Template(slips.TEMPLATES, "transit.typ"), values, paper=paper, dots_per_inch=203)
    return Image.open(io.BytesIO(png)).convert("L").point(lambda level: 255 * (level > 127))


@pytest.mark.parametrize("paper", [ROLL_80, ROLL_58], ids=lambda paper: paper.name)
@pytest.mark.parametrize("barcode", ["23000733421", "2300118807", "LM000123", "A-7/b.9", "01234567890123456789"])
def test_a_scanner_reads_the_bars_of_a_transit_slip(barcode: str, paper: Paper) -> None:
    found = zxingcpp.read_barcodes(picture_of(replace(TRANSIT, barcode=barcode), paper))

    assert [(one.text, one.format) for one in found] == [(barcode, zxingcpp.BarcodeFormat.Code128)]


def test_bars_stand_in_the_middle_of_the_slip_with_room_on_either_side() -> None:
    picture = picture_of(TRANSIT, ROLL_80)
    across = [picture.getpixel((x, y)) == 0 for y in (picture.height * 3 // 4,) for x in range(picture.width)]
    first, last = across.index(True), len(across) - across[::-1].index(True)

    assert abs(first - (len(across) - last)) <= 8  # one module
    assert sum(across) > 100


def test_a_barcode_that_has_no_bars_is_printed_as_text() -> None:
    (text,) = pages_of(transit_slips([replace(TRANSIT, barcode="书" * 3)]))

    assert "书书书" in text
    assert zxingcpp.read_barcodes(picture_of(replace(TRANSIT, barcode="书" * 3), ROLL_80)) == []


def test_a_transit_slip_says_where_from_where_to_and_why() -> None:
    (text,) = pages_of(transit_slips([TRANSIT]))

    assert "在途单" in text
    assert "少儿分馆" in text
    assert "总馆一楼总服务台" in text
    assert "在此归还" in text
    assert "I287.45/C248" in text
    assert "23000733421" in text


PAYMENT = PaymentSlip(
    library="鹿鸣区图书馆",
    place="总馆",
    at=AT,
    number="SK20261129-0007",
    card_end="8472",
    lines=(Payment("押金", 10000), Payment("逾期费", 1250, "《活着》")),
    method="现金",
)


def test_a_payment_receipt_has_the_sum_in_figures_and_in_capitals() -> None:
    (text,) = pages_of(payment_slips([PAYMENT]))

    assert "收款凭条" in text
    assert "SK20261129-0007" in text
    assert "押金100.00" in text
    assert "¥112.50" in text
    assert "人民币壹佰壹拾贰元伍角" in text


def test_money_given_back_has_a_receipt_of_its_own_name() -> None:
    (text,) = pages_of(payment_slips([replace(PAYMENT, lines=(Payment("退押金", -10000),))]))

    assert "退款凭条" in text
    assert "-100.00" in text
    assert "人民币壹佰元整" in text


LIST = ShelvingList(
    library="鹿鸣区图书馆",
    place="总馆",
    at=AT,
    sections=(
        ShelvingSection("文学借阅区", tuple(ShelvingItem(f"I247.5/{n}", f"书名{n}", f"23{n:04}") for n in range(60))),
        ShelvingSection("送 少儿分馆", (ShelvingItem("", "没有索书号", "999"),)),
        ShelvingSection("预约架", ()),
    ),
)


@pytest.mark.parametrize(("paper", "width", "sheets"), [(A4, 210, 2), (ROLL_80, 80, 1), (ROLL_58, 58, 1)])
def test_a_shelving_list_fits_its_paper(paper: Paper, width: int, sheets: int) -> None:
    pdf = shelving_list(LIST, paper=paper)
    pages = pages_of(pdf)
    text = "".join(pages)

    assert (width_of(pdf), len(pages)) == (width, sheets)
    assert "文学借阅区：60册" in text
    assert "送少儿分馆：1册" in text
    assert "预约架" not in text
    assert text.index("I247.5/0书名0") < text.index("I247.5/59书名59") < text.index("没有索书号")


POSTER = ClosurePoster(
    dates="2026年12月7日（周一）至12月11日（周五）闭馆",
    reason="因消防设施改造，总馆暂停开放。",
    signed_by="鹿鸣区图书馆",
    signed_date=date(2026, 11, 29),
    branch="鹿鸣区图书馆总馆",
    stays_open=("一楼 24 小时还书箱照常使用", "数字资源照常使用"),
    due="闭馆期间到期的图书，应还日期顺延至 12 月 14 日之后。",
)


def test_a_closure_poster_is_one_sheet_of_a3_signed_at_the_foot() -> None:
    pdf = closure_poster(POSTER)
    (text,) = pages_of(pdf)

    assert width_of(pdf) == 297
    assert (
        text.index("闭馆公告")
        < text.index("尊敬的读者")
        < text.index("12月11日（周五）闭馆")
        < text.index("24小时还书箱")
    )
    assert text.index("顺延至12月14日之后") < text.index("2026年11月29日")


def test_a_short_notice_is_set_so_large_that_it_fills_the_sheet() -> None:
    values: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posters, "as_pdf", lambda _template, given, **_how: values.update(given) or b"")
        closure_poster(POSTER)
    (png,) = as_pictures(Template(slips.TEMPLATES, "poster.typ"), values, paper=A3, dots_per_inch=20)
    picture = Image.open(io.BytesIO(png)).convert("L").point(lambda level: 255 * (level < 128))
    box = picture.getbbox()

    assert box is not None
    assert box[3] > 0.7 * picture.height


def test_a_long_notice_is_set_smaller_and_still_fits_the_sheet() -> None:
    long = replace(POSTER, more=tuple("如有疑问，请在开放时间致电服务台，或到就近分馆咨询。" * 2 for _ in range(12)))

    assert len(pages_of(closure_poster(long))) == 1
    assert len(pages_of(closure_poster(long, paper=A4))) == 1


WEEK = WeeklyHours.by_weekday(
    {n: [Hours(time(9), time(20))] for n in range(1, 5)} | {n: [Hours(time(9), time(18))] for n in (5, 6)}
)


def test_the_week_stands_in_one_line() -> None:
    line = opening_line(OpeningCalendar(weekly=[WEEK]), today=date(2026, 11, 29))

    assert line == "周二至周五 9:00–20:00；周六至周日 9:00–18:00；周一闭馆"


def test_the_week_is_known_also_while_the_branch_is_closed() -> None:
    shut = Closure(date(2026, 11, 20), date(2026, 12, 20), "装修")

    line = opening_line(OpeningCalendar(weekly=[WEEK], closures=[shut]), today=date(2026, 11, 29))

    assert line.endswith("周一闭馆")


def test_nothing_is_said_of_hours_that_nobody_stated() -> None:
    assert opening_line(OpeningCalendar(), today=date(2026, 11, 29)) == ""


def test_closures_of_the_next_weeks_are_told_with_their_reason() -> None:
    calendar = OpeningCalendar(
        weekly=[WEEK],
        closures=[
            Closure(date(2026, 12, 5), date(2026, 12, 8), "消防改造"),
            Closure(date(2027, 1, 1), date(2027, 1, 1), "元旦"),
            Closure(date(2027, 3, 1), date(2027, 3, 5), "太远"),
        ],
    )

    lines = closed_lines(calendar, today=date(2026, 11, 29))

    assert lines == ("12月5日 周六至12月8日 周二闭馆（消防改造）", "2027年1月1日 周五闭馆（元旦）")


def test_single_closed_days_around_the_weekly_one_are_told_as_one_stretch() -> None:
    closed = [DayException(date(2026, 12, day), reason="盘点") for day in (6, 8)]  # Sunday and Tuesday

    lines = closed_lines(OpeningCalendar(weekly=[WEEK], exceptions=closed), today=date(2026, 11, 29))

    assert lines == ("12月6日 周日至12月8日 周二闭馆（盘点）",)


def test_a_closure_without_an_end_is_told_as_one() -> None:
    calendar = OpeningCalendar(weekly=[WEEK], closures=[Closure(date(2026, 12, 1), None, "")])

    assert closed_lines(calendar, today=date(2026, 11, 29)) == ("自12月1日 周二起闭馆，开馆时间另行通知",)
