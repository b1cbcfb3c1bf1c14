"""The work plan of the year in which the demo ends: goals with figures, and one that goes by milestones."""

from datetime import date, datetime

from wenyuan.office.figures.data import IndicatorCode, StockCode, SummaryPart
from wenyuan.office.workplans.data import GoalDraft, GoalFigure, MilestoneDraft
from wenyuan.office.workplans.operations import note_milestone, set_goal
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date

_GOALS: tuple[tuple[SummaryPart, str, str, GoalFigure, int], ...] = (
    (SummaryPart.HOLDINGS, "入藏新书", "采编部", IndicatorCode.ITEMS_ADDED, 3_000),
    (SummaryPart.SERVICE, "全年接待读者", "读者服务部", IndicatorCode.VISITS, 80_000),
    (SummaryPart.READING, "举办阅读推广活动", "活动部", IndicatorCode.ACTIVITIES, 40),
    (SummaryPart.PUBLICITY, "编印《科普小报》", "活动部", IndicatorCode.NEWSLETTERS, 6),
    (SummaryPart.NETWORK, "街道（乡镇）分馆全覆盖", "总分馆办公室", StockCode.BRANCHES, 12),
)


def plan_the_year(*, at: datetime, desk: Desk) -> None:
    """Put the goals of the whole network in; the first milestone of the bookmobile's is done."""
    today = local_date(at)
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    for part, title, duty, figure, target in _GOALS:
        draft = GoalDraft(
            year=today.year,
            part=part,
            branch_id=None,
            title=title,
            duty=duty,
            first_date=first,
            due_date=last,
            figure=figure,
            target=target,
        )
        set_goal(draft=draft, at=at, desk=desk)
    steps = (MilestoneDraft("完成采购招标", first), MilestoneDraft("上路试运行", last))
    made = set_goal(
        draft=GoalDraft(
            year=today.year,
            part=SummaryPart.NETWORK,
            branch_id=None,
            title="更新流动图书车",
            duty="办公室",
            standard="配置自助借还设备，覆盖全部流动站点。",
            first_date=first,
            due_date=last,
            milestones=steps,
        ),
        at=at,
        desk=desk,
    ).goal
    note_milestone(milestone_id=made.milestones[0].id, done=first, at=at, desk=desk)
