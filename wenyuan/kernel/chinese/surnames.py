"""Chinese surnames whose reading differs from the character's common one, and surnames of two characters.

Our own compilation from common knowledge of surnames, the preferred reading first; a person may say otherwise, so
that every stored pinyin can be edited. Tone 5 is neutral.
"""

_READINGS = """
单 shan4
曾 zeng1
仇 qiu2
解 xie4
查 zha1
朴 piao2
区 ou1
盖 ge3 gai4
种 chong2
任 ren2
华 hua4
宁 ning4 ning2
缪 miao4
牟 mou2 mu4
员 yun4
翟 zhai2 di2
黑 he4 hei1
秘 bi4 mi4
乐 yue4 le4
宿 su4
燕 yan1
葛 ge3
逄 pang2
钭 tou3
佴 nai4
隗 wei3 kui2
冼 xian3
洗 xian3
覃 qin2 tan2
折 she2
召 shao4
祭 zhai4 ji4
訾 zi1
眭 sui1
郗 xi1 chi1
郄 qie4 xi4
应 ying1
过 guo1
哈 ha3
那 na1
於 yu1
占 zhan1
呙 guo1
亓 qi2
谌 chen2 shen4
阚 kan4
撒 sa3
盛 sheng4
柏 bai3 bo2
贲 ben1
都 du1
句 gou1
阙 que1
莘 shen1 xin1
能 nai4
乜 nie4
车 che1
石 shi2
卜 bu3
褚 chu3
费 fei4 bi4
纪 ji3 ji4
幺 yao1
褟 ta4
适 kuo4 shi4
重 chong2
曲 qu1
藏 zang4
尉 wei4
晟 cheng2
长 chang2
便 pian2
繁 po2
令 ling2
相 xiang4
余 yu2
俞 yu2
会 gui4
瞿 qu2
"""

_COMPOUND_READINGS = """
尉迟 yu4 chi2
万俟 mo4 qi2
长孙 zhang3 sun1
澹台 tan2 tai2
令狐 ling2 hu2
皇甫 huang2 fu3
亓官 qi2 guan1
濮阳 pu2 yang2
夏侯 xia4 hou2
鲜于 xian1 yu2
乐正 yue4 zheng4
宰父 zai3 fu3
拓跋 tuo4 ba2
"""

_COMPOUND_PLAIN = """
欧阳 司马 上官 诸葛 东方 南宫 司徒 司空 司寇 慕容 宇文 呼延 公孙 轩辕 钟离 闾丘 赫连 公冶 淳于 端木 百里 东郭 南门
申屠 太史 仲孙 独孤 纳兰 闻人 夹谷 谷梁 公羊 左丘 西门 巫马 漆雕 壤驷 公良 梁丘 段干 完颜 耶律 宗政 太叔 公西 颛孙
"""


def _table(lines: str) -> dict[str, tuple[str, ...]]:
    return {surname: tuple(rest) for surname, *rest in (line.split() for line in lines.split("\n") if line)}


SURNAME_READINGS: dict[str, tuple[str, ...]] = _table(_READINGS)
"""Surname of one character → its readings as a surname, the preferred one first."""

COMPOUND_READINGS: dict[str, tuple[str, ...]] = _table(_COMPOUND_READINGS)
"""Surname of two characters → the readings of its two characters."""

COMPOUND_SURNAMES: frozenset[str] = frozenset(COMPOUND_READINGS) | frozenset(_COMPOUND_PLAIN.split())
"""Surnames of two characters, in simplified form."""
