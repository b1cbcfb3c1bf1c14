"""URLs of the desk."""

from django.urls import path

from wenyuan.doors.workbench.desk import batch_views, printing_views, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("scans", views.scan, name="desk-scan"),
    path("mode", views.mode, name="desk-mode"),
    path("waivers", views.waiver, name="desk-waive"),
    path("retries", views.retry, name="desk-retry"),
    path("undone", views.undo, name="desk-undo"),
    path("parked", views.park, name="desk-park"),
    path("done", views.done, name="desk-done"),
    path("registrations", views.registration, name="desk-register"),
    path("patrons/<int:patron_id>", views.patron, name="desk-patron"),
    path("piles/<int:number>", views.pile, name="desk-pile"),
    path("piles/<int:number>/slips", printing_views.slips, name="desk-slips"),
    path("piles/<int:number>/slips/<str:key>", printing_views.transit_slip, name="desk-transit-slip"),
    path("finished/slips", printing_views.finished_slips, name="desk-finished-slips"),
    path("finished/transit-slips", printing_views.finished_transit_slips, name="desk-finished-transit-slips"),
    path("piles/<int:number>/holds/<str:key>", printing_views.hold_slip, name="desk-hold-slip"),
    path("finished/holds", printing_views.finished_hold_slips, name="desk-finished-hold-slips"),
    path("print-choice", printing_views.print_choice, name="desk-print-choice"),
    path("returns/", batch_views.returns, name="desk-returns"),
    path("returns/scans", batch_views.returned, name="desk-returned"),
    path("returns/list", batch_views.shelving, name="desk-shelving"),
    path("returns/slips", batch_views.batch_slips, name="desk-returns-slips"),
    path("returns/holds", batch_views.batch_hold_slips, name="desk-returns-holds"),
    path("returns/anew", batch_views.begin_anew, name="desk-returns-anew"),
]
