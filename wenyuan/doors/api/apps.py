from django.apps import AppConfig


class ApiDoorConfig(AppConfig):
    name = "wenyuan.doors.api"
    label = "api_door"
