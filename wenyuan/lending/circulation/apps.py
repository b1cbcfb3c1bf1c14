from django.apps import AppConfig

from wenyuan.plumbing import invariants


class CirculationConfig(AppConfig):
    name = "wenyuan.lending.circulation"
    label = "circulation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.lending.circulation import sql

        invariants.register(*sql.INVARIANTS)
