"""The people and places of the patrons' tests."""

from datetime import UTC, date, datetime

from wenyuan.kernel.identity import Gender
from wenyuan.lending.patrons.data import (
    ConsentInput,
    GivenBy,
    GuardianInput,
    NewPatron,
    NoNumberReason,
    NumberInput,
    Relation,
)

AT = datetime(2026, 4, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 4, 23)
# The two examples printed in GB 11643-1999.
WOMANS_NUMBER = "11010519491231002X"
MANS_NUMBER = "440524188001010014"
CHILDS_NUMBER = "110101201602290040"
PHONE = "13812341234"

SELF = ConsentInput(notice_version="2026-1")
BY_GUARDIAN = ConsentInput(notice_version="2026-1", given_by=GivenBy.GUARDIAN)


def adult(home_branch_id: int, **changes: object) -> NewPatron:
    """李小军, an adult with a number and a phone."""
    values: dict[str, object] = {
        "name": "李小军",
        "category": "adult",
        "home_branch_id": home_branch_id,
        "consent": SELF,
        "number": NumberInput(WOMANS_NUMBER),
        "phone": PHONE,
        **changes,
    }
    return NewPatron(**values)  # type: ignore[arg-type] # a test's own shorthand


def child(home_branch_id: int, **changes: object) -> NewPatron:
    """陈思雨, ten years old, without a number, her mother with her."""
    values: dict[str, object] = {
        "name": "陈思雨",
        "category": "child",
        "home_branch_id": home_branch_id,
        "consent": BY_GUARDIAN,
        "no_number_reason": NoNumberReason.CHILD,
        "birth_date": date(2016, 2, 29),
        "gender": Gender.FEMALE,
        "guardians": (GuardianInput(name="王芳", relation=Relation.MOTHER),),
        **changes,
    }
    return NewPatron(**values)  # type: ignore[arg-type] # a test's own shorthand
