"""Simulation endpoints, below `/api/v1/workspaces/<workspace>/`."""

from django.urls import path

from analytics.api import events, money, views

urlpatterns = [
    path("observed/", events.ObservedTotals.as_view(), name="observed"),
    path("observed-events/", events.ObservedEvents.as_view(), name="observed_events"),
    path("money/", money.Money.as_view(), name="money"),
    path("simulations/", views.SimulationList.as_view(), name="simulation_list"),
    path("simulations/<int:pk>/", views.SimulationDetail.as_view(), name="simulation_detail"),
    path(
        "simulations/<int:pk>/tracks/<int:track_id>/",
        views.SimulatedTrack.as_view(),
        name="simulated_track",
    ),
]
