import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class BranchKind(models.TextChoices):
    """What a place is. The field's two kinds of bookhouse are apart, as reports count them apart."""

    CENTRAL = "central"  # 总馆
    BRANCH = "branch"  # 街道/乡镇分馆
    CHILDREN = "children"  # 少儿分馆
    PARTNER = "partner"  # 合作分馆
    STATION = "station"  # 图书流动站
    RURAL_BOOKHOUSE = "rural_bookhouse"  # 农家书屋
    COMMUNITY_BOOKHOUSE = "community_bookhouse"  # 社区书屋
    CITY_STUDY = "city_study"  # 城市书房
    SHELF_24H = "shelf_24h"  # 24 小时书架
    BOOKMOBILE = "bookmobile"  # 图书流动车


class Library(models.Model):
    """The one library that this installation serves: its name and public particulars. A single row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    institution_code = models.CharField(max_length=32, blank=True)  # ISIL form, SIP2 AO: CN-110108-1-NLC
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="network_one_library"),)


class Edition(models.Model):
    """A token that changes with every change of tree, calendar or lending groups, so that caches know they are old.

    Triggers set it (first migration): no writer can forget.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="network_one_edition"),)


class Branch(models.Model):
    """A place of the network, from the central library to a 24-hour shelf. It closes by date and is never deleted."""

    code = models.CharField(max_length=16, unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=24, choices=BranchKind.choices)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    accessibility = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_date__isnull=True) | Q(closed_date__gte=F("opened_date")),
                name="network_branch_closes_after_opening",
            ),
        )


class Placement(models.Model):
    """Which branch stands under which, from a day to a day. A branch without a placement is a root."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    valid = DateRangeField()

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="network_one_parent_a_day",
                expressions=[(F("branch"), RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=~Q(branch=F("parent")), name="network_not_own_parent"),
        )


class Area(models.Model):
    """阅览区: a reading area of a branch, with what a reader needs to know before coming."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    floor = models.SmallIntegerField(default=1)
    seats = models.PositiveSmallIntegerField(default=0)
    wheelchair = models.BooleanField(default=False)
    accessibility = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["branch", "code"], name="network_area_code"),)


class ServicePoint(models.Model):
    """服务窗口: a desk, door or machine at which people are served and visits are counted."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("network.Area", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    code = models.CharField(max_length=16)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["branch", "code"], name="network_service_point_code"),)


class WeeklyHours(models.Model):
    """One opening span of one weekday (0 is Monday) of a branch or one of its areas, from a day to a day.

    A lunch break makes two rows. ``closes`` at 00:00 means midnight at the end of the day.
    """

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("network.Area", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    weekday = models.SmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()
    valid = DateRangeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="network_weekday"),
            models.UniqueConstraint(
                fields=["branch", "area", "weekday", "opens", "valid"],
                name="network_hours_once",
                nulls_distinct=False,
            ),
        )


class DayException(models.Model):
    """What a branch (or area) does on one date instead of its week; it beats the week (调休, 春节).

    Without times the day is closed. Two spans of one day are two rows.
    """

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("network.Area", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    date = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["branch", "area", "date", "opens"],
                name="network_exception_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="network_exception_whole",
            ),
        )


class ClosureScope(models.TextChoices):
    """What a closure notice is about."""

    NETWORK = "network"  # every branch
    SUBTREE = "subtree"  # a branch and all that stands below it
    BRANCH = "branch"
    AREA = "area"
    SERVICE_POINT = "service_point"


class ClosureNotice(models.Model):
    """闭馆公告: one act of declaring, for however many branches: a draft, in force once signed, or withdrawn.

    ``shuts_…`` say which services stop; what is not shut stays open while the door is shut. ``most_a_day`` is how many
    loans of a branch may be moved to one day after it. Accounts are numbers, since their room stands above this one.
    """

    scope = models.CharField(max_length=16, choices=ClosureScope.choices)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    area = models.ForeignKey("network.Area", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    service_point = models.ForeignKey(
        "network.ServicePoint", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    shuts_door = models.BooleanField(default=True)
    shuts_book_drop = models.BooleanField(default=True)
    shuts_digital = models.BooleanField(default=False)
    first_date = models.DateField()
    last_date = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    most_a_day = models.PositiveIntegerField(null=True, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.IntegerField(null=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.IntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("first_date")),
                name="network_notice_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(scope="network", branch__isnull=True) | ~Q(scope="network") & Q(branch__isnull=False),
                name="network_notice_names_its_branch",
            ),
            models.CheckConstraint(
                condition=Q(shuts_door=True) | Q(shuts_book_drop=True) | Q(shuts_digital=True),
                name="network_notice_shuts_something",
            ),
        )


class Closure(models.Model):
    """Days on which a branch is shut, or an area, a service point or a service of it; an open end means until further
    notice.

    Only a closure of the door of a whole branch closes days and moves due dates. ``horizon``, for an open end, is the
    last day up to which due dates reckon with it, and moves forward; ``spread_days`` is over how many open days after
    it loans are spread, counted when closures of the branch change. ``own_end``: this branch was given a last day of
    its own, which the notice's does not change any more.
    """

    notice = models.ForeignKey(
        "network.ClosureNotice", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("network.Area", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    service_point = models.ForeignKey(
        "network.ServicePoint", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    shuts_door = models.BooleanField(default=True)
    first_date = models.DateField()
    last_date = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    most_a_day = models.PositiveIntegerField(null=True, blank=True)
    horizon = models.DateField(null=True, blank=True)
    spread_days = models.SmallIntegerField(default=1)
    own_end = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("first_date")),
                name="network_closure_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(spread_days__gte=1), name="network_closure_spread"),
        )


class AnnouncementChannel(models.TextChoices):
    """The ways by which readers are told of a closure."""

    POSTER = "poster"
    WECHAT = "wechat"
    GROUP = "group"  # readers' groups
    DOOR_SCREEN = "door_screen"
    HOTLINE = "hotline"
    SMS = "sms"
    EMAIL = "email"
    IN_APP = "in_app"
    MEDIA = "media"


class ClosureAnnouncement(models.Model):
    """By which channel, when and how many were told of a closure; so that an undo knows who must be told again."""

    notice = models.ForeignKey("network.ClosureNotice", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=16, choices=AnnouncementChannel.choices)
    count = models.PositiveIntegerField()
    at = models.DateTimeField()
    account_id = models.IntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())


class LendingGroup(models.Model):
    """通借通还: branches that lend and take back each other's items."""

    code = models.CharField(max_length=16, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)


class Membership(models.Model):
    """A branch belongs to a lending group from a day to a day."""

    group = models.ForeignKey("network.LendingGroup", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    valid = DateRangeField()

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="network_one_membership_a_day",
                expressions=[
                    (F("group"), RangeOperators.EQUAL),
                    (F("branch"), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        )
