from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from wenyuan.plumbing.fields import EncryptedTextField


class Settings(models.Model):
    """When messages may go out, and how long texts are kept. A single row; without it the defaults hold."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    quiet_from = models.TimeField(default=time(21))
    quiet_until = models.TimeField(default=time(8))
    digest_time = models.TimeField(default=time(9, 30))
    keep_text_days = models.PositiveSmallIntegerField(default=30)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="notices_one_settings"),
            models.CheckConstraint(condition=Q(keep_text_days__range=(7, 1100)), name="notices_keeps_texts_a_while"),
        )


class Template(models.Model):
    """The text of a kind for one channel and language. Installed once; what a librarian edits is never overwritten."""

    kind = models.CharField(max_length=24)
    channel = models.CharField(max_length=8)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=100, blank=True)
    body = models.TextField()
    code = models.CharField(max_length=64, blank=True)  # its name at the provider
    needs_grant = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "channel", "language"], name="notices_template_once"),)


class Message(models.Model):
    """What goes out to one person: one notice, or a digest of several.

    States: waiting → sending → sent, failed, unsure; back to waiting for another try or channel; waiting → expired,
    withdrawn. ``claim`` is the worker that took it, until ``claimed_until``; what is ``sending`` beyond that was being
    sent when its worker died: it becomes unsure. Contacts and text are sealed; contacts go with the sending, texts
    after ``keep_text_days``.
    """

    kind = models.CharField(max_length=24)
    recipient = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    digest_key = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=12, default="waiting")
    posted_at = models.DateTimeField()
    send_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=8, blank=True)  # the one in use, or that carried it
    given_up = ArrayField(models.CharField(max_length=8), default=list, blank=True)  # channels that cannot
    tries = models.PositiveSmallIntegerField(default=0)
    channel_tries = models.PositiveSmallIntegerField(default=0)
    address_hash = models.BinaryField(null=True)
    address_last4 = models.CharField(max_length=4, blank=True)
    code = models.CharField(max_length=64, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    contacts_sealed = EncryptedTextField(blank=True)
    subject_sealed = EncryptedTextField(blank=True)
    text_sealed = EncryptedTextField(blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    decided = models.CharField(max_length=12, blank=True)  # left: a person looked at an unsure or failed one
    resent = models.PositiveSmallIntegerField(default=0)  # how often a person had it sent again
    decided_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        indexes = (
            models.Index(fields=["send_at"], name="notices_waiting", condition=Q(state="waiting")),
            models.Index(fields=["claimed_until"], name="notices_sending", condition=Q(state="sending")),
            models.Index(fields=["recipient", "-id"], name="notices_recipient"),
            models.Index(fields=["branch", "-id"], name="notices_branch"),
            models.Index(fields=["ended_at"], name="notices_with_text", condition=~Q(text_sealed="")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["digest_key"],
                name="notices_one_waiting_digest",
                condition=Q(state="waiting") & ~Q(digest_key=""),
            ),
            models.CheckConstraint(
                name="notices_end_has_its_time",
                condition=Q(state__in=["waiting", "sending"], ended_at__isnull=True)
                | Q(state__in=["sent", "failed", "unsure", "expired", "withdrawn"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="notices_sending_is_claimed",
                condition=~Q(state="sending") | Q(claim__isnull=False, claimed_until__isnull=False),
            ),
        )


class Notice(models.Model):
    """One notice, as a room above posted it. ``once`` is its name for good: a second of that name is not posted."""

    once = models.CharField(max_length=120, unique=True)
    message = models.ForeignKey(
        "notices.Message", on_delete=models.PROTECT, related_name="+", null=True
    )  # null only within the step that posts it
    posted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    values_sealed = EncryptedTextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["message"], name="notices_of_message"),)


class Attempt(models.Model):
    """The send log: one attempt of a message by one channel, its address as keyed hash and last four."""

    message = models.ForeignKey("notices.Message", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    channel = models.CharField(max_length=8)
    result = models.CharField(max_length=12)
    code = models.CharField(max_length=64, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    address_hash = models.BinaryField(null=True)
    address_last4 = models.CharField(max_length=4, blank=True)

    class Meta:
        indexes = (models.Index(fields=["message"], name="notices_attempts"),)


class WrongAddress(models.Model):
    """An address that reaches nobody: it is passed over until the person has another, and shown at the desk."""

    recipient = models.CharField(max_length=40)
    channel = models.CharField(max_length=8)
    address_hash = models.BinaryField()
    address_last4 = models.CharField(max_length=4, blank=True)
    code = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["recipient", "channel", "address_hash"], name="notices_wrong_once"),
        )


class Preference(models.Model):
    """What somebody chose for one kind: channels in order, none for the message box alone. Kind ``""``: language."""

    recipient = models.CharField(max_length=40)
    kind = models.CharField(max_length=24, blank=True)
    channels = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    language = models.CharField(max_length=2, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["recipient", "kind"], name="notices_preference_once"),
            models.CheckConstraint(
                name="notices_language_stands_alone",
                condition=Q(kind="", channels=[]) & ~Q(language="") | Q(language="") & ~Q(kind=""),
            ),
        )


class Grant(models.Model):
    """一次性订阅: how many more messages of a kind somebody has given leave for by tapping."""

    recipient = models.CharField(max_length=40)
    kind = models.CharField(max_length=24)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["recipient", "kind"], name="notices_grant_once"),)


class AccessToken(models.Model):
    """A provider's access token, shared by all processes, since a new one may end the old one."""

    channel = models.CharField(max_length=8, primary_key=True)
    token_sealed = EncryptedTextField()
    ends_at = models.DateTimeField()


class CallList(models.Model):
    """电话催还单: people of one branch to be called for one reason."""

    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    reason = models.CharField(max_length=16)
    once = models.CharField(max_length=120, unique=True, null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["branch", "-id"], name="notices_call_list_branch"),)


class Call(models.Model):
    """Somebody to be called: name, number and what it is about are sealed, and go when the list is long closed."""

    list = models.ForeignKey("notices.CallList", on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=40)
    name_sealed = EncryptedTextField(blank=True)
    answers_for_sealed = EncryptedTextField(blank=True)
    phone_sealed = EncryptedTextField(blank=True)
    phone_last4 = models.CharField(max_length=4, blank=True)
    lines_sealed = EncryptedTextField(blank=True)
    group = models.CharField(max_length=120, blank=True)
    assigned_to = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    outcome = models.CharField(max_length=16, blank=True)
    promised_date = models.DateField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    noted_at = models.DateTimeField(null=True, blank=True)
    noted_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["list", "recipient"], name="notices_one_call_a_list"),
            models.CheckConstraint(
                name="notices_promise_has_its_day",
                condition=Q(outcome="promised", promised_date__isnull=False)
                | ~Q(outcome="promised") & Q(promised_date__isnull=True),
            ),
            models.CheckConstraint(
                name="notices_outcome_has_its_try",
                condition=Q(outcome="", noted_at__isnull=True) | ~Q(outcome="") & Q(noted_at__isnull=False),
            ),
        )
