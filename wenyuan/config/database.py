"""From a database URL to Django's settings."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

SERVER_OPTIONS = "-c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=60000"


def django_database(url: str) -> dict[str, Any]:
    """Django's dictionary for a ``postgresql://`` URL, also with a socket folder as ``?host=``.

    An empty URL gives an engine without a server, so that settings import anywhere; connecting then fails.
    """
    parts = conninfo_to_dict(url) if url else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "wenyuan"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": SERVER_OPTIONS, "application_name": "wenyuan"},
    }
