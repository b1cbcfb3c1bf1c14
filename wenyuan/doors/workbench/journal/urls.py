from django.urls import path

from wenyuan.doors.workbench.journal import views

urlpatterns = [
    path("", views.journal, name="journal"),
    path("<int:entry_id>/", views.entry, name="journal-entry"),
]
