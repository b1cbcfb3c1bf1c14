import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from wenyuan.plumbing.first_tables import TablesAtOnce
from wenyuan.plumbing.roles import edition_triggers

TABLES = [
    migrations.CreateModel(
        name="LendingGroup",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=16, unique=True)),
            ("name_zh", models.CharField(max_length=60)),
            ("name_en", models.CharField(blank=True, max_length=60)),
        ],
    ),
    migrations.CreateModel(
        name="Branch",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=16, unique=True)),
            ("name_zh", models.CharField(max_length=100)),
            ("name_en", models.CharField(blank=True, max_length=100)),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("central", "Central"),
                        ("branch", "Branch"),
                        ("children", "Children"),
                        ("partner", "Partner"),
                        ("station", "Station"),
                        ("rural_bookhouse", "Rural Bookhouse"),
                        ("community_bookhouse", "Community Bookhouse"),
                        ("city_study", "City Study"),
                        ("shelf_24h", "Shelf 24H"),
                        ("bookmobile", "Bookmobile"),
                    ],
                    max_length=24,
                ),
            ),
            ("opened_date", models.DateField()),
            ("closed_date", models.DateField(blank=True, null=True)),
            ("address", models.CharField(blank=True, max_length=200)),
            ("phone", models.CharField(blank=True, max_length=40)),
            ("latitude", models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
            ("longitude", models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
            ("accessibility", models.CharField(blank=True, max_length=200)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("closed_date__isnull", True), ("closed_date__gte", models.F("opened_date")), _connector="OR"
                    ),
                    name="network_branch_closes_after_opening",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Area",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=16)),
            ("name_zh", models.CharField(max_length=60)),
            ("name_en", models.CharField(blank=True, max_length=60)),
            ("floor", models.SmallIntegerField(default=1)),
            ("seats", models.PositiveSmallIntegerField(default=0)),
            ("wheelchair", models.BooleanField(default=False)),
            ("accessibility", models.CharField(blank=True, max_length=200)),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("branch", "code"), name="network_area_code")],
        },
    ),
    migrations.CreateModel(
        name="DayException",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("date", models.DateField()),
            ("opens", models.TimeField(blank=True, null=True)),
            ("closes", models.TimeField(blank=True, null=True)),
            ("reason", models.CharField(blank=True, max_length=100)),
            (
                "area",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.area",
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("branch", "area", "date", "opens"), name="network_exception_once", nulls_distinct=False
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("closes__isnull", True), ("opens__isnull", True)),
                        models.Q(("closes__isnull", False), ("opens__isnull", False)),
                        _connector="OR",
                    ),
                    name="network_exception_whole",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Edition",
        fields=[
            ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("token", models.UUIDField(default=uuid.uuid4)),
        ],
        options={
            "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="network_one_edition")],
        },
    ),
    migrations.CreateModel(
        name="Library",
        fields=[
            ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("name_zh", models.CharField(max_length=100)),
            ("name_en", models.CharField(blank=True, max_length=100)),
            ("institution_code", models.CharField(blank=True, max_length=32)),
            ("address", models.CharField(blank=True, max_length=200)),
            ("phone", models.CharField(blank=True, max_length=40)),
        ],
        options={
            "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="network_one_library")],
        },
    ),
    migrations.CreateModel(
        name="Membership",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "group",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.lendinggroup"
                ),
            ),
        ],
        options={
            "constraints": [
                django.contrib.postgres.constraints.ExclusionConstraint(
                    expressions=[(models.F("group"), "="), (models.F("branch"), "="), ("valid", "&&")],
                    name="network_one_membership_a_day",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Placement",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "parent",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "constraints": [
                django.contrib.postgres.constraints.ExclusionConstraint(
                    expressions=[(models.F("branch"), "="), ("valid", "&&")], name="network_one_parent_a_day"
                ),
                models.CheckConstraint(
                    condition=models.Q(("branch", models.F("parent")), _negated=True), name="network_not_own_parent"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ServicePoint",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=16)),
            ("name_zh", models.CharField(max_length=60)),
            ("name_en", models.CharField(blank=True, max_length=60)),
            ("closed_date", models.DateField(blank=True, null=True)),
            (
                "area",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.area",
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("branch", "code"), name="network_service_point_code")],
        },
    ),
    migrations.CreateModel(
        name="ClosureNotice",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "scope",
                models.CharField(
                    choices=[
                        ("network", "Network"),
                        ("subtree", "Subtree"),
                        ("branch", "Branch"),
                        ("area", "Area"),
                        ("service_point", "Service Point"),
                    ],
                    max_length=16,
                ),
            ),
            ("shuts_door", models.BooleanField(default=True)),
            ("shuts_book_drop", models.BooleanField(default=True)),
            ("shuts_digital", models.BooleanField(default=False)),
            ("first_date", models.DateField()),
            ("last_date", models.DateField(blank=True, null=True)),
            ("reason", models.CharField(max_length=200)),
            ("most_a_day", models.PositiveIntegerField(blank=True, null=True)),
            ("drafted_at", models.DateTimeField()),
            ("drafted_by", models.IntegerField(null=True)),
            ("signed_at", models.DateTimeField(blank=True, null=True)),
            ("signed_by", models.IntegerField(null=True)),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            (
                "area",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.area",
                ),
            ),
            (
                "branch",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.branch",
                ),
            ),
            (
                "service_point",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.servicepoint",
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("last_date__isnull", True), ("last_date__gte", models.F("first_date")), _connector="OR"
                    ),
                    name="network_notice_ends_after_start",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("branch__isnull", True), ("scope", "network")),
                        models.Q(models.Q(("scope", "network"), _negated=True), ("branch__isnull", False)),
                        _connector="OR",
                    ),
                    name="network_notice_names_its_branch",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("shuts_door", True), ("shuts_book_drop", True), ("shuts_digital", True), _connector="OR"
                    ),
                    name="network_notice_shuts_something",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ClosureAnnouncement",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "channel",
                models.CharField(
                    choices=[
                        ("poster", "Poster"),
                        ("wechat", "Wechat"),
                        ("group", "Group"),
                        ("door_screen", "Door Screen"),
                        ("hotline", "Hotline"),
                        ("sms", "Sms"),
                        ("email", "Email"),
                        ("in_app", "In App"),
                        ("media", "Media"),
                    ],
                    max_length=16,
                ),
            ),
            ("count", models.PositiveIntegerField()),
            ("at", models.DateTimeField()),
            ("account_id", models.IntegerField(null=True)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "notice",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.closurenotice"
                ),
            ),
        ],
    ),
    migrations.CreateModel(
        name="Closure",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("shuts_door", models.BooleanField(default=True)),
            ("first_date", models.DateField()),
            ("last_date", models.DateField(blank=True, null=True)),
            ("reason", models.CharField(max_length=200)),
            ("most_a_day", models.PositiveIntegerField(blank=True, null=True)),
            ("horizon", models.DateField(blank=True, null=True)),
            ("spread_days", models.SmallIntegerField(default=1)),
            ("own_end", models.BooleanField(default=False)),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "area",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.area",
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
            (
                "notice",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.closurenotice",
                ),
            ),
            (
                "service_point",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.servicepoint",
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("last_date__isnull", True), ("last_date__gte", models.F("first_date")), _connector="OR"
                    ),
                    name="network_closure_ends_after_start",
                ),
                models.CheckConstraint(condition=models.Q(("spread_days__gte", 1)), name="network_closure_spread"),
            ],
        },
    ),
    migrations.CreateModel(
        name="WeeklyHours",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("weekday", models.SmallIntegerField()),
            ("opens", models.TimeField()),
            ("closes", models.TimeField()),
            ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
            (
                "area",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="network.area",
                ),
            ),
            (
                "branch",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("weekday__range", (0, 6))), name="network_weekday"),
                models.UniqueConstraint(
                    fields=("branch", "area", "weekday", "opens", "valid"),
                    name="network_hours_once",
                    nulls_distinct=False,
                ),
            ],
        },
    ),
]

EDITION, NO_EDITION = edition_triggers(
    "network_edition",
    [
        "network_library",
        "network_branch",
        "network_placement",
        "network_weeklyhours",
        "network_dayexception",
        "network_closure",
        "network_lendinggroup",
        "network_membership",
    ],
)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        TablesAtOnce(TABLES),
        migrations.RunSQL(EDITION, NO_EDITION),
    ]
