"""Analysis endpoints, below `/api/v1/workspaces/<workspace>/`."""

from django.urls import path

from analysis.api import views

urlpatterns = [
    path("analyses/", views.RunList.as_view(), name="run_list"),
    path("suggestions/", views.SuggestionList.as_view(), name="suggestion_list"),
    path(
        "suggestions/<int:pk>/accept/", views.SuggestionAccept.as_view(), name="suggestion_accept"
    ),
    path(
        "suggestions/<int:pk>/reject/", views.SuggestionReject.as_view(), name="suggestion_reject"
    ),
    path(
        "suggestions/<int:pk>/take-back/",
        views.SuggestionTakeBack.as_view(),
        name="suggestion_take_back",
    ),
]
