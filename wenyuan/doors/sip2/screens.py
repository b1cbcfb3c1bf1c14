"""What this server itself says on a machine's screen (AF), in short Chinese.

Some machines take 成功 in the text for success and judge by nothing else, so it stands in the answers to acts that
were done and in no others. Refusals of the verbs are worded in ``doors.furniture.words``.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from wenyuan.doors.furniture.words import BranchNames, sip2_text
from wenyuan.lending.circulation.data import Block, BlockCode, CheckinOutcome, CheckinReceipt

NOT_SIGNED_IN: Final = "请先登录"
BUSY: Final = "系统繁忙，请稍后再试"
NOT_ALLOWED: Final = "本机没有此项权限，请到服务台"
NOT_SERVED: Final = "本机不办理此项业务，请到服务台"
WRONG_PIN: Final = "密码不正确"
PIN_LOCKED: Final = "密码错误次数过多，请稍后再试或到服务台"
SESSION_ENDED: Final = "谢谢使用"


def lent(due: date) -> str:
    """A checkout was made."""
    return f"借书成功，应还日期{due.isoformat()}"


def renewed(due: date) -> str:
    """A loan was prolonged."""
    return f"续借成功，应还日期{due.isoformat()}"


def returned(receipt: CheckinReceipt, names: BranchNames, *, for_staff: bool) -> list[str]:
    """An item came back: one line for the reader, and one for whoever must carry it on.

    :param for_staff: the item is not for the shelf, though it need not travel.
    """
    lines = ["还书成功"]
    if receipt.outcome is CheckinOutcome.NOT_ON_LOAN:
        lines[0] += "，此书没有借出记录"
    elif receipt.days_overdue:
        lines[0] += f"，超期{receipt.days_overdue}天"
    if receipt.send_to is not None:
        lines.append(f"此书请送往{names(receipt.send_to)}")
    elif for_staff:
        lines.append("此书请交服务台")
    return lines


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
