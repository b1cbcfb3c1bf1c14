"""The one table from what the verbs refuse to words: Chinese and English for pages, short Chinese for machines.

Verbs give codes and facts, never sentences. A text may have alternatives: the first whose facts are all there is
taken, and the last one needs none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Final, Literal

from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.rights.data import Act

Language = Literal["zh", "en"]
BranchNames = Callable[[int | str], str]
"""The name of a branch by its id or code; empty when there is none."""

SIP2_CHARACTERS: Final = 60
"""The most a small screen shows of one message."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A block in words: for pages in both languages, and for a machine's screen."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    sip2: tuple[str, ...]


def _say(zh: str, en: str, sip2: str = "") -> Wording:
    return Wording((zh,), (en,), (sip2 or zh,))


BLOCK_WORDS: Final[Mapping[BlockCode, Wording]] = {
    BlockCode.ITEM_UNKNOWN: _say("没有这个条码号的馆藏", "No item has this barcode", "馆藏中没有此条码，请到服务台"),
    BlockCode.PATRON_UNKNOWN: _say(
        "没有找到这张读者证", "This card belongs to no reader", "读者证无效，请到服务台办理"
    ),
    BlockCode.CARD_LOST: _say("此读者证已挂失", "This card has been reported lost", "此读者证已挂失，请到服务台"),
    BlockCode.CARD_REPLACED: _say(
        "此读者证已补办新证，旧证停用", "This card has been replaced by a newer one", "此证已补办，请使用新证"
    ),
    BlockCode.PATRON_SUSPENDED: Wording(
        ("读者停借至 {until}", "读者已停借"),
        ("The reader is suspended until {until}", "The reader is suspended"),
        ("您已停借至{until}，请到服务台", "您已停借，请到服务台"),
    ),
    BlockCode.PATRON_CLOSED: _say("读者已退证", "The reader's membership has ended", "此读者证已退证，请到服务台"),
    BlockCode.PATRON_EXPIRED: Wording(
        ("读者证已于 {expired} 到期", "读者证已过期"),
        ("The membership expired on {expired}", "The membership has expired"),
        ("读者证已于{expired}到期，请到服务台续期", "读者证已过期，请到服务台续期"),
    ),
    BlockCode.PATRON_TOO_YOUNG: Wording(
        ("此类文献须年满 {age} 岁方可借阅", "读者未达到借阅年龄"),
        ("Items of this kind are lent from the age of {age}", "The reader is too young for this item"),
        ("此书须年满{age}岁方可借阅，请到服务台", "您未达到借阅年龄，请到服务台"),
    ),
    BlockCode.ITEM_ON_LOAN_TO_OTHER: _say(
        "此册在其他读者名下借出", "The item is on loan to another reader", "此书在他人名下借出，请先还书"
    ),
    BlockCode.ITEM_ON_LOAN_ALREADY: _say(
        "此册已在该读者名下借出，可以续借",
        "The reader already has this item and may renew it",
        "此书已在您名下，请用续借",
    ),
    BlockCode.ITEM_TAKEN_ELSEWHERE: _say(
        "此册已代收，还书尚未办结",
        "The item was taken back for its branch and its loan is not closed yet",
        "此书已代收，尚未办结，请交服务台",
    ),
    BlockCode.ITEM_IN_TRANSIT: _say(
        "此册在途，尚未签收", "The item is in transit and has not been received", "此书在途，请交服务台签收"
    ),
    BlockCode.ITEM_ON_HOLD_SHELF: _say(
        "此册在预约架上为其他读者保留", "The item is kept on the hold shelf for another reader", "此书已为其他读者保留"
    ),
    BlockCode.ITEM_HELD: _say(
        "此册正为其他读者的预约调送",
        "The item is on its way to another reader's pickup branch",
        "此书正为其他读者调送，请交服务台",
    ),
    BlockCode.ITEM_IN_PROCESS: _say("此册尚在加工", "The item is still being processed", "此书尚在加工，请交服务台"),
    BlockCode.ITEM_WITHDRAWN: _say("此册已剔除", "The item has been withdrawn", "此书已剔除，请交服务台"),
    BlockCode.ITEM_LOST: _say("此册登记为丢失", "The item is recorded as lost", "此书登记为丢失，请交服务台"),
    BlockCode.ITEM_MISSING: _say("此册清点时未找到", "The item was missing at stocktake", "此书登记为缺失，请交服务台"),
    BlockCode.ITEM_CLAIMED_RETURNED: _say(
        "读者声称已还此册，尚未查清",
        "A reader claims to have returned this item; the claim is open",
        "此书状态待核查，请交服务台",
    ),
    BlockCode.ITEM_DAMAGED: _say("此册登记为破损", "The item is recorded as damaged", "此书登记为破损，请交服务台"),
    BlockCode.ITEM_NOT_LENDABLE: _say("此册不外借", "The item is not lent", "此书不外借"),
    BlockCode.ITEM_IN_LIBRARY_ONLY: _say(
        "此册仅供馆内阅览", "The item may be read in the library only", "此书仅供馆内阅览"
    ),
    BlockCode.OTHER_LENDING_GROUP: Wording(
        ("此册属于{home}，与本馆未通借", "此册的馆与本馆未通借"),
        ("The item belongs to {home}, which does not lend here", "The item's branch does not lend here"),
        ("此书属于{home}，不能在本馆借出", "此书不能在本馆借出"),
    ),
    BlockCode.BRANCH_CLOSED_DOWN: _say("本馆已停止服务", "This branch is not in service", "本馆已停止服务"),
    BlockCode.LOAN_LIMIT: Wording(
        ("已借 {count} 册，达到上限 {limit} 册", "已达到借阅册数上限"),
        ("{count} items on loan, the limit is {limit}", "The loan limit is reached"),
        ("您已借【{count}】册，最多可借【{limit}】册", "您已达到借阅册数上限"),
    ),
    BlockCode.LOAN_LIMIT_OF_TYPE: Wording(
        ("此类文献已借 {count} 册，达到上限 {limit} 册", "此类文献已达到借阅上限"),
        ("{count} items of this type on loan, the limit is {limit}", "The limit for this item type is reached"),
        ("此类文献您已借【{count}】册，最多可借【{limit}】册", "此类文献您已达到借阅上限"),
    ),
    BlockCode.DEBTS: Wording(
        ("欠费 {amount} 元，超过 {most} 元", "欠费超过上限"),
        ("Owes {amount} yuan, more than {most} yuan", "Owes more than is allowed"),
        ("您欠费{amount}元，请先到服务台缴清", "您有欠费，请先到服务台缴清"),
    ),
    BlockCode.DEPOSIT_WANTED: Wording(
        ("须交押金 {most} 元，已交 {amount} 元", "押金不足"),
        ("A deposit of {most} yuan is wanted, {amount} yuan is held", "The deposit is not enough"),
        ("须交押金{most}元，请到服务台办理", "押金不足，请到服务台办理"),
    ),
    BlockCode.VALUE_ABOVE_DEPOSIT: Wording(
        ("连同此册，在借文献共值 {amount} 元，超过押金 {most} 元", "在借文献的价格合计超过押金"),
        (
            "With this item the loans are worth {amount} yuan, more than the deposit of {most} yuan",
            "The loans are worth more than the deposit",
        ),
        ("所借图书总价将超过您的押金，请到服务台", "所借图书总价将超过您的押金，请到服务台"),
    ),
    BlockCode.OVERDUE_LOANS: Wording(
        ("有 {count} 册超期未还", "有超期未还的文献"),
        ("Overdue items not returned: {count}", "There are overdue items"),
        ("您有【{count}】册超期未还，请先还书", "您有超期未还图书，请先还书"),
    ),
    BlockCode.NO_POLICY: _say(
        "没有适用的借阅规则", "No loan policy covers this reader and item", "没有适用的借阅规则，请到服务台"
    ),
    BlockCode.NOT_ON_LOAN: _say("此册没有借出", "The item is not on loan", "此书没有借出记录"),
    BlockCode.RENEWAL_LIMIT: Wording(
        ("已续借 {count} 次，达到上限 {limit} 次", "已达到续借次数上限"),
        ("Renewed {count} times, the limit is {limit}", "The renewal limit is reached"),
        ("已续借【{count}】次，最多可续借【{limit}】次", "已达到续借次数上限"),
    ),
    BlockCode.RENEWAL_WANTED: _say(
        "有读者预约此书，没有其他在架的可以替代，不能续借",
        "Another reader waits for this title and no other item can serve, so it cannot be renewed",
        "此书已被预约，不能续借",
    ),
    BlockCode.RENEWAL_RECALLED: _say(
        "此书已因读者预约催还，不能续借，请按期归还",
        "The item was recalled for a reader who waits for it, so it cannot be renewed",
        "此书已被催还，不能续借，请按期归还",
    ),
    BlockCode.RECORD_UNKNOWN: _say("没有这条书目", "There is no such record", "没有找到此书目"),
    BlockCode.NOTHING_TO_HOLD: _say(
        "没有可在取书馆外借的单册，不能预约",
        "No item of this title can be lent at the pickup branch",
        "此书不能预约",
    ),
    BlockCode.HOLD_ON_LOAN_ONLY: _say(
        "尚有在架单册，请直接借阅",
        "An item stands on the shelf; only what is on loan may be held here",
        "此书在架，请直接借阅",
    ),
    BlockCode.HOLD_EXISTS: _say("读者已预约此书", "The reader already has a hold on this title", "您已预约此书"),
    BlockCode.HOLD_OF_OWN_LOAN: _say(
        "读者手中已有此书", "The reader already has this title on loan", "此书已在您名下借出"
    ),
    BlockCode.HOLD_LIMIT: Wording(
        ("已预约 {count} 种，达到上限 {limit} 种", "已达到预约上限"),
        ("{count} holds placed, the limit is {limit}", "The limit of holds is reached"),
        ("您已预约【{count}】种，最多可预约【{limit}】种", "您已达到预约上限"),
    ),
    BlockCode.HOLD_DATES: _say(
        "预约的日期不对：最后一天不能早于今天或开始的一天",
        "The last day must not lie before today or before the first",
        "预约日期不对",
    ),
    BlockCode.HOLD_UNKNOWN: _say("没有这条预约", "There is no such hold", "没有找到此预约"),
    BlockCode.HOLD_ENDED: _say("此预约已经结束", "This hold has ended", "此预约已结束"),
    BlockCode.HOLD_CAPTURED: _say(
        "预约的书已在途或已到预约架，不能再改",
        "Its item is on the way or on the hold shelf: there is nothing to change any more",
        "预约的书已备好，不能再改",
    ),
    BlockCode.RENEWAL_GAINS_NOTHING: _say(
        "现在续借不会延长应还日期", "Renewing now would not move the due date", "现在续借不会延长应还日期"
    ),
    BlockCode.NOT_DAMAGED: _say("此册没有登记为破损", "The item is not recorded as damaged"),
    BlockCode.NOT_CLAIMED: _say("没有读者声称已还此册", "No reader says that this item was returned"),
    BlockCode.CLAIM_LIMIT: Wording(
        ("该读者已有 {count} 册声称已还尚未查清，上限 {limit} 册", "该读者声称已还的册数已达上限"),
        (
            "{count} items that the reader says were returned are still looked for, the limit is {limit}",
            "Too many items that the reader says were returned are still looked for",
        ),
        ("声称已还【{count}】册尚未查清，请到服务台", "声称已还的图书尚未查清，请到服务台"),
    ),
    BlockCode.NO_TRANSIT: _say("此册没有在途记录", "The item is not in transit", "此书没有在途记录"),
    BlockCode.TRANSIT_ELSEWHERE: Wording(
        ("此册应送往{branch}", "此册应送往别的馆"),
        ("The item is on its way to {branch}", "The item is on its way to another branch"),
        ("此书应送往{branch}", "此书应送往别的馆"),
    ),
    BlockCode.ITEM_WANTED: _say(
        "有读者正在等候此书，请先按还书扫描",
        "A reader waits for this title: check the item in first",
        "有读者预约此书，请交服务台",
    ),
    BlockCode.ITEM_CONSIGNED: Wording(
        ("此册在{branch}的流动站批次中，尚未收回", "此册在另一个流动站批次中，尚未收回"),
        (
            "The item is in a batch of {branch} and has not come back",
            "The item is in another batch of a station and has not come back",
        ),
        ("此书属于流动站批次，请交服务台",),
    ),
    BlockCode.ITEM_BELONGS_THERE: _say(
        "此册本来就属于该站，不作流动配送", "The item belongs to that station and is not sent there for a season"
    ),
    BlockCode.SENT_NOWHERE: _say(
        "只能送往另一个在服务的馆", "It can be sent to another branch that is in service only"
    ),
}

