"""Registers the shared furniture with Django. It has no models."""

from django.apps import AppConfig


class FurnitureConfig(AppConfig):
    name = "wenyuan.doors.furniture"
    label = "furniture_door"
