"""Every table of analytics."""

from analytics.models.banks import PromptBank, PromptSpace
from analytics.models.campaigns import (
    Campaign,
    CampaignChange,
    CampaignClicks,
    CampaignLink,
    CampaignTrack,
)
from analytics.models.digests import DigestChoice, DigestMail
from analytics.models.effects import EditEffect
from analytics.models.experiments import Experiment, ExperimentArm
from analytics.models.fairness import FairnessLedger, FairnessWatch
from analytics.models.markets import Market, MarketContent
from analytics.models.money import MoneyRate
from analytics.models.observed import EventImport, ListenerFit, ObservedDay, ObservedEvent
from analytics.models.prompt_lists import PromptList, SizePrior
from analytics.models.results import SpaceResult, SpaceStanding, TrackResult
from analytics.models.runs import SimulationRun, SimulationShard
from analytics.models.shares import ReportShare
from analytics.models.simulation_files import SimulationFile

__all__ = [
    "Campaign",
    "CampaignChange",
    "CampaignClicks",
    "CampaignLink",
    "CampaignTrack",
    "DigestChoice",
    "DigestMail",
    "EditEffect",
    "EventImport",
    "Experiment",
    "ExperimentArm",
    "FairnessLedger",
    "FairnessWatch",
    "ListenerFit",
    "Market",
    "MarketContent",
    "MoneyRate",
    "ObservedDay",
    "ObservedEvent",
    "PromptBank",
    "PromptList",
    "PromptSpace",
    "ReportShare",
    "SimulationFile",
    "SimulationRun",
    "SimulationShard",
    "SizePrior",
    "SpaceResult",
    "SpaceStanding",
    "TrackResult",
]
