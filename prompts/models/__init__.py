"""Every table of the prompts."""

from prompts.models.conversations import Conversation, Turn
from prompts.models.learning import LearnedModel
from prompts.models.listening import (
    EventClass,
    ListeningEvent,
    Purge,
    Retention,
    SurveyAnswer,
)
from prompts.models.packs import BlockedTerm, PromptPack
from prompts.models.prompts import Prompt
from prompts.models.schedules import TrainingSchedule

__all__ = [
    "BlockedTerm",
    "Conversation",
    "EventClass",
    "LearnedModel",
    "ListeningEvent",
    "Prompt",
    "PromptPack",
    "Purge",
    "Retention",
    "SurveyAnswer",
    "TrainingSchedule",
    "Turn",
]
