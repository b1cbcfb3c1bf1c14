from django.apps import AppConfig


class CliDoorConfig(AppConfig):
    name = "wenyuan.doors.cli"
    label = "cli_door"
