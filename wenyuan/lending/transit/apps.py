from django.apps import AppConfig


class TransitConfig(AppConfig):
    name = "wenyuan.lending.transit"
    label = "transit"
    default_auto_field = "django.db.models.BigAutoField"
