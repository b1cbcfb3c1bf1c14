from django.apps import AppConfig

from wenyuan.plumbing import invariants


class FiguresConfig(AppConfig):
    name = "wenyuan.office.figures"
    label = "figures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.office.figures.closing import sql as closing
        from wenyuan.office.figures.rollups import sql as rollups

        invariants.register(*rollups.INVARIANTS, *closing.INVARIANTS)
