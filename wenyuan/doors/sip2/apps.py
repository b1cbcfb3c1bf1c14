from django.apps import AppConfig


class Sip2DoorConfig(AppConfig):
    name = "wenyuan.doors.sip2"
    label = "sip2_door"
