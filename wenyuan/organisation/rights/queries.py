"""The one question about rights, answered from values (default deny), and reads of the audit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from wenyuan.organisation.rights import models
from wenyuan.organisation.rights.data import Act, AuditEntry, Operator

F = TypeVar("F", bound=Callable[..., Any])

PAGE_ROWS = 50


class NotAllowed(Exception):
    """The operator has no right to this act at this branch."""

    def __init__(self, act: Act, branch_id: int | None) -> None:
        super().__init__(f"{act.value} is not allowed here")
        self.act = act
        self.branch_id = branch_id


def may(operator: Operator, act: Act, branch_id: int | None) -> bool:
    """Whether the operator may do ``act`` at the branch; without a branch, anywhere in the whole network."""
    if act in operator.everywhere:
        return True
    return branch_id is not None and act in operator.at_branches.get(branch_id, frozenset())


def require(operator: Operator, act: Act, branch_id: int | None) -> None:
    """:raises NotAllowed: unless ``may``."""
    if not may(operator, act, branch_id):
        raise NotAllowed(act, branch_id)


def needs(*acts: Act) -> Callable[[F], F]:
    """Declare which acts a verb or page asks for, as its attribute ``needs`` (a frozenset; empty: one's own affairs).

    This is for documentation and tests; the verb itself calls ``require``, since only there the branch is known.
    """

    def declare(function: F) -> F:
        vars(function)["needs"] = frozenset(acts)
        return function

    return declare


def list_audit(
    *,
    account_id: int | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
    act: str = "",
    first_at: datetime | None = None,
    before: int | None = None,
    size: int = PAGE_ROWS,
) -> tuple[AuditEntry, ...]:
    """Audit rows, newest first, with an id below ``before``; an empty argument does not narrow."""
    lookups = {
        "account_id": account_id,
        "subject_kind": subject_kind or None,
        "subject_id": subject_id,
        "act": act or None,
        "at__gte": first_at,
        "id__lt": before,
    }
    rows = models.AuditRow.objects.filter(**{name: value for name, value in lookups.items() if value is not None})
    return tuple(
        AuditEntry(
            row.id,
            row.at,
            row.account_id,
            row.act,
            row.door,
            row.branch_id,
            row.subject_kind,
            row.subject_id,
            row.reason,
            row.before,
            row.after,
        )
        for row in rows.order_by("-id")[:size]
    )


def audited_subjects(
    *, act: str, subject_kind: str, subject_ids: list[int], first_at: datetime, after: Mapping[str, object]
) -> list[int]:
    """Which of these subjects had the act done to them since ``first_at`` with these values afterwards; sorted ids."""
    rows = models.AuditRow.objects.filter(
        act=act, subject_kind=subject_kind, subject_id__in=subject_ids, at__gte=first_at, after__contains=after
    )
    return sorted({subject_id for subject_id in rows.values_list("subject_id", flat=True) if subject_id is not None})
