"""Pages of surfacing, below `/w/<workspace>/surfacing/`."""

from django.urls import path

from analytics.views import (
    campaigns,
    digests,
    effects,
    engagement,
    groups,
    lookalike,
    money,
    observed,
    pdf,
    reaching,
    reports,
    sharing,
    simulation,
    spaces,
    wording,
)

app_name = "analytics"

EXPERIMENT = "wording/<int:experiment_id>/"
CAMPAIGN = "campaigns/<int:campaign_id>/"

urlpatterns = [
    path("", reports.report, name="report"),
    path("panel/", reports.home_panel, name="home_panel"),
    path("tracks/<int:track_id>/", reports.track_report, name="track_report"),
    path("tracks/<int:track_id>/panel/", reports.track_panel, name="track_panel"),
    path("tracks/<int:track_id>/advice/", reports.track_advice, name="track_advice"),
    path("tracks/<int:track_id>/reach/", reaching.reach, name="track_reach"),
    path("tracks/<int:track_id>/what-if/", reports.track_what_if, name="track_what_if"),
    path("tracks/<int:track_id>/as-typed/", reports.track_wording, name="track_wording"),
    path("tracks/<int:track_id>/report.csv", reports.track_csv, name="track_csv"),
    path("tracks/<int:track_id>/report.pdf", pdf.track_report_pdf, name="track_pdf"),
    path("releases/<int:release_id>/report.pdf", pdf.release_report_pdf, name="release_pdf"),
    path("artists/<int:artist_id>/report.pdf", pdf.artist_report_pdf, name="artist_pdf"),
    path("report.pdf", pdf.workspace_report_pdf, name="workspace_pdf"),
    path("tracks/<int:track_id>/report.json", reports.track_json, name="track_json"),
    path("effects/<str:kind>/<int:source_id>/", effects.effect, name="effect"),
    path("effects/<str:kind>/<int:source_id>/start/", effects.effect_start, name="effect_start"),
    path("digest/", digests.digest, name="digest"),
    path("atlas/", spaces.atlas, name="atlas"),
    path("releases/<int:release_id>/", groups.release_report, name="release_report"),
    path("artists/<int:artist_id>/", groups.artist_report, name="artist_report"),
    path("report.csv", groups.workspace_csv, name="workspace_csv"),
    path("report.json", groups.workspace_json, name="workspace_json"),
    path("tracks/<int:track_id>/share/", sharing.share_make, name="share_make"),
    path("tracks/<int:track_id>/share/end/", sharing.share_revoke, name="share_revoke"),
    path("lookalike/", lookalike.lookalike, name="lookalike"),
    path("spaces/", spaces.spaces, name="spaces"),
    path("spaces/<slug:slug>/", spaces.space, name="space"),
    path("observed/", observed.observed_report, name="observed"),
    path("observed/template.csv", observed.event_template, name="event_template"),
    path("observed/files/", observed.event_file_receive, name="event_file_receive"),
    path("observed/files/<int:file_id>/", observed.event_file, name="event_file"),
    path(
        "observed/files/<int:file_id>/status/", observed.event_file_status, name="event_file_status"
    ),
    path("observed/files/<int:file_id>/count/", observed.event_file_count, name="event_file_count"),
    path(
        "observed/files/<int:file_id>/cancel/", observed.event_file_cancel, name="event_file_cancel"
    ),
    path(
        "observed/files/<int:file_id>/forget/", observed.event_file_forget, name="event_file_forget"
    ),
    path("listening/", engagement.engagement_report, name="engagement"),
    path("tracks/<int:track_id>/listening/", engagement.track_engagement, name="track_engagement"),
    path("money/", money.money_report, name="money"),
    path("money/rates/", money.money_rates, name="money_rates"),
    path("money/rates/<int:rate_id>/restore/", money.money_restore, name="money_restore"),
    path("campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("campaigns/new/", campaigns.campaign_new, name="campaign_new"),
    path(CAMPAIGN, campaigns.campaign, name="campaign"),
    path(f"{CAMPAIGN}edit/", campaigns.campaign_edit, name="campaign_edit"),
    path(f"{CAMPAIGN}close/", campaigns.campaign_close, name="campaign_close"),
    path(f"{CAMPAIGN}delete/", campaigns.campaign_delete, name="campaign_delete"),
    path(f"{CAMPAIGN}restore/", campaigns.campaign_restore, name="campaign_restore"),
    path(f"{CAMPAIGN}links/", campaigns.campaign_link_add, name="campaign_link_add"),
    path(
        f"{CAMPAIGN}links/<int:link_id>/remove/",
        campaigns.campaign_link_remove,
        name="campaign_link_remove",
    ),
    path("wording/", wording.wording_list, name="wording_list"),
    path("tracks/<int:track_id>/wording/", wording.wording_new, name="wording_new"),
    path(EXPERIMENT, wording.wording, name="wording"),
    path(f"{EXPERIMENT}simulate/", wording.wording_simulate, name="wording_simulate"),
    path(f"{EXPERIMENT}start/", wording.wording_start, name="wording_start"),
    path(f"{EXPERIMENT}counts/", wording.wording_counts, name="wording_counts"),
    path(f"{EXPERIMENT}stop/", wording.wording_stop, name="wording_stop"),
    path("listener/", observed.listener, name="listener"),
    path("method/", spaces.method, name="method"),
    path("simulation/", simulation.simulation_status, name="simulation_status"),
    path("simulation/start/", simulation.simulation_start, name="simulation_start"),
    path("simulation/cancel/", simulation.simulation_cancel, name="simulation_cancel"),
]
