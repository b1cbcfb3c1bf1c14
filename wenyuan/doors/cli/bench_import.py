"""``bench import``: how fast a vendor's file goes into an empty catalogue, beside slicing and decoding it alone."""

import random
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from wenyuan.holdings.catalogue.data import ImportResult
from wenyuan.holdings.catalogue.operations import open_batch, run_batch
from wenyuan.holdings.catalogue.queries import import_result
from wenyuan.kernel.booknumbers import ean_check_digit
from wenyuan.kernel.chinese import pinyin_of
from wenyuan.kernel.marc import (
    ControlField,
    DataField,
    Encoding,
    Field,
    RawRecord,
    Record,
    decode_record,
    encode,
    iter_raw,
    profile_file,
)
from wenyuan.organisation.accounts.data import FirstAccount, Role
from wenyuan.organisation.accounts.operations import first_administrators
from wenyuan.organisation.network.operations import open_branch
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.plumbing.clock import local_date

SEED = 20260423


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OPENINGS = _words("中国 世界 现代 古代 江南 北方 少年 家庭 乡土 城市 海洋 高原 民间 经典 趣味 图解 新编 简明 实用")
_SUBJECTS = _words(
    "文学 历史 地理 建筑 园林 戏曲 书法 绘画 音乐 茶道 饮食 中医 养生 农业 水稻 果树 养蜂 天文 气象 物理 化学 数学 "
    "统计 程序设计 人工智能 网络安全 机器学习 电工 机械 经济 金融 会计 法律 教育 心理 哲学 宗教 民俗 童话 寓言 诗歌"
)
_ENDINGS = _words("概论 入门 史话 手册 研究 赏析 百科 读本 故事 教程 地图集 札记 一百问 大系 导读 纲要")
_SURNAMES = _words("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 欧阳")
_GIVEN = _words("伟 芳 敏 静 丽 强 磊 洋 勇 艳 杰 涛 明 超 秀英 建国 文渊 海燕 思远 若水 子衿 鹤鸣 望舒 采薇")
_PUBLISHERS = _words("人民文学出版社 商务印书馆 中华书局 三联书店 科学出版社 教育科学出版社 少年儿童出版社 农业出版社")
_CLASSES = _words("I247.57 I207.2 K203 K928.7 TU986 J292.1 TS972 R212 S511 P1 O4 TP311.1 TP18 TN915 F830 D92 G4 B84")
_ROLES = ("著", "编著", "主编", "编")


@dataclass(frozen=True, slots=True)
class ImportMeasure:
    """``rate`` and ``parse_rate`` in records a second, ``ratio`` the one by the other; ``errors`` are records and
    items that did not go in; memory is the most the process has held, in MB."""

    records: int
    rate: float
    parse_rate: float
    ratio: float
    peak_rss_mb: float
    items: int
    errors: int


def measure_import(*, records: int, at: datetime, folder: Path | None = None) -> dict[str, object]:
    """Make a file of ``records`` seeded CNMARC records with items, and time both passes over it.

    Django is set up; the database is migrated and empty, without accounts or branches. One process, one connection.
    The file stands in ``folder`` (else the system's place for such files) while it is needed.
    """
    desk = bench_desk(at)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "bench.iso"
        write_file(path, records)
        parse_seconds = _timed_parse(path)
        started = time.perf_counter()
        batch_id = open_batch(path=path, branch_id=desk.branch_id, at=at, desk=desk, source="bench")
        run_batch(batch_id=batch_id, path=path, at=at, desk=desk)
        seconds = time.perf_counter() - started
    result = import_result(batch_id)
    assert result is not None
    return asdict(_measure(records, seconds, parse_seconds, result))


def bench_desk(at: datetime) -> Desk:
    """An account and a branch for the empty database; nobody can sign in with the password made here."""
    roles = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
    account = FirstAccount(username="bench", name="bench", password=secrets.token_urlsafe(24), roles=roles)
    made = first_administrators(accounts=(account,), at=at, exception_reason="bench")[0]
    operator = Operator(made.id, made.name, everywhere=frozenset({Act.EDIT_NETWORK, Act.IMPORT_RECORDS}))
    nowhere = Desk(operator=operator, branch_id=0, door=Door.CLI)
    branch = open_branch(code="BENCH", name_zh="总馆", kind="central", opened_date=local_date(at), at=at, desk=nowhere)
    return Desk(operator=operator, branch_id=branch.id, door=Door.CLI)


def _measure(records: int, seconds: float, parse_seconds: float, result: ImportResult) -> ImportMeasure:
    expected = 2 * records
    return ImportMeasure(
        records=records,
        rate=round(records / seconds, 1),
        parse_rate=round(records / parse_seconds, 1),
        ratio=round(parse_seconds / seconds, 3),
        peak_rss_mb=round(peak_rss_mb(), 1),
        items=result.items,
        errors=result.failed + abs(records - result.added - result.failed) + abs(expected - result.items),
    )


