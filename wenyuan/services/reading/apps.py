"""Lists of recommended works."""

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "wenyuan.services.reading"
    label = "reading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.holdings.catalogue import seams as bib_seams
        from wenyuan.lending.patrons import seams as patron_seams
        from wenyuan.organisation.network import seams as network_seams
        from wenyuan.services.reading import answers

        network_seams.join(answers.BRANCH_USER)
        bib_seams.join(answers.BIB_USER)
        patron_seams.join(answers.KEEPER)
        patron_seams.join_mover(answers.MOVER)
