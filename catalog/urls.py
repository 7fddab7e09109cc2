"""Pages of the catalog, below `/w/<workspace>/`."""

from django.urls import path

from catalog.views import changes, home, media, people, releases, tracks, uploads

app_name = "catalog"

urlpatterns = [
    path("", home.home, name="home"),
    path("tracks/", tracks.track_list, name="track_list"),
    path("tracks/<int:track_id>/", tracks.track_detail, name="track_detail"),
    path("tracks/<int:track_id>/edit/", tracks.track_edit, name="track_edit"),
    path("tracks/<int:track_id>/description/", tracks.description_save, name="description_save"),
    path("tracks/<int:track_id>/remove/", tracks.track_delete, name="track_delete"),
    path("upload/", uploads.upload, name="upload"),
    path("upload/files/", uploads.upload_files, name="upload_files"),
    path("upload/announce/", uploads.upload_announce, name="upload_announce"),
    path("upload/<uuid:upload_id>/move/", uploads.upload_move, name="upload_move"),
    path("upload/<uuid:upload_id>/cancel/", uploads.upload_cancel, name="upload_cancel"),
    path("upload/<uuid:upload_id>/repair/", uploads.upload_repair, name="upload_repair"),
    path("releases/", releases.release_list, name="release_list"),
    path("releases/new/", releases.release_edit, name="release_new"),
    path("releases/<int:release_id>/", releases.release_detail, name="release_detail"),
    path("releases/<int:release_id>/edit/", releases.release_edit, name="release_edit"),
    path("artists/", releases.artist_list, name="artist_list"),
    path("artists/new/", releases.artist_edit, name="artist_new"),
    path("artists/<int:artist_id>/", releases.artist_detail, name="artist_detail"),
    path("artists/<int:artist_id>/edit/", releases.artist_edit, name="artist_edit"),
    path("changes/", changes.change_set_list, name="change_set_list"),
    path("changes/<int:change_set_id>/", changes.change_set_detail, name="change_set_detail"),
    path("changes/<int:change_set_id>/undo/", changes.change_set_undo, name="change_set_undo"),
    path("audit/", changes.audit, name="audit"),
    path("audio/<int:audio_id>/", media.audio, name="audio"),
    path("artwork/<int:artwork_id>/", media.artwork, name="artwork"),
    path("members/", people.members, name="members"),
    path("members/<int:membership_id>/", people.member_edit, name="member_edit"),
    path("members/<int:membership_id>/remove/", people.member_remove, name="member_remove"),
    path(
        "invitations/<int:invitation_id>/withdraw/",
        people.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("settings/", people.settings, name="settings"),
    path("vocabulary/", people.vocabulary, name="vocabulary"),
]
