from django.apps import AppConfig

from wenyuan.plumbing import invariants


class PatronsConfig(AppConfig):
    name = "wenyuan.lending.patrons"
    label = "patrons"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.lending.patrons import answers, sql
        from wenyuan.organisation.network import seams

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
