"""What Django itself can check: system checks, missing migrations, and that every template compiles."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenyuan.config.settings")

import django
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.template import TemplateSyntaxError
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent / "wenyuan"


def main() -> None:
    django.setup()
    call_command("check", fail_level="WARNING", verbosity=0)
    faults = missing_migrations() + broken_templates()
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


def missing_migrations() -> list[str]:
    """Compare models with migrations, without a database."""
    loader = MigrationLoader(None, ignore_no_initial=True)
    detector = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps), NonInteractiveMigrationQuestioner(specified_apps=set())
    )
    return [f"{label}: a change of its models has no migration" for label in detector.changes(graph=loader.graph)]


def broken_templates() -> list[str]:
    faults = []
    for path in sorted(ROOT.glob("**/templates/**/*.html")):
        name = path.relative_to(next(parent for parent in path.parents if parent.name == "templates"))
        try:
            get_template(str(name))
        except TemplateSyntaxError as error:
            faults.append(f"{path.relative_to(ROOT.parent)}: {error}")
    return faults


if __name__ == "__main__":
    main()
