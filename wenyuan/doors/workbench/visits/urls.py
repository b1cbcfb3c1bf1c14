from django.urls import path

from wenyuan.doors.workbench.visits import registers, views

urlpatterns = [
    path("registers/", registers.sheet, name="registers"),
    path("registers/<int:branch_id>/<slug:month>/", registers.month, name="register-month"),
    path("registers/<int:branch_id>/<slug:month>/withdrawn", registers.withdraw, name="register-month-withdraw"),
    path("", views.week, name="visits"),
    path("<int:point_id>/<slug:day>/", views.cell, name="visits-cell"),
    path("<int:point_id>/<slug:day>/withdrawn", views.withdraw, name="visits-withdraw"),
]
