"""What a heading is, and the normal form by which two of them are one."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from wenyuan.kernel.chinese import fold

LONGEST_NAME: Final = 200
"""Characters of a heading; what is longer is no name."""
LONGEST_DATES: Final = 40
LONGEST_KEY: Final = 400


class HeadingKind(StrEnum):
    """Person, body (meetings too), topic, place, uniform title, series. One name may be a heading of several kinds."""

    PERSON = "person"
    BODY = "body"
    TOPIC = "topic"
    PLACE = "place"
    TITLE = "title"
    SERIES = "series"


class Heading(NamedTuple):
    """A heading as it is shown, and the dates of a person (``1881-1936``; empty where none are known).

    ``is_stated``: it stands in the statement of responsibility alone, in no field of headings.
    """

    kind: HeadingKind
    name: str
    dates: str = ""
    is_stated: bool = False

    @property
    def key(self) -> str:
        """The normal form of the name."""
        return key_of(self.name)

    @property
    def form(self) -> tuple[HeadingKind, str, str]:
        """What two headings have in common that are one: kind, normal form, dates."""
        return self.kind, self.key, self.dates


def key_of(name: str) -> str:
    """The normal form of a name: traditional characters, width, case, blanks, dots and punctuation do not count."""
    return fold(name)[:LONGEST_KEY]


_BODY_ENDS: Final = re.compile(
    r"(?:委员会|编委会|编辑部|编写组|编译组|课题组|工作组|研究所|研究院|研究室|研究会|研究中心|出版社|杂志社|报社|"
    r"通讯社|大学|学院|学校|中学|小学|医院|银行|公司|集团|图书馆|博物馆|档案馆|文化馆|纪念馆|美术馆|协会|学会|"
    r"联合会|基金会|人民政府|办公室|办公厅|总局|分局|总社|总工会|党委|市委|省委|县委|区委|教研室|教研组|小组|"
    r"(?:宣传|组织|编辑|出版|教育|文化|公安|外交|国防|财政|商务|司法|民政|农业|水利|铁道|交通|卫生|统战|发行|总)部|局|厅|"
    r"中心|剧团|乐团|工作室|编辑室|联盟)$"
)
"""Of 部 only those that are named: 寺山修司 and 长曾我部 are persons."""


def is_body(name: str) -> bool:
    """Whether a name printed without a kind is that of a body: by its last word, in four characters or more."""
    return len(name) >= 4 and "·" not in name and _BODY_ENDS.search(name) is not None
