"""Visits counted by service point and day."""

from django.apps import AppConfig

from wenyuan.plumbing import invariants


class VisitsConfig(AppConfig):
    name = "wenyuan.services.visits"
    label = "visits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.services.visits import sql

        invariants.register(*sql.INVARIANTS)
