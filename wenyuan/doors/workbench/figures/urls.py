from django.urls import path

from wenyuan.doors.workbench.figures import checks, definitions, standing, stocks, summaries, views

urlpatterns = [
    path("", views.figures, name="figures"),
    path("rows", views.rows, name="figure-rows"),
    path("days", summaries.open_days, name="figure-days"),
    path("standing", standing.standing, name="figure-standing"),
    path("definitions", definitions.definitions, name="figure-definitions"),
    path("definitions/<slug:code>", definitions.answer, name="figure-answer"),
    path("stocks", stocks.stocks, name="stocks"),
    path("stocks/<slug:code>", stocks.rows, name="stock-rows"),
    path("summary", summaries.summary, name="summary"),
    path("summary/check", checks.check, name="summary-check"),
    path("summary.docx", summaries.summary_file, name="summary-file"),
]
