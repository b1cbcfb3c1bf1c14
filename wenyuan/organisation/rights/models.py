from django.db import models
from django.db.models.functions import Now


class AuditRow(models.Model):
    """Who changed or revealed what: append-only. Values are codes, ids and masked texts, never personal data."""

    at = models.DateTimeField(db_default=Now())
    account_id = models.IntegerField(null=True)
    act = models.CharField(max_length=32)
    door = models.CharField(max_length=16)
    branch_id = models.IntegerField(null=True)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    append_only = True

    class Meta:
        indexes = (
            models.Index(fields=["subject_kind", "subject_id"], name="rights_audit_subject"),
            models.Index(fields=["at"], name="rights_audit_at"),
        )
