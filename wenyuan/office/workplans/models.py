from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Goal(models.Model):
    """目标任务: something that is to be done in a year. ``figure`` names the figure that says how far it is, with the
    ``target`` it must reach, in the figure's unit; empty where milestones or a person say it.

    ``state`` is open, done or dropped; of what is closed, ``closed_date`` and ``closed_words`` say when and on what
    that rests, or why it was given up.
    """

    year = models.SmallIntegerField()
    part = models.CharField(max_length=16)  # figures.data.SummaryPart: where it stands in plan and summary
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+", null=True)  # null: all
    title = models.CharField(max_length=120)
    duty = models.CharField(max_length=120)  # 责任分工: who answers for it
    standard = models.CharField(max_length=400, blank=True)  # 建设标准: what counts as done
    first_date = models.DateField()
    due_date = models.DateField()
    figure = models.CharField(max_length=40, blank=True)
    target = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, default="open")
    closed_date = models.DateField(null=True)
    closed_words = models.CharField(max_length=200, blank=True)
    version = models.IntegerField(default=1)
    entered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())
    carried_from = models.OneToOneField("workplans.Goal", on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="workplans_days_in_order", condition=Q(first_date__lte=F("due_date"))),
            models.CheckConstraint(name="workplans_has_title_and_duty", condition=~Q(title="") & ~Q(duty="")),
            models.CheckConstraint(
                name="workplans_figure_has_target",
                condition=Q(figure="", target__isnull=True) | (~Q(figure="") & Q(target__gt=0)),
            ),
            models.CheckConstraint(
                name="workplans_closed_with_words",
                condition=Q(state="open", closed_date__isnull=True, closed_words="")
                | (Q(state__in=("done", "dropped"), closed_date__isnull=False) & ~Q(closed_words="")),
            ),
        )
        indexes = (models.Index(fields=["year", "id"], name="workplans_year"),)


class Milestone(models.Model):
    """实施步骤: a step of a goal, with the day by which it shall be done and the day on which it was."""

    goal = models.ForeignKey("workplans.Goal", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    due_date = models.DateField()
    done_date = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="workplans_step_has_title", condition=~Q(title="")),
            models.UniqueConstraint(fields=["goal", "title"], name="workplans_step_once"),
        )
