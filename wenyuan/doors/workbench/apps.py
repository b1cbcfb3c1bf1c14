from django.apps import AppConfig


class WorkbenchDoorConfig(AppConfig):
    name = "wenyuan.doors.workbench"
    label = "workbench_door"
