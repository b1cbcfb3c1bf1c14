"""Invented people: names, identity numbers of valid form, telephone numbers."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from wenyuan.kernel.identity import Gender
from wenyuan.kernel.identity.numbers import check_character


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


AREAS = ("110100", "120100", "310100", "320100", "330100", "340100", "350100", "370100", "420100", "440100", "510100")
"""GB/T 2260 codes of 市辖区 and cities. Identity numbers carry the code of a county, so nobody has one of these."""

PIN = "135246"
"""The PIN of every demo reader who has one."""

_SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚"
)
_RARE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "单", "解", "仇", "区", "尉迟", "令狐")
_MALE = _words(
    "建国 建华 志强 志明 国强 文博 文涛 俊杰 俊峰 浩然 浩宇 子轩 宇航 晓东 晓峰 海波 海涛 永强 永康 明远 明哲 德才 "
    "德胜 振华 振宇 立新 立群 学文 学军 思源 思齐 一鸣 一凡 承志 承恩 景行 望舒 牧之 知远 嘉树"
)
_FEMALE = _words(
    "秀英 秀兰 桂英 桂兰 玉兰 玉梅 淑珍 淑华 丽娟 丽华 晓燕 晓红 海燕 春梅 雪梅 婷婷 思雨 雨桐 雨涵 梓涵 欣怡 欣然 "
    "诗涵 诗雨 静怡 静雯 若水 若曦 采薇 清扬 婉如 婉清 佳宁 佳慧 慧敏 慧琳 子衿 子佩 月华 书瑶"
)
STREETS = _words("鹿鸣大道 采薇路 蒹葭路 关雎街 桃夭里 淇奥巷 伐檀路 鹤鸣街 子衿路 白露街 南山路 甘棠里")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. ``number`` has 18 characters."""

    name: str
    gender: Gender
    birth_date: date
    number: str
    phone: str
    address: str


class People:
    """An endless row of people, each with a name, number and telephone number nobody before had."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._names: set[str] = set()
        self._numbers: set[str] = set()
        self._phones = _phones()

    def born_between(self, first: date, last: date) -> Person:
        """Somebody born in these days, both included."""
        gender = self._dice.choice((Gender.MALE, Gender.FEMALE))
        birth_date = first + timedelta(days=self._dice.randint(0, (last - first).days))
        address = f"{self._dice.choice(STREETS)}{self._dice.randint(1, 260)}号"
        return Person(
            name=self._name(gender),
            gender=gender,
            birth_date=birth_date,
            number=self._number(gender, birth_date),
            phone=next(self._phones),
            address=address,
        )

    def _name(self, gender: Gender) -> str:
        given = _MALE if gender is Gender.MALE else _FEMALE
        while True:
            surname = self._dice.choice(_RARE_SURNAMES if self._dice.random() < 0.04 else _SURNAMES)
            name = surname + self._dice.choice(given)
            # A few share a name, as in any town.
            if name not in self._names or self._dice.random() < 0.05:
                self._names.add(name)
                return name

    def _number(self, gender: Gender, birth_date: date) -> str:
        while True:
            order = self._dice.randint(0, 499) * 2 + (gender is Gender.MALE)
            body = f"{self._dice.choice(AREAS)}{birth_date:%Y%m%d}{order:03d}"
            number = body + check_character(body)
            # The tail of the own number would be a weak PIN, which the verb refuses.
            if number not in self._numbers and not PIN.endswith(number[-4:]):
                self._numbers.add(number)
                return number


def _phones() -> Iterator[str]:
    """Mobile numbers of valid form in a row; a row of noughts where a real number has none."""
    for tail in range(1, 10_000):
        phone = f"1990000{tail:04d}"
        if not PIN.endswith(phone[-4:]):
            yield phone
