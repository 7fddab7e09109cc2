"""Prompt endpoints, below `/api/v1/workspaces/<workspace>/`."""

from django.urls import path

from prompts.api import listening, views

urlpatterns = [
    path("prompts/", views.PromptView.as_view(), name="prompt"),
    path("listening-events/", listening.ListeningEventsView.as_view(), name="listening_events"),
]
