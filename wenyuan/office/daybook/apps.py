"""What no machine records."""

from django.apps import AppConfig

from wenyuan.plumbing import invariants


class DaybookConfig(AppConfig):
    name = "wenyuan.office.daybook"
    label = "daybook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.office.daybook import answers, sql
        from wenyuan.organisation.network import seams

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
