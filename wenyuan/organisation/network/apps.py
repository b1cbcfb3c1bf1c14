from django.apps import AppConfig

from wenyuan.plumbing import invariants


class NetworkConfig(AppConfig):
    name = "wenyuan.organisation.network"
    label = "network"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.organisation.network import sql

        invariants.register(*sql.INVARIANTS)
