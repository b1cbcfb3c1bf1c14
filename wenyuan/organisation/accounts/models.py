from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now


class AccountKind(models.TextChoices):
    PERSON = "person"
    MACHINE = "machine"


class Account(AbstractBaseUser):
    """A staff member or a machine that may act. Readers are not accounts: they are patrons.

    States: active, locked until a time after failed sign-ins, disabled for good.
    """

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=AccountKind.choices, default=AccountKind.PERSON)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    badge_hash = models.BinaryField(null=True, blank=True, unique=True)
    badge_last4 = models.CharField(max_length=4, blank=True)
    pin_hash = models.CharField(max_length=200, blank=True)
    failed_sign_ins = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("username"), name="accounts_username_any_case"),)


class RoleGrant(models.Model):
    """A role given to an account for a branch and what stands below it, or for the whole network (no branch)."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    granted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "role", "branch", "valid_from"],
                name="accounts_grant_once",
                nulls_distinct=False,
            ),
        )


class Machine(models.Model):
    """How a self-service machine speaks SIP2: data beside its account, one row a machine."""

    account = models.OneToOneField("accounts.Account", on_delete=models.PROTECT, related_name="+", primary_key=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    service_point = models.ForeignKey(
        "network.ServicePoint", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    profile = models.CharField(max_length=16, default="standard")
    charset = models.CharField(max_length=8, default="utf-8")
    terminator = models.CharField(max_length=4, default="CR")
    checksum = models.CharField(max_length=8, default="warn")
    addresses = models.JSONField(default=list, blank=True)  # CIDR texts; empty means any
    holder_told = models.CharField(max_length=4, default="off", db_default="off")
    pin_to_pay = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(charset__in=["utf-8", "gbk", "gb18030"]), name="accounts_charset"),
            models.CheckConstraint(condition=Q(terminator__in=["CR", "CRLF"]), name="accounts_terminator"),
            models.CheckConstraint(condition=Q(checksum__in=["off", "warn", "enforce"]), name="accounts_checksum"),
            models.CheckConstraint(condition=Q(holder_told__in=["off", "card", "name"]), name="accounts_holder_told"),
        )


class ApiToken(models.Model):
    """What a machine shows at the REST door; only its keyed hash is kept.

    States: good up to ``valid_to``, or ended before it. ``acts`` are codes and ``branches`` ids (none: wherever the
    account may); they narrow the account's rights and give none.
    """

    machine = models.ForeignKey("accounts.Machine", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    token_hash = models.BinaryField(unique=True)
    last4 = models.CharField(max_length=4)
    acts = models.JSONField()
    branches = models.JSONField(default=list, blank=True)
    valid_to = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    last_used_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["machine", "name"], condition=Q(ended_at__isnull=True), name="accounts_api_token_name"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="accounts_api_token_ended",
            ),
        )


class SignIn(models.Model):
    """Every attempt to sign in, good or bad, kept as the law asks (网络安全法: six months and more)."""

    at = models.DateTimeField(db_default=Now())
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    username = models.CharField(max_length=64)
    door = models.CharField(max_length=16)
    address = models.GenericIPAddressField(null=True)
    outcome = models.CharField(max_length=16)

    append_only = True

    class Meta:
        indexes = (models.Index(fields=["account", "at"], name="accounts_signin_account"),)
