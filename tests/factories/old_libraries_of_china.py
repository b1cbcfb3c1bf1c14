"""The Interlib-like and the plain Excel library, made up as the Koha-like one in ``old_library``."""

from datetime import date
from pathlib import Path

from openpyxl import Workbook

from tests.factories.old_library import resident_number, write_csv
from wenyuan.kernel.marc import ControlField, DataField, Encoding, Field, Record, encode

_READERS = ("读者证号", "姓名", "读者类型", "开户馆", "身份证号", "性别", "出生日期", "手机", "地址", "办证日期")
_MORE = ("有效期至", "状态", "监护人", "监护人关系", "押金", "押金方式", "押金收据")


def write_interlib(folder: Path) -> None:
    """Three records with five items in 905, six readers, and what they have, wait for, deposited and owe."""
    records = (
        interlib_book("I0001", "活着", "余华著", (("001", "L000001", "I247.57/1"), ("002", "L000002", "I247.57/1"))),
        interlib_book("I0002", "边城", "沈从文著", (("001", "L000003", "I246.57/2"), ("009", "L000004", "I246.57/2"))),
        interlib_book("I0003", "草房子", "曹文轩著", (("003", "L000005", "I287.45/1"),)),
    )
    (folder / "书目.iso").write_bytes(b"".join(records))
    number = resident_number("19900307", 28)
    write_csv(
        folder / "读者.csv",
        (*_READERS, *_MORE),
        (
            # The number of the card is the identity number, as in many a library.
            _reader(number, "严小满", number=number, deposit="100", receipt="旧 0001"),
            _reader("002000002", "柏青", branch="002", deposit="100.00", means="微信"),
            _reader("001000003", "石小舟", "少儿读者", birth="2017-05-01", guardian="石远"),
            _reader("001000004", "丁一", number=resident_number("19900308", 28, dead=True), deposit="0"),
            _reader("001000005", "去者", status="注销", deposit="100"),
            _reader("001000006", "误期", days=("2019-02-30", "2031-08-31")),
        ),
        encoding="gb18030",
    )
    write_csv(
        folder / "借阅.csv",
        ("条码号", "读者证号", "借出馆", "借出时间", "应还日期", "续借次数"),
        (
            ("L000001", number, "001", "2026-04-01 10:00:00", "2026-05-01", "1"),
            ("L000003", "001000003", "001", "2026-04-11 09:30:00", "2026-05-11", "0"),
            ("L000004", "002000002", "001", "2026-04-11 09:30:00", "2026-05-11", "0"),
        ),
        encoding="gb18030",
    )
    write_csv(
        folder / "预约.csv",
        ("预约号", "记录号", "读者证号", "取书馆", "预约日期", "截止日期"),
        (("Y1", "I0001", "002000002", "002", "2026-04-12", "2026-08-01"),),
        encoding="gb18030",
    )
    write_csv(
        folder / "欠款.csv",
        ("流水号", "读者证号", "金额", "日期", "类型"),
        (("Q1", "002000002", "3.20", "2026-01-05", "逾期"), ("Q2", "009", "5", "2026-01-05", "丢失")),
        encoding="gb18030",
    )


def write_excel(folder: Path) -> None:
    """One workbook: five books in three titles, three readers, two loans, one deposit."""
    book = Workbook()
    books = book.active
    assert books is not None
    books.title = "图书"
    books.append(("某镇图书室藏书登记",))
    books.append(("登记号", "书名", "作者", "ISBN", "出版社", "出版年", "定价", "分类号", "索书号", "入藏日期", "状态"))
    alive = ("活着", "余华", "", "作家出版社", 2012, 28, "I247.57", "I247.57/1")
    books.append(("E0001", *alive, date(2019, 3, 4), "借出"))
    books.append(("E0002", *alive, date(2019, 3, 4), "在馆"))
    books.append(("E0003", "边城", "沈从文", "", "", "", 22.5, "I246.57", "I246.57/2", "2018.11.3", "丢失"))
    books.append(("E0004", "草房子", "曹文轩", "", "", 1997, "19元", "I287.45", "I287.45/1", "2018/11/3", "借出"))
    books.append(("E0005", "", "佚名", "", "", "", "", "", "", "", ""))
    readers = book.create_sheet("读者")
    readers.append(("证号", "姓名", "类型", "身份证", "电话", "办证日期", "家长"))
    readers.append(("D001", "严小满", "成人", resident_number("19900307", 28), "", date(2020, 1, 2), ""))
    readers.append(("D002", "石小舟", "儿童", "", "12", "2021/6/1", "石远"))
    readers.append(("D003", "谁", "会员", "", "", "", ""))
    loans = book.create_sheet("借书")
    loans.append(("登记号", "证号", "借出日期", "应还日期"))
    loans.append(("E0001", "D001", date(2026, 4, 1), date(2026, 5, 1)))
    loans.append(("E0004", "D002", "2026.4.1", "四月底"))
    deposits = book.create_sheet("押金")
    deposits.append(("证号", "金额", "日期"))
    deposits.append(("D001", 50, date(2020, 1, 2)))
    book.save(folder / "图书馆.xlsx")


def interlib_book(key: str, title: str, author: str, items: tuple[tuple[str, str, str], ...]) -> bytes:
    """A record of CNMARC with its items in 905: branch, barcode, call number."""
    fields: tuple[Field, ...] = (
        ControlField("001", key),
        DataField("100", " ", " ", (("a", "20120301d2012    em y0chiy50      ea"),)),
        DataField("101", "0", " ", (("a", "chi"),)),
        DataField("200", "1", " ", (("a", title), ("f", author))),
        *(DataField("905", " ", " ", (("a", branch), ("b", barcode), ("s", call))) for branch, barcode, call in items),
    )
    return encode(Record("00000nam0 2200000   450 ", fields), encoding=Encoding.GB18030)


def _reader(
    card: str,
    name: str,
    category: str = "普通读者",
    *,
    branch: str = "001",
    number: str = "",
    birth: str = "",
    days: tuple[str, str] = ("2019-09-01", "2031-08-31"),
    status: str = "有效",
    guardian: str = "",
    deposit: str = "",
    means: str = "现金",
    receipt: str = "",
) -> tuple[str, ...]:
    person = (card, name, category, branch, number, "", birth, "", "")
    return (*person, *days, status, guardian, "父" if guardian else "", deposit, means, receipt)
