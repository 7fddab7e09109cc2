"""Pages of the catalog, below `/w/<workspace>/`."""

from django.urls import URLPattern

app_name = "catalog"

urlpatterns: list[URLPattern] = []
