"""Adding days and months up: steps and verbs of the worker.

Nothing holds the journal up. A day is announced, with a mark, before it is first added up. Whoever adds it up notes
the marks that are there, then reads the journal, and takes away the marks that were noted. An entry that was not seen
then is committed later; it is pending until its day bears a mark that was not noted. So no day looks clean that lacks
an entry.
"""

from datetime import date, datetime, timedelta

from django.db import connection

from wenyuan.office.figures.indicators import CODE_NAMES, CODED, KINDS
from wenyuan.office.figures.rollups import sql
from wenyuan.office.figures.rollups.declared import SHAPE
from wenyuan.plumbing.transactions import assert_in_verb, verb


@verb
def announce_days(*, today: date) -> list[date]:
    """Announce past days that nobody has added up yet, and mark those that were added up for other indicators; the
    first days of the months that bear marks, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(sql.ANNOUNCE_DAYS, {"kinds": list(KINDS), "today": today})
        cursor.execute(sql.MARK_OTHER_SHAPES, {"shape": SHAPE})
        cursor.execute(sql.MARKED_MONTHS)
        return [month for (month,) in cursor.fetchall()]


@verb
def roll_month(*, month: date, at: datetime) -> int:
    """Add up the marked days of a month and the month; returns how many days. None where somebody else does.

    A month moves by what a single day differs, as every night: its sum over all days would take longer than the day.
    Of several days at once, of those that somebody has counted anew, and where codes are told apart otherwise than
    before, it is added up from its days.
    """
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    within = {"first": month, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(sql.TRY_MONTH, {"lock": sql.ROLLING_LOCK, "month": month.year * 100 + month.month})
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(sql.MARKS, within)  # before the journal is read: what comes from now on marks anew
        marks = cursor.fetchall()
        days = sorted({day for _id, day, _anew in marks})
        if not days:
            return 0
        asked = {"kinds": list(KINDS), "coded": list(CODED), "code_names": list(CODE_NAMES), "days": days}
        anew = len(days) > 1 or any(mark_anew for _id, _day, mark_anew in marks)
        cursor.execute(sql.ROLL_DAYS, asked | {"first": month, "anew": anew})
        if anew or cursor.fetchone() == (True,):
            for statement in (sql.DROP_MONTH, sql.ROLL_MONTH, sql.DROP_ASPECT_MONTH, sql.ROLL_ASPECT_MONTH):
                cursor.execute(statement, within)
        cursor.execute(sql.DROP_MARKS, {"marks": [mark_id for mark_id, _day, _anew in marks]})
        cursor.execute(sql.NOTE_DAYS, {"shape": SHAPE, "at": at, "days": days})
    return len(days)


def mark_days(first: date, last: date) -> int:
    """A step: days that were added up are to be added up anew, and their months with them; returns how many."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.MARK_DAYS, {"first": first, "last": last})
        return int(cursor.rowcount)
