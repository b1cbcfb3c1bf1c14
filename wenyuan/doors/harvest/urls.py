"""URLs of the harvesters' door, each behind the gate."""

from django.urls import path

from wenyuan.doors.harvest.oai.views import oai
from wenyuan.doors.harvest.sru.views import sru

app_name = "harvest"

urlpatterns = [
    path("oai", oai, name="oai"),
    path("sru", sru, name="sru"),
]
