"""Kinds of reader: what a category asks of those who are registered under it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import CategoryRules, Holder, PatronRefused, Problem, ProblemCode
from wenyuan.lending.patrons.models import Category, Guardian, Patron, PatronStatus
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

_FIELDS = (
    "name_zh",
    "name_en",
    "holder",
    "min_age",
    "max_age",
    "guardian_required",
    "guardian_age",
    "guardian_in_order",
    "months_valid",
)


@needs(Act.EDIT_POLICIES)
@verb
def add_category(*, code: str, terms: CategoryRules, at: datetime, desk: Desk) -> int:
    """A further kind of reader, for the whole network; returns its id. Policies hang on its code from now on.

    :raises NotAllowed: the operator does not edit policies of the whole network.
    :raises PatronRefused: with every problem at once.
    """
    require(desk.operator, Act.EDIT_POLICIES, None)
    problems = rules.kind_problems(code, terms)
    if Category.objects.filter(code=code).exists():
        problems.append(Problem(ProblemCode.CATEGORY_TAKEN, "code"))
    if problems:
        raise PatronRefused(*problems)
    row = Category(code=code)
    _apply(row, terms)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Another desk was faster.
        raise PatronRefused(Problem(ProblemCode.CATEGORY_TAKEN, "code")) from None
    _note(row, "add_category", sorted(_FIELDS), {}, at=at, desk=desk)
    return row.id


@needs(Act.EDIT_POLICIES)
@verb
def change_category(*, code: str, terms: CategoryRules, at: datetime, desk: Desk) -> frozenset[str]:
    """Set what a kind of reader asks for, and return what was otherwise before. Who is registered already stays so:
    ages and guardians are asked at the next registration, extension or change.

    :raises NotAllowed: the operator does not edit policies of the whole network.
    :raises PatronRefused: with every problem at once: no such category; persons and institutions would be mixed; or a
        guardian would be required of patrons who have none.
    """
    require(desk.operator, Act.EDIT_POLICIES, None)
    row = Category.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise PatronRefused(Problem(ProblemCode.CATEGORY_UNKNOWN, "category"))
    before = _values(row)
    problems = rules.kind_problems(code, terms) + _against_who_is_there(row, terms)
    if problems:
        raise PatronRefused(*problems)
    _apply(row, terms)
    changed = frozenset(name for name, value in _values(row).items() if value != before[name])
    if changed:
        row.save()
        _note(row, "change_category", sorted(changed), before, at=at, desk=desk)
    return changed


def _against_who_is_there(row: Category, terms: CategoryRules) -> list[Problem]:
    standing = Patron.objects.filter(category=row).exclude(status=PatronStatus.CLOSED)
    problems = []
    if terms.holder.value != row.holder and standing.exists():
        problems.append(Problem(ProblemCode.CATEGORY_IN_USE, "holder"))
    answered = Guardian.objects.filter(until__isnull=True).values("child_id")
    if terms.guardian_required and standing.exclude(id__in=answered).exists():
        problems.append(Problem(ProblemCode.CATEGORY_UNGUARDED, "guardian_required"))
    return problems


def _apply(row: Category, terms: CategoryRules) -> None:
    for name in _FIELDS:
        value = getattr(terms, name)
        setattr(row, name, value.value if isinstance(value, Holder) else value)


def _values(row: Category) -> dict[str, object]:
    return {name: getattr(row, name) for name in _FIELDS}


def _note(row: Category, act: str, what: list[str], before: dict[str, object], *, at: datetime, desk: Desk) -> None:
    entry = Entry(
        kind=Kind.CATEGORY_CHANGED,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=desk.branch_id or None,
        quantity=0,
        patron_category=row.code,
        subject_kind="category",
        subject_id=row.id,
        details={"what": what},
    )
    record(entry)
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="category",
        subject_id=row.id,
        before={name: before[name] for name in what if name in before},
        after={name: getattr(row, name) for name in what},
    )
