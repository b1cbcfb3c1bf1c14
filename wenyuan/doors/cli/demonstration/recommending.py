"""What the librarians recommend: a list for everybody and one for children, as the network's last days see them."""

from datetime import datetime, timedelta
from typing import Final

from wenyuan.holdings.catalogue.queries import lookup
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date
from wenyuan.services.reading.data import BooklistDraft
from wenyuan.services.reading.operations import add_to_booklist, begin_booklist

SHOWN_DAYS_BEFORE: Final = 10
_LISTS: Final = (
    (
        "冬夜里的长篇",
        "夜长，适合读长一点的书。馆员们各挑了一部，说说为什么。",
        False,
        (
            ("平凡的世界", "三部读完，像是在黄土高原上过了十年。"),
            ("四世同堂", "老北京的一条胡同，八年。"),
            ("围城", "婚姻与职业，笑着笑着就笑不出来了。"),
            ("红楼梦", "每个年纪读，喜欢的人都不一样。"),
            ("活着", "一个下午就能读完，一辈子忘不掉。"),
        ),
    ),
    (
        "和孩子一起读",
        "睡前读一章，读完再借下一本。",
        True,
        (
            ("西游记", "从石头里蹦出来开始。"),
            ("草房子", "油麻地小学的六年。"),
            ("城南旧事", "骆驼队的铃声还在响。"),
            ("小王子", "大人也该再读一遍。"),
        ),
    ),
)
"""Title, words, whether for children, works and why. A work that the library does not have is left out."""


def recommend(*, at: datetime, desk: Desk) -> None:
    """Make the lists, shown for some days already."""
    first = local_date(at) - timedelta(days=SHOWN_DAYS_BEFORE)
    for title, words, for_children, works in _LISTS:
        draft = BooklistDraft(title=title, words=words, for_children=for_children, first_date=first)
        made = begin_booklist(branch_id=desk.branch_id, draft=draft, at=at, desk=desk).booklist
        for work, why in works:
            for bib in lookup(title_begins=work, size=1).bibs:
                add_to_booklist(list_id=made.id, bib_id=bib.id, words=why, at=at, desk=desk)
