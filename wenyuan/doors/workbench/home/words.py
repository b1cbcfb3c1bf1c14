"""Refused sign-ins and account changes in words."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.organisation.accounts.data import AccountReason, AccountRefused, SignInOutcome, SignInRefused
from wenyuan.plumbing.clock import local

SIGN_IN_WORDS = {
    SignInOutcome.BAD_CREDENTIALS: _("User name or password is wrong."),
    SignInOutcome.LOCKED: _("Too many failed attempts: this account is locked for a while."),
    SignInOutcome.DISABLED: _("This account is no longer in use. Ask the system administrator."),
    SignInOutcome.WRONG_DOOR: _("This account belongs to a machine and cannot be used here."),
    SignInOutcome.WRONG_ADDRESS: _("This account cannot be used from this address."),
    SignInOutcome.BAD_BADGE: _("No member of staff has this badge."),
    SignInOutcome.BAD_PIN: _("The badge needs its PIN, and this was not it."),
    SignInOutcome.BADGES_TRIED: _("Too many unknown badges were tried here. Sign in with your password."),
    SignInOutcome.SESSION_TOO_OLD: _("The last sign-in with a password is too long ago. Sign in with your password."),
    SignInOutcome.NO_RIGHT_HERE: _("You have no right at the branch where this machine stands."),
    SignInOutcome.ADMINISTRATOR: _("Administrators sign in with their password only."),
}

PASSWORD_WORDS = {
    "password_too_short": _("At least eight characters."),
    "password_too_common": _("This password is one of those tried first."),
    "password_entirely_numeric": _("Digits alone are too easily guessed."),
    "password_too_similar": _("Too much like your name or user name."),
    "password_unchanged": _("The new password is the old one."),
}

ACCOUNT_WORDS = {
    AccountReason.WRONG_PASSWORD: _("The present password is wrong."),
    AccountReason.WEAK_PASSWORD: _("This password is too weak."),
    AccountReason.BAD_USERNAME: _("A user name has 2 to 64 letters, digits, dots or hyphens."),
    AccountReason.PERSONAL_USERNAME: _("An identity or telephone number cannot be a user name."),
    AccountReason.USERNAME_TAKEN: _("This user name is taken."),
    AccountReason.BAD_NAME: _("A name of at most 60 characters is needed."),
    AccountReason.DISABLED: _("This account is no longer in use. Ask the system administrator."),
    AccountReason.ALREADY_FOUNDED: _("The first accounts exist already."),
}


def sign_in_words(refused: SignInRefused) -> str:
    """Why somebody may not come in, with the time at which a lock ends."""
    words = str(SIGN_IN_WORDS.get(refused.reason, _("Signing in failed.")))
    if refused.locked_until is not None:
        words += " " + gettext("Try again after %(time)s.") % {"time": f"{local(refused.locked_until):%H:%M}"}
    return words


def account_words(refused: AccountRefused) -> str:
    """Why an account cannot be so, with what is wrong with a password."""
    words = [str(ACCOUNT_WORDS.get(refused.reason, _("This cannot be done.")))]
    words += [str(PASSWORD_WORDS[code]) for code in refused.codes if code in PASSWORD_WORDS]
    return " ".join(words)
