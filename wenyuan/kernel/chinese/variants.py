"""Variant characters that one searcher types and another cataloguer wrote.

Our own compilation of what OpenCC's ``t2s`` leaves alone: variants kept in names, old print forms, and the Japanese
forms met in titles. For search keys only, never for what a reader is shown.
"""

_PAIRS = """
锺钟 馀余 甯宁 喆哲 堃坤 叡睿 濬浚 粧妆 妳你 牠它 畧略 砲炮 礮炮 寳宝 竝并 囘回 囬回 囯国 毘毗 邨村 烱炯 燄焰
碁棋 呉吴 淸清 靑青 図图 読读 仏佛 広广 気气 駅驿 関关 変变 戦战 経经 辺边 沢泽 満满 帰归 竜龙 桜樱 絵绘
売卖 発发 対对 児儿 徳德 姫姬 黒黑 斉齐 斎斋 塩盐 渋涩 楽乐 歳岁 収收 円圆 荘庄 蔵藏 浅浅 浄净 巻卷 剣剑
雑杂 薬药 観观 転转 伝传 団团 実实 写写 鉄铁 総总 続续 権权 検检 険险 覧览 両两 労劳 営营 厳严 拡扩 拝拜
説说 瞭了 麽么 祕秘 勅敕 讐仇 燻熏 藷薯 谿溪 嵴脊 鍾钟 餘余 ○〇 ◯〇
"""

VARIANTS: dict[str, str] = {pair[0]: pair[1] for pair in _PAIRS.split()}
