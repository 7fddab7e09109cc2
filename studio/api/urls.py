"""The API of all apps, at `/api/v1/`."""

from django.urls import include, path

from catalog.api.views import WorkspaceList

app_name = "api"

urlpatterns = [
    path("workspaces/", WorkspaceList.as_view(), name="workspace_list"),
    path("workspaces/<slug:workspace>/", include("catalog.api.urls")),
    path("workspaces/<slug:workspace>/", include("analysis.api.urls")),
    path("workspaces/<slug:workspace>/", include("prompts.api.urls")),
    path("workspaces/<slug:workspace>/", include("analytics.api.urls")),
]
