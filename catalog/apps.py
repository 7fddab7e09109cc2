"""Django's handle on the catalog."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The lowest layer; imports no other app."""

    name = "catalog"
