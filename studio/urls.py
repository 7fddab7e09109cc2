"""Every address of the studio."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from analytics.views.digests import digest_stop
from analytics.views.sharing import shared_report, shared_report_pdf
from analytics.views.wording import split
from catalog.tus import TusUpload, TusUploads
from catalog.views.people import join
from studio import health, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.front_door, name="front_door"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("go/<str:token>/", split, name="split"),
    path("shared/<str:token>/", shared_report, name="shared_report"),
    path("shared/<str:token>/report.pdf", shared_report_pdf, name="shared_report_pdf"),
    path("digest/stop/<str:token>/", digest_stop, name="digest_stop"),
    path("join/<str:token>/", join, name="join"),
    path("accounts/api-token/", views.api_token, name="api_token"),
    path("uploads/", TusUploads.as_view(), name="tus_uploads"),
    path("uploads/<uuid:upload_id>/", TusUpload.as_view(), name="tus_upload"),
    path("api/v1/", include("studio.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("w/<slug:workspace>/jobs/", views.jobs, name="jobs"),
    path("w/<slug:workspace>/", include("analysis.urls")),
    path("w/<slug:workspace>/prompts/", include("prompts.urls")),
    path("w/<slug:workspace>/descriptions/", include("prompts.descriptions.urls")),
    path("w/<slug:workspace>/surfacing/", include("analytics.urls")),
    path("w/<slug:workspace>/", include("catalog.urls")),
]

if settings.DEBUG:
    from studio.styleguide import styleguide

    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
