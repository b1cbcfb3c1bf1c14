"""What numbers count."""

from enum import StrEnum


class Unit(StrEnum):
    """What a number counts."""

    ITEM_TIMES = "item_times"  # 册次
    PERSON_TIMES = "person_times"  # 人次
    CARDS = "cards"  # 个
    ITEMS = "items"  # 册
    DAYS = "days"  # 天
    SESSIONS = "sessions"  # 场次
    TIMES = "times"  # 次
    PIECES = "pieces"  # 项
    ARTICLES = "articles"  # 篇
    REPORTS = "reports"  # 篇（条）: in print and on the air
    CASES = "cases"  # 条
    ISSUES = "issues"  # 期
    COPIES = "copies"  # 份
    TITLES = "titles"  # 种
    HOURS = "hours"  # 小时
    PEOPLE = "people"  # 人
    GROUPS = "groups"  # 批次
    ENTRIES = "entries"  # 件
    FEN = "fen"  # 分, told as 元
    WEEK_MINUTES = "week_minutes"  # minutes a week, told as 小时
    SQUARE_METRES = "square_metres"  # 平方米
    METRES = "metres"  # 米
    SEATS = "seats"  # 个
    MACHINES = "machines"  # 台
    PLACES = "places"  # 个: branches and stops