def peak_rss_mb() -> float:
    """The most memory this process has held (macOS counts bytes, Linux kilobytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def write_file(path: Path, records: int, *, after: int = 0, encoding: Encoding = Encoding.GB18030) -> None:
    """Write the seeded file from the record on that follows the first ``after``; vendors mostly deliver GB18030."""
    with path.open("wb") as stream:
        for made in islice(synthetic_records(records), after, None):
            stream.write(encode(made, encoding=encoding))


def _timed_parse(path: Path) -> float:
    started = time.perf_counter()
    with path.open("rb") as stream:
        profile = profile_file(found.data for found in iter_raw(stream) if isinstance(found, RawRecord))
        stream.seek(0)
        for found in iter_raw(stream):
            if isinstance(found, RawRecord):
                decode_record(found.data, profile=profile)
    return time.perf_counter() - started


def synthetic_records(count: int, *, seed: int = SEED) -> Iterator[Record]:
    """CNMARC records as a vendor delivers them: about 1.3 kB, with two items each."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    for number in range(1, count + 1):
        yield _record(number, dice)


def _record(number: int, dice: random.Random) -> Record:
    opening, subject, ending = dice.choice(_OPENINGS), dice.choice(_SUBJECTS), dice.choice(_ENDINGS)
    volume = str(number % 12 + 1)
    author = dice.choice(_SURNAMES) + dice.choice(_GIVEN)
    other = dice.choice(_SURNAMES) + dice.choice(_GIVEN)
    role = dice.choice(_ROLES)
    class_no = dice.choice(_CLASSES)
    year = str(dice.randint(1988, 2025))
    title = f"{opening}{subject}{ending}"
    stated = (
        ("a", title),
        ("9", pinyin_of(title)),
        ("h", f"第{volume}册"),
        ("f", f"{author}{role}"),
        ("g", f"{other}绘"),
    )
    imprint = (("a", "北京"), ("c", dice.choice(_PUBLISHERS)), ("d", f"{year}.{number % 12 + 1}"))
    summary = (
        f"本书以{opening}{subject}为线索，分{dice.randint(3, 20)}章介绍{subject}的由来、方法与{dice.choice(_SUBJECTS)}"
        f"的关系，并附{dice.choice(_SUBJECTS)}图{dice.randint(10, 300)}幅，供{dice.choice(_OPENINGS)}读者自学之用。"
    )
    barcode = f"WYB{number:08d}"
    fields: list[Field] = [
        ControlField("001", f"{year}{number:08d}"),
        ControlField("005", "20260401120000.0"),
        DataField("010", " ", " ", (("a", _isbn(number)), ("b", "平装"), ("d", f"CNY{dice.randint(15, 128)}.00"))),
        DataField("100", " ", " ", (("a", f"20260401d{year}    em y0chiy50      ea"),)),
        DataField("101", "0", " ", (("a", "chi"),)),
        DataField("102", " ", " ", (("a", "CN"), ("b", "110000"))),
        DataField("105", " ", " ", (("a", "ak  a   000yy"),)),
        DataField("106", " ", " ", (("a", "r"),)),
        DataField("200", "1", " ", stated),
        DataField("210", " ", " ", imprint),
        DataField("215", " ", " ", (("a", f"{dice.randint(80, 900)}页"), ("c", "图"), ("d", "24cm"))),
        DataField("225", "2", " ", (("a", f"{opening}{subject}丛书"), ("v", volume))),
        DataField("320", " ", " ", (("a", "有书目 (第301-310页)"),)),
        DataField("330", " ", " ", (("a", summary),)),
        DataField("606", "0", " ", (("a", subject), ("x", ending), ("y", "中国"))),
        DataField("606", "0", " ", (("a", dice.choice(_SUBJECTS)), ("j", "青少年读物"))),
        DataField("690", " ", " ", (("a", class_no), ("v", "5"))),
        DataField("701", " ", "0", (("a", author), ("9", pinyin_of(author)), ("4", role))),
        DataField("702", " ", "0", (("a", other), ("9", pinyin_of(other)), ("4", "绘"))),
        DataField("801", " ", "0", (("a", "CN"), ("b", "BENCH"), ("c", "20260401"))),
    ]
    for copy in "12":
        call = (("a", "BENCH"), ("b", f"{barcode}{copy}"), ("d", class_no), ("e", str(number % 2000 + 1)), ("f", "1"))
        fields.append(DataField("905", " ", " ", call))
    return Record("00000nam0 2200000   450 ", tuple(fields))


def _isbn(number: int) -> str:
    body = f"9787{number % 10**8:08d}"
    return f"{body[:3]}-{body[3]}-{body[4:8]}-{body[8:12]}-{ean_check_digit(body)}"