WAIVER_WORDS: Final[Mapping[Act, Mapping[Language, str]]] = {
    Act.WAIVE_LIMIT: {"zh": "可由有“超限借阅”权限的馆员放行", "en": "Staff who may exceed limits can lift this"},
    Act.WAIVE_OVERDUE: {
        "zh": "可由有“超期放行”权限的馆员放行",
        "en": "Staff who may lend despite overdues can lift this",
    },
    Act.WAIVE_EXPIRY: {
        "zh": "可由有“过期证放行”权限的馆员放行",
        "en": "Staff who may accept expired cards can lift this",
    },
    Act.WAIVE_CONDITION: {
        "zh": "可由有“馆藏状态放行”权限的馆员放行",
        "en": "Staff who may lend items despite their condition can lift this",
    },
    Act.WAIVE_HOLD: {
        "zh": "可由有“预约放行”权限的馆员放行，原预约回到排队的位置",
        "en": "Staff who may lend despite a hold can lift this; the hold goes back to its place in the queue",
    },
    Act.RECEIVE_TRANSIT: {"zh": "可由有签收权限的馆员先签收", "en": "Staff who may receive transits can lift this"},
}
"""Who may lift a block, by the act it names."""


def words_for_block(block: Block, language: Language, names: BranchNames) -> str:
    """A block as a sentence without its full stop, in Chinese or English."""
    wording = BLOCK_WORDS[block.code]
    return _fill(wording.en if language == "en" else wording.zh, block, names)


