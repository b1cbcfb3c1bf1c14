from django.urls import path

from wenyuan.doors.workbench.visits import views

urlpatterns = [
    path("", views.week, name="visits"),
    path("<int:point_id>/<slug:day>/", views.cell, name="visits-cell"),
    path("<int:point_id>/<slug:day>/withdrawn", views.withdraw, name="visits-withdraw"),
]
