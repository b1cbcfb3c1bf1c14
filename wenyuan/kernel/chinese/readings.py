"""Readings that the dictionary behind ``pinyin.py`` has wrong for a library's titles.

Our own compilation: titles, places and persons found while reading lists of books. Tone 5 is neutral.
"""

_LINES = """
朝花夕拾 zhao1 hua1 xi1 shi2
白蛇传 bai2 she2 zhuan4
青蛇传 qing1 she2 zhuan4
英雄传 ying1 xiong2 zhuan4
列女传 lie4 nv3 zhuan4
英烈传 ying1 lie4 zhuan4
岳飞传 yue4 fei1 zhuan4
济公传 ji4 gong1 zhuan4
重构 chong2 gou4
重阳 chong2 yang2
重组 chong2 zu3
重塑 chong2 su4
大宛 da4 yuan1
大佛 da4 fo2
会稽 kuai4 ji1
单县 shan4 xian4
曾国藩 zeng1 guo2 fan1
曾国荃 zeng1 guo2 quan2
曾纪泽 zeng1 ji4 ze2
曾巩 zeng1 gong3
曾子 zeng1 zi3
单田芳 shan4 tian2 fang1
单霁翔 shan4 ji4 xiang2
仇英 qiu2 ying1
解缙 xie4 jin4
查慎行 zha1 shen4 xing2
查良镛 zha1 liang2 yong1
朴树 piao2 shu4
任弼时 ren2 bi4 shi2
任正非 ren2 zheng4 fei1
华罗庚 hua4 luo2 geng1
华佗 hua4 tuo2
纪晓岚 ji3 xiao3 lan2
葛优 ge3 you1
葛洪 ge3 hong2
柏杨 bai3 yang2
翟天临 zhai2 tian1 lin2
馆藏 guan3 cang2
藏书 cang2 shu1
绘本馆 hui4 ben3 guan3
"""

PHRASE_READINGS: dict[str, tuple[str, ...]] = {
    phrase: tuple(readings) for phrase, *readings in (line.split() for line in _LINES.split("\n") if line)
}