def sip2_text(block: Block, names: BranchNames = lambda _branch: "") -> str:
    """A block for a machine's screen: Chinese, at most ``SIP2_CHARACTERS`` characters."""
    return _fill(BLOCK_WORDS[block.code].sip2, block, names)[:SIP2_CHARACTERS]


def words_for_waiver(act: Act, language: Language) -> str:
    """Who may lift a block whose ``waiver`` is this act."""
    return WAIVER_WORDS[act][language]


def branch_names(network: NetworkMap, language: Language = "zh") -> BranchNames:
    """The names of a network's branches, for the functions above."""

    def name_of(branch: int | str) -> str:
        facts = network.branches.get(branch) if isinstance(branch, int) else network.by_code(branch)
        return facts.name(language) if facts else ""

    return name_of


def placeholders(text: str) -> frozenset[str]:
    """The names of the facts that a text needs."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _fill(alternatives: tuple[str, ...], block: Block, names: BranchNames) -> str:
    facts = {name: _shown(name, value, names) for name, value in block.facts.items()}
    known = {name for name, value in facts.items() if value}
    text = next(text for text in alternatives if placeholders(text) <= known)
    return text.format_map(facts)


def _shown(name: str, value: int | str, names: BranchNames) -> str:
    return names(value) if name in ("home", "branch") else str(value)
