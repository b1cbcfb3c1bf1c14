"""URLs of the harvesters' door, each behind the gate."""

from django.urls import path

from wenyuan.doors.harvest.oai.views import oai

app_name = "harvest"

urlpatterns = [
    path("oai", oai, name="oai"),
]
