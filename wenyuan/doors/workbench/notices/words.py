"""Notices in words: kinds, channels, states, faults of templates, outcomes of calls, refusals."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.notice_words import CHANNELS as CHANNELS
from wenyuan.doors.furniture.notice_words import KINDS as KINDS
from wenyuan.doors.furniture.notice_words import LANGUAGES as LANGUAGES
from wenyuan.organisation.notices.data import (
    CallOutcome,
    CallReason,
    Fault,
    NoticeKind,
    NoticeReason,
    State,
    TemplateFault,
)

STATES: Final[Mapping[State, tuple[str, StrOrPromise]]] = {
    State.WAITING: ("soon", _("waiting")),
    State.SENDING: ("way", _("on its way")),
    State.SENT: ("done", _("sent")),
    State.FAILED: ("stop", _("not delivered")),
    State.UNSURE: ("stop", _("not known whether sent")),
    State.EXPIRED: ("none", _("out of date, not sent")),
    State.WITHDRAWN: ("none", _("taken back")),
}

RESULTS: Final[Mapping[str, StrOrPromise]] = {
    "sent": _("sent"),
    "later": _("to be tried again"),
    "bad_address": _("nobody is reached there"),
    "refused": _("refused by the provider"),
    "unsure": _("not known whether sent"),
}

PLACEHOLDERS: Final[Mapping[str, StrOrPromise]] = {
    "library": _("name of the library"),
    "branch": _("name of the branch"),
    "phone": _("telephone of the branch"),
    "count": _("how many items"),
    "titles": _("the titles, three at most"),
    "lines": _("a line for each item with its day"),
    "due_date": _("the earliest due date"),
    "days": _("days overdue, the most"),
    "pickup_date": _("last day to fetch it"),
    "place": _("where it stands on the hold shelf"),
    "period": _("from which day to which"),
    "first_date": _("first day"),
    "reason": _("reason"),
    "expires_date": _("last day of the card"),
    "code": _("the code"),
    "minutes": _("how many minutes it is good for"),
}

OUTCOMES: Final[Mapping[CallOutcome, tuple[str, StrOrPromise]]] = {
    CallOutcome.REACHED: ("done", _("reached")),
    CallOutcome.PROMISED: ("done", _("promised a day")),
    CallOutcome.NO_ANSWER: ("soon", _("no answer")),
    CallOutcome.WRONG_NUMBER: ("stop", _("wrong number")),
    CallOutcome.NOT_NEEDED: ("none", _("not needed any more")),
}

CALL_REASONS: Final[Mapping[CallReason, StrOrPromise]] = {
    CallReason.OVERDUE: _("Overdue"),
    CallReason.LOST: _("Lost"),
    CallReason.HOLD_READY: _("Hold ready"),
    CallReason.CLOSURE: _("Closure"),
    CallReason.OTHER: _("Something else"),
}

REASONS: Final[Mapping[NoticeReason, StrOrPromise]] = {
    NoticeReason.UNKNOWN: _("There is no such thing any more."),
    NoticeReason.NOT_ENDED: _("Somebody has decided about this message already."),
    NoticeReason.ADDRESS_FORGOTTEN: _("The address of this message was forgotten: it is too old to be sent again."),
    NoticeReason.BAD_TIMES: _("Digests cannot go out in the quiet hours, and texts are kept for 7 to 1100 days."),
    NoticeReason.BAD_CHANNELS: _("A channel stands twice in the order."),
    NoticeReason.BAD_TITLE: _("A title is needed, 80 characters at most."),
    NoticeReason.NO_CALLS: _("Nobody is to be called."),
    NoticeReason.LIST_CLOSED: _("The list is closed."),
    NoticeReason.CALL_ENDED: _("This call has its outcome already."),
    NoticeReason.NO_NUMBER: _("No telephone number is known."),
    NoticeReason.BAD_PROMISE: _("A promise needs its day, today or later; other outcomes have none."),
    NoticeReason.BAD_NOTE: _("A note has 200 characters at most."),
    NoticeReason.BAD_ACCOUNT: _("Nobody works under this account."),
    NoticeReason.ALREADY_OPEN: _("This list has been opened already."),
}


def kind_words(kind: NoticeKind) -> StrOrPromise:
    """What a notice is about."""
    return KINDS[kind]


def fault_words(fault: Fault) -> str:
    """What is wrong with a template, with the placeholder or line it is about."""
    match fault.code:
        case TemplateFault.EMPTY:
            return gettext("The text is empty.")
        case TemplateFault.TOO_LONG:
            return gettext("The text is too long: %(most)s characters at most, the subject 100.") % {
                "most": fault.detail
            }
        case TemplateFault.UNKNOWN_PLACEHOLDER:
            return gettext("{%(name)s} is no placeholder of this notice.") % {"name": fault.detail}
        case TemplateFault.STRAY_BRACE:
            return gettext("A brace stands alone: placeholders are written as {count}.")
        case TemplateFault.SUBJECT_MISSING:
            return gettext("A letter needs a subject.")
        case TemplateFault.BAD_LINE:
            return gettext("A line for WeChat is written as thing1: text, not as “%(line)s”.") % {"line": fault.detail}
        case TemplateFault.CODE_MISSING:
            return gettext("A template that needs the reader's leave needs its code.")
        case TemplateFault.BAD_CODE:
            return gettext("A code has letters, digits, dashes and underlines, 64 at most.")
