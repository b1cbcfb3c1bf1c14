"""URLs of the furniture: the look of pages, and the guide to its components."""

from django.urls import path

from wenyuan.doors.furniture import views

app_name = "furniture"

urlpatterns = [
    path("look", views.preferences, name="preferences"),
    path("look/guide", views.guide, name="guide"),
]
