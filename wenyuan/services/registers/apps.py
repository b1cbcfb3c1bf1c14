"""Months typed from paper registers."""

from django.apps import AppConfig

from wenyuan.plumbing import invariants


class RegistersConfig(AppConfig):
    name = "wenyuan.services.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.organisation.network import seams
        from wenyuan.services.registers import answers, sql

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
