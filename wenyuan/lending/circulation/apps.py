from django.apps import AppConfig

from wenyuan.plumbing import invariants


class CirculationConfig(AppConfig):
    name = "wenyuan.lending.circulation"
    label = "circulation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.holdings.catalogue import seams as bib_seams
        from wenyuan.lending.circulation import answers, sql, title_merging
        from wenyuan.lending.fees import seams as fee_seams
        from wenyuan.lending.patrons import seams as patron_seams
        from wenyuan.organisation.network import seams

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
        patron_seams.join(answers.KEEPER)
        bib_seams.join(title_merging.BIB_USER)
        patron_seams.join_mover(answers.MOVER)
        fee_seams.join("circulation", answers.forget_settled)
