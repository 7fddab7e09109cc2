"""Catalog endpoints, below `/api/v1/workspaces/<workspace>/`."""

from django.urls import path

from catalog.api import views

urlpatterns = [
    path("tracks/", views.TrackList.as_view(), name="track_list"),
    path("tracks/<int:pk>/", views.TrackDetail.as_view(), name="track_detail"),
    path("tracks/<int:pk>/descriptions/", views.DescriptionList.as_view(), name="descriptions"),
    path("releases/", views.ReleaseList.as_view(), name="release_list"),
    path("releases/<int:pk>/", views.ReleaseDetail.as_view(), name="release_detail"),
    path("artists/", views.ArtistList.as_view(), name="artist_list"),
    path("artists/<int:pk>/", views.ArtistDetail.as_view(), name="artist_detail"),
    path("terms/", views.TermList.as_view(), name="term_list"),
    path("change-sets/", views.ChangeSetList.as_view(), name="change_set_list"),
    path("change-sets/<int:pk>/", views.ChangeSetDetail.as_view(), name="change_set_detail"),
    path("change-sets/<int:pk>/undo/", views.ChangeSetUndo.as_view(), name="change_set_undo"),
]
