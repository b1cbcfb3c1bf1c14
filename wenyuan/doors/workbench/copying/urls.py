from django.urls import path

from wenyuan.doors.workbench.copying import targets, views

urlpatterns = [
    path("", views.search, name="copy"),
    path("review", views.review, name="copy-review"),
    path("taken", views.take, name="copy-take"),
    path("targets", targets.target_list, name="copy-targets"),
    path("targets/new", targets.new, name="copy-target-new"),
    path("targets/<int:target_id>/", targets.edit, name="copy-target"),
    path("targets/<int:target_id>/dropping", targets.drop, name="copy-target-drop"),
]
