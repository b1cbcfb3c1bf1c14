"""The texts a new library begins with, in Chinese and English, and the sample values of previews."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wenyuan.organisation.notices.data import KINDS, Channel, Language, NoticeKind, TemplateFacts

_ZH, _EN = Language.ZH, Language.EN


@dataclass(frozen=True, slots=True)
class _Words:
    """A kind in one language: subject, letter, and the text for an SMS, in Chinese one part long with its sample."""

    subject: str
    letter: str
    short: str


_WORDS: Mapping[tuple[NoticeKind, Language], _Words] = {
    (NoticeKind.DUE_SOON, _ZH): _Words(
        "有{count}册图书即将到期",
        "您好！您借的{count}册图书即将到期，最早应于{due_date}前归还：\n\n"
        "{lines}\n\n"
        "需要继续阅读，可在到期前续借。祝您阅读愉快。\n\n"
        "{library} {phone}",
        "您借的{titles}应于{due_date}前归还，如需续借请及时办理。",
    ),
    (NoticeKind.DUE_SOON, _EN): _Words(
        "{count} items are due soon",
        "Hello, {count} items you borrowed are due soon, the first on {due_date}:\n\n{lines}\n\n"
        "You may renew them before that day.\n\n{library} {phone}",
        "Due by {due_date}: {titles}. Renew before then if you need them longer.",
    ),
    (NoticeKind.OVERDUE_1, _ZH): _Words(
        "有{count}册图书已到期，请归还",
        "您好！下列{count}册图书已过应还日期：\n\n"
        "{lines}\n\n"
        "请您方便时归还，其他读者也在等待阅读。已归还的请忽略本通知。\n\n"
        "{library} {phone}",
        "您借的{titles}已过应还日期，请您方便时归还。",
    ),
    (NoticeKind.OVERDUE_1, _EN): _Words(
        "{count} items are overdue",
        "Hello, these {count} items have passed their due date:\n\n{lines}\n\n"
        "Please bring them back when you can: others would like to read them. If you have done so, ignore this notice."
        "\n\n{library} {phone}",
        "Overdue: {titles}. Please bring them back when you can.",
    ),
    (NoticeKind.OVERDUE_2, _ZH): _Words(
        "再次提醒：{count}册图书已逾期{days}天",
        "您好！下列{count}册图书已逾期，最长{days}个开放日：\n\n"
        "{lines}\n\n"
        "请尽快归还，或与我们联系说明情况。逾期期间可能不能续借和借阅。\n\n"
        "{library} {phone}",
        "您借的{titles}已逾期{days}天，请尽快归还或与我馆联系。",
    ),
    (NoticeKind.OVERDUE_2, _EN): _Words(
        "Second reminder: {count} items are {days} days overdue",
        "Hello, these {count} items are overdue, the longest by {days} open days:\n\n{lines}\n\n"
        "Please bring them back soon, or tell us what keeps you. Meanwhile renewing and borrowing may be refused."
        "\n\n{library} {phone}",
        "{days} days overdue: {titles}. Please return them soon or call us.",
    ),
    (NoticeKind.OVERDUE_3, _ZH): _Words(
        "第三次提醒：请归还逾期图书",
        "您好！下列{count}册图书已逾期，最长{days}个开放日，此前已两次提醒：\n\n{lines}\n\n"
        "请在收到通知后归还；如已遗失，请到馆办理赔偿或以同版图书抵偿。有困难请与我们联系，"
        "我们一起想办法。\n\n"
        "{library} {phone}",
        "您借的{titles}已逾期{days}天，请归还；如已遗失请与我馆联系。",
    ),
    (NoticeKind.OVERDUE_3, _EN): _Words(
        "Third reminder: please return overdue items",
        "Hello, these {count} items are overdue, the longest by {days} open days, and we have written twice:\n\n"
        "{lines}"
        "\n\nPlease return them now. If they are lost, come to the desk: you may pay for them or replace them by the "
        "same edition. If that is hard for you, talk to us.\n\n{library} {phone}",
        "{days} days overdue: {titles}. Please return them, or call us if they are lost.",
    ),
    (NoticeKind.HOLD_READY, _ZH): _Words(
        "您预约的图书已到馆",
        "您好！您预约的{titles}已到{branch}，为您保留到{pickup_date}。\n取书位置：{place}\n\n"
        "请带读者证领取；不再需要时请取消预约，让给下一位读者。\n\n"
        "{library} {phone}",
        "您预约的{titles}已到{branch}，请于{pickup_date}前领取。",
    ),
    (NoticeKind.HOLD_READY, _EN): _Words(
        "What you reserved has arrived",
        "Hello, {titles} has arrived at {branch} and is kept for you until {pickup_date}.\nWhere: {place}\n\n"
        "Please bring your card. If you no longer need it, cancel the hold for the next reader.\n\n{library} {phone}",
        "{titles} is ready at {branch} until {pickup_date}.",
    ),
    (NoticeKind.HOLD_EXPIRED, _ZH): _Words(
        "预约图书的保留期已过",
        "您好！为您保留的{titles}已过取书期限，现已转给下一位读者或归架。如仍需要，可重新预约。\n\n{library} {phone}",
        "为您保留的{titles}已过取书期限，如仍需要可重新预约。",
    ),
    (NoticeKind.HOLD_EXPIRED, _EN): _Words(
        "The time to fetch your hold is over",
        "Hello, {titles} was not fetched in time and has gone to the next reader or back to the shelf. You may place "
        "the hold again.\n\n{library} {phone}",
        "{titles} was not fetched in time. You may place the hold again.",
    ),
    (NoticeKind.HOLD_CANCELLED, _ZH): _Words(
        "预约已取消",
        "您好！您对{titles}的预约已取消。如有疑问，请与我们联系。\n\n{library} {phone}",
        "您对{titles}的预约已取消，如有疑问请与我馆联系。",
    ),
    (NoticeKind.HOLD_CANCELLED, _EN): _Words(
        "A hold was cancelled",
        "Hello, your hold on {titles} was cancelled. Please ask us if you did not expect this.\n\n{library} {phone}",
        "Your hold on {titles} was cancelled.",
    ),
    (NoticeKind.LOAN_RECALLED, _ZH): _Words(
        "有读者预约了您借的书，请提前归还",
        "您好！有读者在等您手中的{count}册图书，请提前归还，最早一册应于{due_date}前还：\n\n"
        "{lines}\n\n"
        "在此日期前归还不计逾期；还有读者等候时不能续借。感谢您让下一位读者早日读到。\n\n"
        "{library} {phone}",
        "有读者预约了您借的{titles}，请于{due_date}前归还，感谢配合。",
    ),
    (NoticeKind.LOAN_RECALLED, _EN): _Words(
        "Another reader waits for what you have",
        "Hello, other readers wait for {count} items that you have; they are due earlier now, the first on {due_date}:"
        "\n\n{lines}\n\nUntil then nothing is overdue. While somebody waits they cannot be renewed. Thank you for "
        "letting the next reader have them.\n\n{library} {phone}",
        "Another reader waits for {titles}: please return it by {due_date}.",
    ),
    (NoticeKind.LOAN_RENEWED, _ZH): _Words(
        "已为您自动续借{count}册",
        "您好！您手中的{count}册图书已自动续借，最早一册应于{due_date}前归还：\n\n{lines}\n\n{library} {phone}",
        "您借的{titles}已自动续借，请于{due_date}前归还。",
    ),
    (NoticeKind.LOAN_RENEWED, _EN): _Words(
        "{count} items renewed themselves",
        "Hello, {count} items that you have were renewed by themselves; the first is due on {due_date}:\n\n{lines}\n\n"
        "{library} {phone}",
        "{titles} was renewed by itself and is due on {due_date}.",
    ),
    (NoticeKind.RENEWAL_REFUSED, _ZH): _Words(
        "{count}册图书未能自动续借，请按期归还",
        "您好！您手中的{count}册图书未能自动续借（可能有读者预约，或已达续借次数上限），请按期归还，"
        "最早一册应于{due_date}前归还：\n\n{lines}\n\n{library} {phone}",
        "您借的{titles}未能自动续借，请于{due_date}前归还。",
    ),
    (NoticeKind.RENEWAL_REFUSED, _EN): _Words(
        "{count} items could not be renewed",
        "Hello, {count} items that you have could not be renewed by themselves (somebody may wait for them, or the "
        "limit is reached). Please return them, the first by {due_date}:\n\n{lines}\n\n{library} {phone}",
        "{titles} could not be renewed by itself: please return it by {due_date}.",
    ),
    (NoticeKind.CLOSURE_DECLARED, _ZH): _Words(
        "{branch}闭馆通知（{period}）",
        "各位读者：\n\n"
        "{branch}因{reason}，{period}暂停开放。闭馆期间不计逾期，"
        "应还日期相应顺延，以我们的通知和读者证查询为准。\n\n"
        "给您带来不便，敬请谅解。\n\n"
        "{library} {phone}",
        "{branch}因{reason}，{period}闭馆，应还日期顺延，敬请谅解。",
    ),
    (NoticeKind.CLOSURE_DECLARED, _EN): _Words(
        "{branch} is closed ({period})",
        "Dear readers,\n\n{branch} is closed {period}: {reason}. No closed day counts as overdue, and due dates move "
        "accordingly; your account shows the new ones.\n\nWe are sorry for the trouble.\n\n{library} {phone}",
        "{branch} is closed {period}: {reason}. Due dates move accordingly.",
    ),
    (NoticeKind.CLOSURE_REOPENED, _ZH): _Words(
        "{branch}恢复开放",
        "各位读者：\n\n"
        "{branch}自{first_date}起恢复开放，欢迎到馆。手中的图书请在新的应还日期前归还。\n\n"
        "{library} {phone}",
        "{branch}自{first_date}起恢复开放，欢迎到馆。",
    ),
    (NoticeKind.CLOSURE_REOPENED, _EN): _Words(
        "{branch} is open again",
        "Dear readers,\n\n{branch} is open again from {first_date}. Please return what you have by its new due date."
        "\n\n{library} {phone}",
        "{branch} is open again from {first_date}.",
    ),
    (NoticeKind.DUE_MOVED, _ZH): _Words(
        "应还日期已顺延",
        "您好！因闭馆，您手中{count}册图书的应还日期已顺延，最早为{due_date}：\n\n"
        "{lines}\n\n"
        "顺延期间不计逾期。\n\n"
        "{library} {phone}",
        "因闭馆，您借的{titles}应还日期顺延至{due_date}。",
    ),
    (NoticeKind.DUE_MOVED, _EN): _Words(
        "Due dates have moved",
        "Hello, because of a closure {count} items you have are due later, the first on {due_date}:\n\n{lines}\n\n"
        "Until then nothing is overdue.\n\n{library} {phone}",
        "Because of a closure {titles} is now due on {due_date}.",
    ),
    (NoticeKind.CARD_EXPIRY, _ZH): _Words(
        "读者证即将到期",
        "您好！您的读者证将于{expires_date}到期。请在到期前带有效证件到任一服务台办理延期，不收费用。\n\n"
        "{library} {phone}",
        "您的读者证将于{expires_date}到期，请到服务台办理延期。",
    ),
    (NoticeKind.CARD_EXPIRY, _EN): _Words(
        "Your card ends soon",
        "Hello, your reader's card is valid until {expires_date}. Come to any desk with your document to extend it; "
        "there is no fee.\n\n{library} {phone}",
        "Your reader's card is valid until {expires_date}. Extend it at any desk.",
    ),
    (NoticeKind.ERASURE_REFUSED, _ZH): _Words(
        "关于您删除个人信息的申请",
        "您好！您申请删除个人信息，经核实未能办理，原因：{reason}。您可以再次申请，到任一服务台要求复核，"
        "或向履行个人信息保护职责的部门投诉。\n\n{library} {phone}",
        "您删除个人信息的申请未能办理，原因请登录我的图书馆查看。",
    ),
    (NoticeKind.ERASURE_REFUSED, _EN): _Words(
        "Your request for deletion",
        "Hello, your request to have your data deleted was refused: {reason}. You may ask again, have it looked at "
        "again at any desk, or complain to the authority for the protection of personal data.\n\n{library} {phone}",
        "Your request for deletion was refused. The reason stands in your account.",
    ),
    (NoticeKind.SUGGESTION_ORDERED, _ZH): _Words(
        "您荐购的书已订购",
        "您好！您荐购的{titles}图书馆已订购，到馆后会再通知您。\n\n{library} {phone}",
        "您荐购的{titles}已订购，到馆后另行通知。",
    ),
    (NoticeKind.SUGGESTION_ORDERED, _EN): _Words(
        "What you suggested is ordered",
        "Hello, the library has ordered {titles}, which you suggested. You are told when it is there."
        "\n\n{library} {phone}",
        "{titles}, which you suggested, is ordered.",
    ),
    (NoticeKind.SUGGESTION_REFUSED, _ZH): _Words(
        "您的荐购已答复",
        "您好！您荐购的{titles}图书馆暂不购买，原因：{reason}。\n\n{library} {phone}",
        "您荐购的{titles}暂不购买，原因请登录我的图书馆查看。",
    ),
    (NoticeKind.SUGGESTION_REFUSED, _EN): _Words(
        "About your suggestion",
        "Hello, the library does not buy {titles}, which you suggested: {reason}\n\n{library} {phone}",
        "{titles}, which you suggested, is not bought. The reason stands in your account.",
    ),
    (NoticeKind.SUGGESTION_ARRIVED, _ZH): _Words(
        "您荐购的书已到馆",
        "您好！您荐购的{titles}已到馆，可登录我的图书馆预约。\n\n{library} {phone}",
        "您荐购的{titles}已到馆，可登录我的图书馆预约。",
    ),
    (NoticeKind.SUGGESTION_ARRIVED, _EN): _Words(
        "What you suggested is there",
        "Hello, {titles}, which you suggested, has come in. You can hold it in your account.\n\n{library} {phone}",
        "{titles}, which you suggested, has come in. Hold it in your account.",
    ),
    (NoticeKind.LOAN_RECEIPT, _ZH): _Words(
        "借阅成功：{count}册",
        "您在{branch}借出{count}册：\n\n{lines}\n\n{library} {phone}",
        "您已借出{count}册，最早应于{due_date}前归还。",
    ),
    (NoticeKind.LOAN_RECEIPT, _EN): _Words(
        "You borrowed {count} items",
        "You borrowed {count} items at {branch}:\n\n{lines}\n\n{library} {phone}",
        "You borrowed {count} items, the first due on {due_date}.",
    ),
    (NoticeKind.RETURN_RECEIPT, _ZH): _Words(
        "归还成功：{count}册",
        "您在{branch}归还{count}册：\n\n{lines}\n\n{library} {phone}",
        "您已归还{count}册，感谢您按时归还。",
    ),
    (NoticeKind.RETURN_RECEIPT, _EN): _Words(
        "You returned {count} items",
        "You returned {count} items at {branch}:\n\n{lines}\n\n{library} {phone}",
        "You returned {count} items. Thank you.",
    ),
    (NoticeKind.VERIFICATION_CODE, _ZH): _Words(
        "", "", "您的验证码是{code}，{minutes}分钟内有效。请勿告诉他人，馆员也不会向您索要。"
    ),
    (NoticeKind.VERIFICATION_CODE, _EN): _Words(
        "", "", "Your code is {code}, good for {minutes} minutes. Tell it to nobody; our staff never ask for it."
    ),
}

_WECHAT_DATE: Mapping[NoticeKind, str] = {
    NoticeKind.DUE_SOON: "due_date",
    NoticeKind.OVERDUE_1: "due_date",
    NoticeKind.OVERDUE_2: "due_date",
    NoticeKind.OVERDUE_3: "due_date",
    NoticeKind.HOLD_READY: "pickup_date",
    NoticeKind.LOAN_RECALLED: "due_date",
    NoticeKind.LOAN_RENEWED: "due_date",
    NoticeKind.RENEWAL_REFUSED: "due_date",
    NoticeKind.CLOSURE_DECLARED: "period",
    NoticeKind.CLOSURE_REOPENED: "first_date",
    NoticeKind.DUE_MOVED: "due_date",
    NoticeKind.CARD_EXPIRY: "expires_date",
    NoticeKind.LOAN_RECEIPT: "due_date",
}


def default_templates() -> Iterator[TemplateFacts]:
    """Every kind in every language and every channel that may carry it. SMS and WeChat wait for the code that the
    provider gives each text."""
    for (kind, language), words in _WORDS.items():
        for channel in (Channel.SMS,) if KINDS[kind].at_once else Channel:
            subject = "" if channel in {Channel.SMS, Channel.WECHAT} else words.subject
            yield TemplateFacts(
                kind=kind,
                channel=channel,
                language=language,
                subject=subject,
                body=_body(kind, channel, words),
                code="",
                needs_grant=False,
                is_on=True,
                edited_at=None,
            )


def _body(kind: NoticeKind, channel: Channel, words: _Words) -> str:
    if channel is Channel.SMS:
        return words.short
    if channel is Channel.WECHAT:
        date_line = f"\ntime2: {{{_WECHAT_DATE[kind]}}}" if kind in _WECHAT_DATE else ""
        about = "{titles}" if "{titles}" in words.letter + words.short else "{branch}"
        return f"thing1: {words.subject}{date_line}\nthing3: {about}\nthing4: {{library}}"
    return words.letter


_READY = {"pickup_date": "2026-05-10", "place": "预约架 B3", "reason": "该书已停印，暂时买不到"}
_TITLES = (
    {"title": "城南旧事", "due_date": "2026-05-06", "days": "9", **_READY},
    {"title": "边城", "due_date": "2026-05-08", "days": "7", **_READY},
    {"title": "呼兰河传", "due_date": "2026-05-08", "days": "7", **_READY},
)
_OTHERS = (
    {
        "first_date": "2026-05-11",
        "last_date": "2026-05-20",
        "reason": "消防设施改造",
        "expires_date": "2026-05-31",
        "code": "408215",
        "minutes": "5",
    },
)


def _samples(kind: NoticeKind) -> tuple[Mapping[str, str], ...]:
    names = KINDS[kind].values
    rows = _TITLES if "title" in names else _OTHERS
    return tuple({name: row[name] for name in sorted(names)} for row in rows)


SAMPLES: Mapping[NoticeKind, tuple[Mapping[str, str], ...]] = {kind: _samples(kind) for kind in NoticeKind}
"""Values of three notices (or one) of each kind, for previews and for trying a channel out."""
