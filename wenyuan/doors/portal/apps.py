from django.apps import AppConfig


class PortalDoorConfig(AppConfig):
    name = "wenyuan.doors.portal"
    label = "portal_door"
