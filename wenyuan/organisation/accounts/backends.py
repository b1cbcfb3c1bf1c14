"""What Django's session needs to know the signed-in account again. Passwords are judged by ``operations.sign_in``."""

from wenyuan.organisation.accounts.models import Account


class SessionBackend:
    """Give ``django.contrib.auth.login`` this path: ``wenyuan.organisation.accounts.backends.SessionBackend``.

    It authenticates nobody.
    """

    def get_user(self, user_id: int) -> Account | None:
        """The account of a session, none once it is disabled."""
        return Account.objects.filter(id=user_id, is_active=True).first()
