from django.urls import path

from wenyuan.doors.workbench.transit import arrivals, runs, stock, views

urlpatterns = [
    path("", views.crates, name="crates"),
    path("manifests", views.manifests, name="manifests"),
    path("waiting", views.waiting, name="transit-waiting"),
    path("slips", views.slips, name="transit-slips"),
    path("stock", stock.stock, name="crate-stock"),
    path("stock/<str:code>/retired", stock.retire, name="crate-retire"),
    path("crates/<int:manifest_id>/", views.crate, name="crate"),
    path("crates/<int:manifest_id>/packed", views.pack, name="crate-pack"),
    path("crates/<int:manifest_id>/taken-out", views.take_out, name="crate-take-out"),
    path("crates/<int:manifest_id>/sealed", views.seal, name="crate-seal"),
    path("crates/<int:manifest_id>/handed", views.hand_over, name="crate-hand-over"),
    path("crates/<int:manifest_id>/dropped", views.drop, name="crate-drop"),
    path("crates/<int:manifest_id>/sheet", views.sheet, name="crate-sheet"),
    path("crates/<int:manifest_id>/label", views.label, name="crate-label"),
    path("crates/<int:manifest_id>/ticked", arrivals.tick, name="crate-tick"),
    path("crates/<int:manifest_id>/damaged", arrivals.damage, name="crate-damage"),
    path("crates/<int:manifest_id>/signed", arrivals.sign, name="crate-sign"),
    path("differences", arrivals.differences, name="differences"),
    path("differences/<int:difference_id>/", arrivals.difference, name="difference"),
    path("late", runs.late, name="transit-late"),
    path("late/days", runs.late_rules, name="late-rules"),
    path("late/days/<int:rule_id>/dropped", runs.drop_late_rule, name="late-rule-drop"),
    path("runs", runs.runs, name="runs"),
    path("runs/new", runs.new_run, name="run-new"),
    path("runs/<int:run_id>/", runs.sheet, name="run"),
    path("runs/<int:run_id>/edit", runs.edit_run, name="run-edit"),
    path("runs/<int:run_id>/ended", runs.end_run, name="run-end"),
    path("runs/<int:run_id>/stops/<int:stop_id>/done", runs.mark, name="run-stop"),
]
