from django.apps import AppConfig

from wenyuan.plumbing import invariants


class FeesConfig(AppConfig):
    name = "wenyuan.lending.fees"
    label = "fees"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.lending.fees import answers, sql
        from wenyuan.lending.patrons import seams as patron_seams
        from wenyuan.organisation.network import seams

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
        patron_seams.join(answers.KEEPER)
        patron_seams.join_mover(answers.MOVER)
