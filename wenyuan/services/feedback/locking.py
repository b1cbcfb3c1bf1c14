"""One after the other: whoever suggests, answers or leaves."""

from django.db import connection

from wenyuan.plumbing.transactions import assert_in_verb
from wenyuan.services.feedback import sql


def one_at_a_time() -> None:
    """A step of whatever adds to a suggestion, answers or deletes it. A reader's row is locked before it, the
    suggestion's after it."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.ONE_AT_A_TIME)
