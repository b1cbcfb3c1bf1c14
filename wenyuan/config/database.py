"""From a database URL to Django's settings."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

SERVER_OPTIONS = "-c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=60000"

_OF_DJANGO = frozenset({"dbname", "user", "password", "host", "port"})


def django_database(url: str) -> dict[str, Any]:
    """Django's dictionary for a ``postgresql://`` URL, also with a socket folder as ``?host=``.

    What else the URL asks for (``sslmode=verify-full``, ``target_session_attrs`` …) goes to every connection: dropped,
    it would leave a connection unencrypted that was meant to be. Server ``options`` of the URL come before ours.

    An empty URL gives an engine without a server, so that settings import anywhere; connecting then fails.
    """
    parts = conninfo_to_dict(url) if url else {}
    further = {name: value for name, value in parts.items() if name not in _OF_DJANGO}
    options = f"{further.pop('options', '')} {SERVER_OPTIONS}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "wenyuan"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "wenyuan", **further, "options": options},
    }
