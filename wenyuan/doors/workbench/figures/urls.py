from django.urls import path

from wenyuan.doors.workbench.figures import (
    aspects,
    checks,
    definitions,
    months,
    side_by_side,
    standing,
    stocks,
    summaries,
    views,
)

urlpatterns = [
    path("", views.figures, name="figures"),
    path("rows", views.rows, name="figure-rows"),
    path("days", summaries.open_days, name="figure-days"),
    path("standing", standing.standing, name="figure-standing"),
    path("definitions", definitions.definitions, name="figure-definitions"),
    path("definitions/<slug:code>", definitions.answer, name="figure-answer"),
    path("months", months.months, name="figure-months"),
    path("months/reconciliation", months.reconciliation, name="figure-reconciliation"),
    path("months/<slug:text>", months.month, name="figure-month"),
    path("months/<slug:text>/adjust", months.adjust, name="figure-month-adjust"),
    path("months/<slug:text>/loans", months.unlike, name="figure-month-unlike"),
    path("months/<slug:text>/later", months.later, name="figure-month-later"),
    path("hours", aspects.hours, name="figure-hours"),
    path("hours.xlsx", aspects.hours_file, name="figure-hours-file"),
    path("classes", aspects.classes, name="figure-classes"),
    path("classes.xlsx", aspects.classes_file, name="figure-classes-file"),
    path("branches", side_by_side.branches, name="figure-branches"),
    path("branches.xlsx", side_by_side.branches_file, name="figure-branches-file"),
    path("stocks", stocks.stocks, name="stocks"),
    path("stocks/<slug:code>", stocks.rows, name="stock-rows"),
    path("summary", summaries.summary, name="summary"),
    path("summary/check", checks.check, name="summary-check"),
    path("summary.docx", summaries.summary_file, name="summary-file"),
]
