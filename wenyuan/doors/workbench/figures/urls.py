from django.urls import path

from wenyuan.doors.workbench.figures import views

urlpatterns = [
    path("", views.figures, name="figures"),
    path("rows", views.rows, name="figure-rows"),
]
