"""Verbs and steps of the notices: posting, sending, editing, deciding, calling."""

from wenyuan.organisation.notices.operations.at_once import send_at_once
from wenyuan.organisation.notices.operations.calling import (
    assign_calls,
    close_call_list,
    note_call,
    open_call_list,
    reveal_call_number,
)
from wenyuan.organisation.notices.operations.editing import (
    change_notice_hours,
    decide,
    edit_template,
    install_default_templates,
    mark_seen,
    prefer,
    set_preferences,
)
from wenyuan.organisation.notices.operations.posting import (
    add_grants,
    change_contacts,
    forget_recipient,
    move_recipient,
    post,
    post_many,
    withdraw,
)
from wenyuan.organisation.notices.operations.sending import forget_old, send_due

__all__ = [
    "add_grants",
    "assign_calls",
    "change_contacts",
    "change_notice_hours",
    "close_call_list",
    "decide",
    "edit_template",
    "forget_old",
    "forget_recipient",
    "install_default_templates",
    "mark_seen",
    "move_recipient",
    "note_call",
    "open_call_list",
    "post",
    "post_many",
    "prefer",
    "reveal_call_number",
    "send_at_once",
    "send_due",
    "set_preferences",
    "withdraw",
]
