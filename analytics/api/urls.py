"""Simulation endpoints, below `/api/v1/workspaces/<workspace>/`."""

from django.urls import path

from analytics.api import campaigns, engagement, events, money, views

urlpatterns = [
    path("observed/", events.ObservedTotals.as_view(), name="observed"),
    path("observed-events/", events.ObservedEvents.as_view(), name="observed_events"),
    path("campaigns/", campaigns.CampaignList.as_view(), name="campaign_list"),
    path("campaigns/<int:pk>/", campaigns.CampaignDetail.as_view(), name="campaign_detail"),
    path("engagement/", engagement.Engagement.as_view(), name="engagement"),
    path("money/", money.Money.as_view(), name="money"),
    path("simulations/", views.SimulationList.as_view(), name="simulation_list"),
    path("simulations/<int:pk>/", views.SimulationDetail.as_view(), name="simulation_detail"),
    path(
        "simulations/<int:pk>/fairness/",
        views.SimulationFairness.as_view(),
        name="simulation_fairness",
    ),
    path(
        "simulations/<int:pk>/tracks/<int:track_id>/",
        views.SimulatedTrack.as_view(),
        name="simulated_track",
    ),
]
