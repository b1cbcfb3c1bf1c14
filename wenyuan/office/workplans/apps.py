"""The work plan."""

from django.apps import AppConfig


class WorkplansConfig(AppConfig):
    name = "wenyuan.office.workplans"
    label = "workplans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.office.workplans import answers
        from wenyuan.organisation.network import seams

        seams.join(answers.USER)
