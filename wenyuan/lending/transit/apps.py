from django.apps import AppConfig

from wenyuan.plumbing import invariants


class TransitConfig(AppConfig):
    name = "wenyuan.lending.transit"
    label = "transit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.lending.transit import answers, sql
        from wenyuan.organisation.network import seams

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
