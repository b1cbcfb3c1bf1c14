from django.urls import path

from wenyuan.doors.workbench.visits import counters, registers, uploads, views

urlpatterns = [
    path("registers/", registers.sheet, name="registers"),
    path("registers/<int:branch_id>/<slug:month>/", registers.month, name="register-month"),
    path("registers/<int:branch_id>/<slug:month>/withdrawn", registers.withdraw, name="register-month-withdraw"),
    path("counters/", counters.counter_list, name="counters"),
    path("counters/new/", counters.set_up, name="counter-new"),
    path("counters/<int:counter_id>/", counters.counter, name="counter"),
    path("counters/<int:counter_id>/key/", counters.renew_key, name="counter-key"),
    path("counters/<int:counter_id>/calibration/", counters.calibrate, name="counter-calibrate"),
    path("counters/<int:counter_id>/end/", counters.end, name="counter-end"),
    path("counters/<int:counter_id>/sheet/", uploads.upload, name="counter-upload"),
    path("counters/<int:counter_id>/sheet/loaded", uploads.load, name="counter-load"),
    path("counters/<int:counter_id>/readings/<int:reading_id>/", counters.set_aside, name="counter-reading-aside"),
    path("", views.week, name="visits"),
    path("<int:point_id>/<slug:day>/", views.cell, name="visits-cell"),
    path("<int:point_id>/<slug:day>/withdrawn", views.withdraw, name="visits-withdraw"),
]
