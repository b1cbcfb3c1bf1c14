from django.apps import AppConfig

from wenyuan.plumbing import invariants


class AccountsConfig(AppConfig):
    name = "wenyuan.organisation.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.organisation.accounts import answers, sql
        from wenyuan.organisation.network import seams

        invariants.register(*sql.INVARIANTS)
        seams.join(answers.USER)
