"""What this room follows in the journal."""

from wenyuan.lending.fees.following import points_count_for, points_follow
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.followers import follows


@follows(Kind.LOAN, Kind.RETURN, Kind.FEE_CHARGED, Kind.FEE_CANCELLED, among=points_count_for)
def give_points(entry_id: int) -> None:
    """Credit points (诚信借阅积分) by the rules that are on."""
    points_follow(entry_id)
