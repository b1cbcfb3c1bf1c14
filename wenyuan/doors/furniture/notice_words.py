"""Messages in words for every door: what they are about, by which way they go, in which language."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.organisation.notices.data import Channel, Language, NoticeKind

KINDS: Final[Mapping[NoticeKind, StrOrPromise]] = {
    NoticeKind.DUE_SOON: _("Due soon"),
    NoticeKind.OVERDUE_1: _("Overdue, first reminder"),
    NoticeKind.OVERDUE_2: _("Overdue, second reminder"),
    NoticeKind.OVERDUE_3: _("Overdue, third reminder"),
    NoticeKind.HOLD_READY: _("Hold ready"),
    NoticeKind.HOLD_EXPIRED: _("Hold not fetched"),
    NoticeKind.HOLD_CANCELLED: _("Hold cancelled"),
    NoticeKind.LOAN_RECALLED: _("Item recalled"),
    NoticeKind.LOAN_RENEWED: _("Renewed by itself"),
    NoticeKind.RENEWAL_REFUSED: _("Not renewed by itself"),
    NoticeKind.CLOSURE_DECLARED: _("Closure notice"),
    NoticeKind.CLOSURE_REOPENED: _("Open again"),
    NoticeKind.DUE_MOVED: _("Due date moved"),
    NoticeKind.CARD_EXPIRY: _("Card ends soon"),
    NoticeKind.ERASURE_REFUSED: _("Deletion refused"),
    NoticeKind.SUGGESTION_ORDERED: _("Suggestion ordered"),
    NoticeKind.SUGGESTION_REFUSED: _("Suggestion not followed"),
    NoticeKind.SUGGESTION_ARRIVED: _("Suggestion arrived"),
    NoticeKind.LOAN_RECEIPT: _("Receipt for loans"),
    NoticeKind.RETURN_RECEIPT: _("Receipt for returns"),
    NoticeKind.VERIFICATION_CODE: _("Code that a reader asked for"),
}

CHANNELS: Final[Mapping[Channel, StrOrPromise]] = {
    Channel.WECHAT: _("WeChat"),
    Channel.SMS: _("SMS"),
    Channel.EMAIL: _("E-mail"),
    Channel.IN_APP: _("Message box"),
}

LANGUAGES: Final[Mapping[Language, StrOrPromise]] = {Language.ZH: _("Chinese"), Language.EN: _("English")}
