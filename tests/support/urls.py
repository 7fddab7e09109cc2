"""The studio's addresses and the style guide, which only a studio in debug serves by itself."""

from django.urls import path

from studio.styleguide import styleguide
from studio.urls import urlpatterns as studio_patterns

urlpatterns = [*studio_patterns, path("styleguide/", styleguide)]
