"""The kinds of reader a new library begins with."""

from wenyuan.lending.patrons.models import Category
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.transactions import verb

_DEFAULTS = (
    Category(code="adult", name_zh="成人读者", name_en="Adult", min_age=14),
    Category(code="child", name_zh="少儿读者", name_en="Child", max_age=13, guardian_required=True),
    Category(code="student", name_zh="学生读者", name_en="Student", min_age=6, max_age=30),
    Category(code="senior", name_zh="老年读者", name_en="Senior", min_age=60),
    Category(code="group", name_zh="集体读者", name_en="Group", months_valid=12, holder="institution"),
    Category(code="staff", name_zh="馆员", name_en="Staff", min_age=16, months_valid=0),
)
"""A child's category ends with the day the child may consent alone (PIPL art. 31)."""


@needs()
@verb
def install_default_categories() -> int:
    """Add the default categories that are missing by code and return how many; what is there stays as it is.

    A part of setting a library up, before anybody has a right to anything.
    """
    missing = [row for row in _DEFAULTS if not Category.objects.filter(code=row.code).exists()]
    Category.objects.bulk_create(
        [
            Category(
                code=row.code,
                name_zh=row.name_zh,
                name_en=row.name_en,
                min_age=row.min_age,
                max_age=row.max_age,
                guardian_required=row.guardian_required,
                months_valid=row.months_valid,
                holder=row.holder,
            )
            for row in missing
        ],
        ignore_conflicts=True,
    )
    return len(missing)
