"""What Django itself can check: system checks, missing migrations, and that every template compiles."""

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenyuan.config.settings")

import django
from django.core.management import call_command
from django.template import TemplateSyntaxError
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent / "wenyuan"


def main() -> None:
    django.setup()
    call_command("check", fail_level="WARNING", verbosity=0)
    with warnings.catch_warnings():
        # Models are compared with migrations alone; that no database answers here is no fault.
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    faults = broken_templates()
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


def broken_templates() -> list[str]:
    """Templates that do not compile, with what is wrong."""
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
