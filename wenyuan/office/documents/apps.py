from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "wenyuan.office.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.office.documents import answers
        from wenyuan.organisation.network import seams

        seams.join(answers.USER)
