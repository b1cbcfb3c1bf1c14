"""What this server itself says on a machine's screen (AF), in short Chinese.

Some machines take 成功 in the text for success and judge by nothing else, so it stands in the answers to acts that
were done and in no others. Refusals of the verbs are worded in ``doors.furniture.words``.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import override

from wenyuan.doors.furniture.fee_words import CHARGES, fee_words
from wenyuan.doors.furniture.words import SIP2_CHARACTERS, BranchNames, sip2_text
from wenyuan.kernel.identity import mask_numbers
from wenyuan.kernel.money import yuan_text
from wenyuan.lending.circulation.data import Block, BlockCode, CheckinOutcome, CheckinReceipt, HoldReceipt
from wenyuan.lending.fees.data import ChargeView, FeesRefused, MoneyReceipt
from wenyuan.plumbing.clock import local

LANGUAGE: Final = "zh-hans"

NOT_SIGNED_IN: Final = "请先登录"
BUSY: Final = "系统繁忙，请稍后再试"
NOT_ALLOWED: Final = "本机没有此项权限，请到服务台"
NOT_SERVED: Final = "本机不办理此项业务，请到服务台"
WRONG_PIN: Final = "密码不正确"
PIN_LOCKED: Final = "密码错误次数过多，请稍后再试或到服务台"
PIN_MISSING: Final = "缴费须先输入密码"
OTHER_CURRENCY: Final = "只收人民币"
BANK_CARD: Final = "银行卡"
SESSION_ENDED: Final = "谢谢使用"
MOST_REASON: Final = 100
"""The most of a machine's own words that is kept, in characters."""
_MEANS: Final = {"cash": "现金", "scan": "扫码支付"}


def lent(due: date) -> str:
    """A checkout was made."""
    return f"借书成功，应还日期{due.isoformat()}"


def renewed(due: date, fine_fen: int = 0) -> str:
    """A loan was prolonged; what being late until now cost."""
    words = f"续借成功，应还日期{due.isoformat()}"
    return f"{words}，此前逾期费{yuan_text(fine_fen)}元" if fine_fen else words


def returned(receipt: CheckinReceipt, names: BranchNames, *, for_staff: bool) -> list[str]:
    """An item came back: one line for the reader, and one for whoever must carry it on.

    :param for_staff: the item is not for the shelf, though it need not travel.
    """
    lines = ["还书成功"]
    if receipt.outcome is CheckinOutcome.NOT_ON_LOAN:
        lines[0] += "，此书没有借出记录"
    elif receipt.days_overdue:
        lines[0] += f"，超期{receipt.days_overdue}天"
    if receipt.fine_fen:
        lines[0] += f"，逾期费{yuan_text(receipt.fine_fen)}元，请到服务台缴纳"
    if receipt.suspended_until is not None:
        lines.append(f"借书人停借至{receipt.suspended_until.isoformat()}")
    if receipt.held is not None:
        lines.append("此书已有读者预约，请交服务台")
    if receipt.send_to is not None:
        lines.append(f"此书请送往{names(receipt.send_to)}")
    elif for_staff and receipt.held is None:
        lines.append("此书请交服务台")
    return lines


def held(receipt: HoldReceipt, names: BranchNames) -> str:
    """A hold was placed."""
    where = names(receipt.pickup_branch_id)
    if receipt.from_shelf:
        return f"预借成功，到书后请到{where}取书"
    return f"预约成功，排第{receipt.position}位，到书后请到{where}取书"


def hold_changed() -> str:
    """A hold is fetched elsewhere or on other days."""
    return "预约更改成功"


def hold_cancelled() -> str:
    """A hold was ended."""
    return "取消预约成功"


def all_renewed(renewed: int, unrenewed: int) -> str:
    """What became of all loans of a reader."""
    if not renewed and not unrenewed:
        return "您没有在借图书"
    if not renewed:
        return f"{unrenewed}册未能续借"
    return f"续借成功{renewed}册" + (f"，{unrenewed}册未能续借" if unrenewed else "")


def blocked_because(words: str, *, kept: bool) -> str:
    """Why a machine had a card blocked, for whoever decides about it: its own words without anybody's number."""
    own = mask_numbers(words)[:MOST_REASON]
    return f"自助机停用读者证{'并收走' if kept else ''}{'：' if own else ''}{own}"


def paid_by(code: str) -> str:
    """How money was taken, where only the machine knows what its code means; for the ledger."""
    return f"自助机付款方式{code.strip() or '不明'}"


def paid(receipt: MoneyReceipt) -> str:
    """Money was taken, or had been by this very request."""
    return f"缴费成功，收据号{receipt.receipt_no}，金额{yuan_text(receipt.amount_fen)}元"


def receipt_lines(receipt: MoneyReceipt, *, library: str) -> list[str]:
    """A payment as a machine prints it, without a name."""
    lines = [
        library,
        f"收据号{receipt.receipt_no}",
        f"金额{yuan_text(receipt.amount_fen)}元",
        f"付款方式{_MEANS.get(receipt.means, '其他')}",
        f"时间{local(receipt.at):%Y-%m-%d %H:%M}",
    ]
    return [line for line in lines if line]


def money_refused(refused: FeesRefused) -> list[str]:
    """Every reason why no money was taken, each a line of its own."""
    with override(LANGUAGE):
        return [fee_words(reason, refused.facts).removesuffix("。")[:SIP2_CHARACTERS] for reason in refused.reasons]


def fine(charge: ChargeView, title: str) -> str:
    """A charge in the list of fines (AV): its number, by which CG names it, what is open, what it is for."""
    with override(LANGUAGE):
        words = [str(CHARGES[charge.kind]), title or charge.text]
    return f"{charge.id} {yuan_text(charge.open_fen)} {' '.join(word for word in words if word)}"


def greeting(*, charged: int, limit: int | None) -> str:
    """How much a reader has and may still have."""
    if limit is None:
        return f"您已借【{charged}】册。"
    return f"您在本馆最多可借【{limit}】册，还可以再借【{max(0, limit - charged)}】册。"


def refused(blocks: Sequence[Block], names: BranchNames) -> list[str]:
    """Every reason, each a line of its own."""
    return [sip2_text(block, names) for block in blocks]


def unknown_item() -> str:
    """No item has this barcode."""
    return sip2_text(Block(BlockCode.ITEM_UNKNOWN))
