"""A class list: children of one school class enrolled together, all of them or none."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from wenyuan.kernel.identity import IdentityNumber, TokenKind
from wenyuan.lending.patrons import rules, sheets
from wenyuan.lending.patrons.data import (
    ConsentInput,
    EnrolledChild,
    GuardianInput,
    NewPatron,
    NumberInput,
    Problem,
    ProblemCode,
    RegistrationRefused,
    Relation,
    RosterReceipt,
    RosterRefused,
    RosterRow,
    RowProblem,
    Way,
)
from wenyuan.lending.patrons.models import Patron, PatronStatus, Roster, Token, TokenStatus
from wenyuan.lending.patrons.records import branch_code_standing
from wenyuan.lending.patrons.registration import enrol, owner_of_number
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

SCHOOL_LENGTH = 100
CLASS_LENGTH = 60
_COLUMNS = {
    "guardian": "guardian_name",
    "guardian_phone": "guardian_phone",
    "name": "name",
    "number": "number",
    "birth_date": "birth_date",
    "gender": "gender",
    "card_no": "card_no",
    "tokens": "number",
}
"""Where in the sheet a problem of a registration lies; anything else concerns the whole row."""


@needs(Act.EDIT_PATRON)
@verb
def enrol_roster(
    *,
    school: str,
    name: str,
    rows: Sequence[RosterRow],
    category: str,
    home_branch_id: int,
    consent: ConsentInput | None,
    at: datetime,
    desk: Desk,
) -> RosterReceipt:
    """Enrol the children of a class list (``sheets.read_sheet``) as patrons of a category, all or none.

    ``consent`` says under which notice the school holds the guardians' signed forms. The same list again enrols only
    who is new in it: a child is known by the identity number, else by name and birth date on this list. A child who
    is a patron already is not changed; one who has left must be taken in again first.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises RosterRefused: with every problem of every row and column; nobody was enrolled.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    if problems := _list_problems(school, name, rows):
        raise RosterRefused(tuple(problems))
    with transaction.atomic():
        # All rows are gone through before the list is refused, each in its savepoint, so that all problems are told.
        roster = _roster(school, name, home_branch_id, today=local_date(at))
        children, seen = [], dict[object, int]()
        for row in rows:
            try:
                application = _application(row, category, roster, consent, today=local_date(at))
                children.append(_enrol_child(row.line, application, roster, seen, at=at, desk=desk))
            except _RowRefused as refused:
                problems += [_placed(row.line, problem) for problem in refused.problems]
            except RegistrationRefused as refused:
                problems += [_placed(row.line, problem) for problem in refused.problems]
        if problems:
            raise RosterRefused(tuple(problems))
    return RosterReceipt(roster.id, tuple(children))


class _RowRefused(Exception):
    """A row cannot be read, stands twice in the sheet, or names somebody who has left."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = problems


def _list_problems(school: str, name: str, rows: Sequence[RosterRow]) -> list[RowProblem]:
    problems = []
    for field, text, length in (("school", school, SCHOOL_LENGTH), ("roster", name, CLASS_LENGTH)):
        if not text.strip():
            problems.append(RowProblem(0, "", Problem(ProblemCode.NAME_EMPTY, field)))
        elif len(text.strip()) > length:
            problems.append(RowProblem(0, "", Problem(ProblemCode.NAME_TOO_LONG, field)))
    if not rows:
        problems.append(RowProblem(0, "", Problem(ProblemCode.ROW_MISSING)))
    if len(rows) > sheets.MOST_ROWS:
        problems.append(RowProblem(0, "", Problem(ProblemCode.TOO_MANY_ROWS)))
    return problems


def _roster(school: str, name: str, home_branch_id: int, *, today: date) -> Roster:
    """The list of this school and name, made by the first who asks; its home branch stays the first one's."""
    if branch_code_standing(home_branch_id, today) is None:
        raise RosterRefused((RowProblem(0, "", Problem(ProblemCode.BRANCH_UNKNOWN, "home_branch_id")),))
    roster, _ = Roster.objects.get_or_create(
        school=school.strip(), name=name.strip(), defaults={"home_branch_id": home_branch_id}
    )
    return Roster.objects.select_for_update().get(id=roster.id)


def _application(
    row: RosterRow, category: str, roster: Roster, consent: ConsentInput | None, *, today: date
) -> NewPatron:
    """The row as an application. :raises _RowRefused: with every cell that cannot be read."""
    birth_date, gender = sheets.read_date(row.birth_date), sheets.read_gender(row.gender)
    reason, relation = sheets.read_reason(row.no_number_reason), sheets.read_relation(row.relation)
    unread = [
        Problem(ProblemCode.VALUE_UNREADABLE, column)
        for column, text, value in (
            ("birth_date", row.birth_date, birth_date),
            ("gender", row.gender, gender),
            ("no_number_reason", row.no_number_reason, reason),
            ("relation", row.relation, relation),
        )
        if text and value is None
    ]
    if unread:
        raise _RowRefused(*unread)
    guardians: tuple[GuardianInput, ...] = ()
    if row.guardian_name or row.guardian_phone:
        phone = row.guardian_phone or None
        guardians = (GuardianInput(name=row.guardian_name, relation=relation or Relation.OTHER, phone=phone),)
    return NewPatron(
        name=row.name,
        category=category,
        home_branch_id=roster.home_branch_id,
        consent=consent,
        number=NumberInput(row.number) if row.number else None,
        no_number_reason=None if row.number else reason,
        birth_date=birth_date,
        gender=gender,
        guardians=guardians,
        roster_id=roster.id,
        card_no=row.card_no or None,
    )


def _enrol_child(
    line: int, application: NewPatron, roster: Roster, seen: dict[object, int], *, at: datetime, desk: Desk
) -> EnrolledChild:
    number, _ = rules.check_number(application.number, today=local_date(at))
    child = number.canonical if number else (rules.clean_name(application.name), application.birth_date)
    if child in seen:
        raise _RowRefused(Problem(ProblemCode.DUPLICATE_ROW, "name", str(seen[child])))
    seen[child] = line
    known = _known(application, number, roster)
    if known is not None:
        if Patron.objects.filter(id=known, status=PatronStatus.CLOSED).exists():
            # Left out in silence, the child would stand before the desk without a card.
            raise _RowRefused(Problem(ProblemCode.PATRON_CLOSED, "name", existing_patron_id=known))
        return EnrolledChild(line, known, _card_of(known), new=False)
    made = enrol(application, at=at, desk=desk, way=Way.ROSTER)
    return EnrolledChild(line, made.patron_id, made.card_no, new=True)


def _known(application: NewPatron, number: IdentityNumber | None, roster: Roster) -> int | None:
    """The patron this row speaks of, if it was enrolled before."""
    if number is not None:
        return owner_of_number(number)
    same = Patron.objects.filter(
        roster=roster, name=rules.clean_name(application.name), birth_date=application.birth_date
    )
    return same.values_list("id", flat=True).first() if application.name.strip() else None


def _card_of(patron_id: int) -> str:
    cards = Token.objects.filter(patron_id=patron_id, kind=TokenKind.CARD.value, status=TokenStatus.ACTIVE)
    return cards.order_by("-issued_at", "-id").values_list("card_no", flat=True).first() or ""


def _placed(line: int, problem: Problem) -> RowProblem:
    if problem.code is ProblemCode.VALUE_UNREADABLE:
        return RowProblem(line, problem.field, problem)
    return RowProblem(line, _COLUMNS.get(problem.field, ""), problem)
