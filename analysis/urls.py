"""Pages of the analysis, below `/w/<workspace>/`."""

from django.urls import path

from analysis.views import decisions, likeness, overview, panel, review, runs

app_name = "analysis"

urlpatterns = [
    path("analysis/home/", overview.home_panel, name="home_panel"),
    path("analysis/uploads/", overview.uploads_progress, name="uploads_progress"),
    path("analysis/operations/", overview.operations, name="operations"),
    path("analysis/again/", overview.analyse_again, name="analyse_again"),
    path("analysis/models/", overview.model_cards, name="model_cards"),
    path("analysis/review/", review.review, name="review"),
    path("analysis/tracks/<int:track_id>/", panel.track_panel, name="track_panel"),
    path("analysis/tracks/<int:track_id>/status/", panel.run_status, name="run_status"),
    path(
        "analysis/tracks/<int:track_id>/accept-likely/",
        decisions.accept_likely,
        name="accept_likely",
    ),
    path("analysis/tracks/<int:track_id>/tempo/", decisions.tempo_set, name="tempo_set"),
    path(
        "analysis/suggestions/<int:suggestion_id>/accept/",
        decisions.suggestion_accept,
        name="suggestion_accept",
    ),
    path(
        "analysis/suggestions/<int:suggestion_id>/reject/",
        decisions.suggestion_reject,
        name="suggestion_reject",
    ),
    path(
        "analysis/suggestions/<int:suggestion_id>/edit/",
        decisions.suggestion_edit,
        name="suggestion_edit",
    ),
    path(
        "analysis/suggestions/<int:suggestion_id>/undo/",
        decisions.suggestion_undo,
        name="suggestion_undo",
    ),
    path(
        "analysis/suggestions/<int:suggestion_id>/tempo/",
        decisions.tempo_scale,
        name="tempo_scale",
    ),
    path("analysis/tracks/<int:track_id>/sound/", likeness.track_sound, name="track_sound"),
    path("analysis/duplicates/", likeness.duplicate_list, name="duplicate_list"),
    path(
        "analysis/duplicates/<int:duplicate_id>/",
        likeness.duplicate_detail,
        name="duplicate_detail",
    ),
    path(
        "analysis/duplicates/<int:duplicate_id>/decide/",
        likeness.duplicate_decide,
        name="duplicate_decide",
    ),
    path("analysis/recordings/<int:audio_id>/peaks/", runs.peaks, name="peaks"),
    path("analysis/runs/<int:run_id>/retry/", runs.run_retry, name="run_retry"),
    path("analysis/runs/<int:run_id>/cancel/", runs.run_cancel, name="run_cancel"),
]
