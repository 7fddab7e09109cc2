"""Prompt endpoints, below `/api/v1/workspaces/<workspace>/`."""

from django.urls import path

from prompts.api import views

urlpatterns = [path("prompts/", views.PromptView.as_view(), name="prompt")]
