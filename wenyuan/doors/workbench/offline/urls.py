"""URLs of lending without a network, below the desk."""

from django.urls import path

from wenyuan.doors.workbench.offline import views

urlpatterns = [
    path("", views.alone, name="offline"),
    path("worker.js", views.worker, name="offline-worker"),
    path("contact", views.contact, name="offline-contact"),
    path("lists", views.lists, name="offline-list"),
    path("acts", views.uploads, name="offline-acts"),
    path("files", views.files, name="offline-file"),
    path("conflicts/", views.conflicts, name="offline-conflicts"),
    path("conflicts/<int:act_id>/retried", views.retried, name="offline-retried"),
    path("conflicts/<int:act_id>/settled", views.settled, name="offline-settled"),
]
