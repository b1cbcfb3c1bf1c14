from django.apps import AppConfig


class TransitConfig(AppConfig):
    name = "wenyuan.lending.transit"
    label = "transit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.lending.transit import answers
        from wenyuan.organisation.network import seams

        seams.join(answers.USER)
