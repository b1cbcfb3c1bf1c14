from django.apps import AppConfig

from wenyuan.plumbing import invariants


class NoticesConfig(AppConfig):
    name = "wenyuan.organisation.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.organisation.network import seams
        from wenyuan.organisation.notices import answers, sql

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
