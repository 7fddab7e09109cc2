"""Pages of the prompts, below `/w/<workspace>/prompts/`."""

from django.urls import path

from prompts import views

app_name = "prompts"

urlpatterns = [
    path("", views.box, name="box"),
]
