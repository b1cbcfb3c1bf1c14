"""Bib records, items, call numbers and their import."""

from django.apps import AppConfig

from wenyuan.plumbing.invariants import register


class CatalogueConfig(AppConfig):
    name = "wenyuan.holdings.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wenyuan.holdings.catalogue.answers import USER
        from wenyuan.holdings.catalogue.sql import INVARIANTS
        from wenyuan.organisation.network import seams

        register(*INVARIANTS)
        seams.join(USER)
