"""Shelf groups, numbers of works, tables of authors and classes; and what stood on the shelf before it was
renumbered, remembered by triggers: whoever renumbers it, by whatever statement.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="AuthorTable",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=32, unique=True)),
            ("kept_at", models.DateTimeField()),
        ],
    ),
    migrations.CreateModel(
        name="AuthorEntry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("entry", models.CharField(max_length=12)),
            ("reading", models.CharField(blank=True, max_length=20)),
            ("letters", models.CharField(blank=True, max_length=3)),
            ("number", models.CharField(blank=True, max_length=8)),
            ("subtable", models.SmallIntegerField(default=0)),
            ("see", models.CharField(blank=True, max_length=12)),
            (
                "table",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.authortable",
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["table", "entry"], name="catalogue_author_entry")],
        },
    ),
    migrations.CreateModel(
        name="ShelfGroup",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=16, unique=True)),
            ("name", models.CharField(max_length=40)),
            (
                "numbering",
                models.CharField(
                    choices=[("running", "Running"), ("author", "Author"), ("initials", "Initials")],
                    default="running",
                    max_length=12,
                ),
            ),
            ("scheme", models.CharField(default="clc", max_length=8)),
            ("edition", models.CharField(default="5", max_length=8)),
            ("prefix", models.CharField(blank=True, max_length=12)),
            ("template", models.CharField(max_length=120)),
            ("breaks", models.CharField(max_length=8)),
            ("edition_apart", models.BooleanField(default=False)),
            ("is_default", models.BooleanField(default=False)),
            (
                "author_table",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.authortable"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("is_default", True)), fields=("is_default",), name="catalogue_one_default_group"
                ),
                models.CheckConstraint(
                    condition=models.Q(("numbering__in", ["running", "author", "initials"])),
                    name="catalogue_group_numbering",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("numbering", "author"), _negated=True),
                        ("author_table__isnull", False),
                        _connector="OR",
                    ),
                    name="catalogue_group_has_author_table",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("prefix", ""), _negated=True),
                    fields=("prefix",),
                    name="catalogue_one_group_a_prefix",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ShelfGroupBranch",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "branch",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.branch"
                ),
            ),
            (
                "group",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.shelfgroup"
                ),
            ),
        ],
    ),
    migrations.CreateModel(
        name="ClassCounter",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("class_key", models.CharField(max_length=80)),
            ("highest", models.IntegerField(default=0)),
            (
                "group",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.shelfgroup",
                ),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("group", "class_key"), name="catalogue_class_counter")],
        },
    ),
    migrations.CreateModel(
        name="WorkNumber",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("class_key", models.CharField(max_length=80)),
            ("class_no", models.CharField(max_length=60)),
            ("scheme", models.CharField(max_length=8)),
            ("edition", models.CharField(blank=True, max_length=8)),
            ("book_no", models.CharField(max_length=30)),
            ("work", models.CharField(max_length=32, null=True)),
            ("bib_id", models.BigIntegerField()),
            ("proposed_at", models.DateTimeField()),
            ("used_at", models.DateTimeField(null=True)),
            (
                "group",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.shelfgroup",
                ),
            ),
            (
                "proposed_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["work"], name="catalogue_numbers_by_work"),
                models.Index(fields=["bib_id"], name="catalogue_numbers_by_bib"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("group", "class_key", "book_no"), name="catalogue_work_number"),
                models.UniqueConstraint(fields=("group", "class_key", "work"), name="catalogue_number_of_work"),
            ],
        },
    ),
    migrations.CreateModel(
        name="StoodNumber",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("home_branch_id", models.BigIntegerField()),
            ("call_key", models.BinaryField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("home_branch_id", "call_key"), name="catalogue_stood")],
        },
    ),
    migrations.CreateModel(
        name="ClassTable",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("scheme", models.CharField(max_length=8)),
            ("edition", models.CharField(max_length=8)),
            ("kept_at", models.DateTimeField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("scheme", "edition"), name="catalogue_class_table")],
        },
    ),
    migrations.CreateModel(
        name="ClassEntry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(db_collation="C", max_length=40)),
            ("code", models.CharField(max_length=40)),
            ("name", models.CharField(max_length=200)),
            ("name_fold", models.CharField(max_length=200)),
            ("parent_key", models.CharField(blank=True, db_collation="C", max_length=40)),
            (
                "table",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalogue.classtable",
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["table", "parent_key", "key"], name="catalogue_class_below"),
                models.Index(fields=["table", "name_fold"], name="catalogue_class_named"),
            ],
            "constraints": [models.UniqueConstraint(fields=("table", "key"), name="catalogue_class_entry")],
        },
    ),
]

TRIGGERS = """
    CREATE FUNCTION catalogue_number_stood() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.catalogue_stoodnumber (home_branch_id, call_key)
        VALUES (OLD.home_branch_id, OLD.call_key) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
    CREATE TRIGGER number_stood AFTER UPDATE OF call_key, home_branch_id ON catalogue_item FOR EACH ROW
        WHEN (length(OLD.call_key) > 0
            AND (OLD.call_key <> NEW.call_key OR OLD.home_branch_id <> NEW.home_branch_id))
        EXECUTE FUNCTION catalogue_number_stood();
    CREATE TRIGGER number_gone AFTER DELETE ON catalogue_item FOR EACH ROW
        WHEN (length(OLD.call_key) > 0) EXECUTE FUNCTION catalogue_number_stood();
"""
UNDO = """
    DROP TRIGGER number_gone ON catalogue_item;
    DROP TRIGGER number_stood ON catalogue_item;
    DROP FUNCTION catalogue_number_stood();
"""
