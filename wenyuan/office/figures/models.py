from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Definition(models.Model):
    """口径: how the library answers a question of definition from a day on (``definitions.Question``). Rows are only
    added: of two for one day the later one holds."""

    question = models.CharField(max_length=32)
    counts = models.BooleanField()
    since = models.DateField()
    basis = models.CharField(max_length=200)  # a circular, a decision of the library
    set_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())
    key = models.CharField(max_length=64, null=True)

    append_only = True

    class Meta:
        constraints = (
            models.CheckConstraint(name="figures_definition_has_basis", condition=~Q(basis="")),
            models.UniqueConstraint(fields=["key"], name="figures_definition_key", condition=Q(key__isnull=False)),
        )
