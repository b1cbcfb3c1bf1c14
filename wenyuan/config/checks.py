"""What a process that serves people needs in its settings. Settings import with an empty environment; here it is said
what is missing then. Run at the start of the web, and by ``check --tag wenyuan --deploy``; never by makemigrations."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from wenyuan.config.domains import is_domain

TAG = "wenyuan"


@register(TAG, deploy=True)
def check_settings(app_configs: Any = None, **_kwargs: Any) -> Sequence[CheckMessage]:
    """An error for each setting that is missing, with what mends it."""
    from wenyuan.plumbing.secrets import KeyRing, KeyRingError

    errors = []
    if not getattr(settings, "SECRET_KEY", ""):
        hint = "Start by `wenyuan up`, which makes the keys, or set WENYUAN_SECRET_KEY."
        errors.append(Error("There is no signing key.", hint=hint, id="wenyuan.E001"))
    try:
        KeyRing.parse(settings.WENYUAN_PII_KEYS)
    except KeyRingError as error:
        hint = "Start by `wenyuan up`, which makes the keys, or set WENYUAN_PII_KEY to the lines of keys/pii."
        errors.append(Error(f"The keys for personal data cannot be used: {error}.", hint=hint, id="wenyuan.E002"))
    if not settings.DATABASES["default"].get("USER") and not settings.DATABASES["default"].get("HOST"):
        hint = "Start by `wenyuan up`, or set DATABASE_URL."
        errors.append(Error("No database is named.", hint=hint, id="wenyuan.E003"))
    if not is_domain(settings.WENYUAN_REPOSITORY):
        hint = (
            "Set WENYUAN_REPOSITORY to a domain of the library's, as lib.example.cn; each label begins with a letter."
        )
        errors.append(Error("Harvesters cannot take the names of records.", hint=hint, id="wenyuan.E004"))
    return errors


def refuse_what_is_missing() -> None:
    """:raises ImproperlyConfigured: a setting is missing that the web cannot do without."""
    if errors := run_checks(tags=[TAG], include_deployment_checks=True):
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint}" for error in errors))
