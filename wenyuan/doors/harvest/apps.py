from django.apps import AppConfig


class HarvestDoorConfig(AppConfig):
    name = "wenyuan.doors.harvest"
    label = "harvest_door"
