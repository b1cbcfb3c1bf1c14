"""Who may see figures."""

from wenyuan.organisation.rights.data import Act, Operator
from wenyuan.organisation.rights.queries import may


def may_see(operator: Operator, branch_id: int | None) -> bool:
    """Whether the operator may see the figures of the branch and what stands below it; none: of the whole network."""
    return may(operator, Act.SEE_FIGURES, branch_id)


def may_see_rows(operator: Operator, branch_id: int | None) -> bool:
    """Whether the operator may open the rows behind those figures: whoever sees a figure may, and so may whoever
    sees the journal. The rows name no reader."""
    return may_see(operator, branch_id) or may(operator, Act.SEE_JOURNAL, branch_id)
